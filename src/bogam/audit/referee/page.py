"""What the referee says, as lines for a terminal, as a page, as CSV and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bogam.audit.referee.family import Objection, Severity
from bogam.audit.referee.names import METRICS, title
from bogam.audit.referee.results import Row
from bogam.audit.referee.run import Judgement, together
from bogam.page.blocks import Block, Bullets, Paragraph, Statement, Tone
from bogam.page.document import Page, Section, write_page
from bogam.page.table import Column, Table
from bogam.page.text import clean, many

TONES: dict[Severity, Tone] = {"impossible": "stop", "suspicious": "warning", "remark": "note"}
HEADS: dict[Severity, str] = {"impossible": "What cannot be true", "suspicious": "What is hard to believe",
                              "remark": "What a reader should know"}
FAIR = ("An impossible number is a fact about the printed table, not about its authors: most come from slips, from two "
        "metrics under one name, or from averages that the text does not tell. Ask before you judge.")


def summary(judged: Judgement) -> str:
    """Return the verdict in one sentence."""
    parts = [many(len(found), *words) for severity, *words in (
        ("impossible", "thing that cannot be true", "things that cannot be true"),
        ("suspicious", "suspicious thing", "suspicious things"), ("remark", "remark", "remarks"))
        if (found := judged.of(severity))]
    said = ", ".join(parts) if parts else "nothing found"
    return f"Verdict: {judged.verdict}. {said[0].upper() + said[1:]}, in {many(judged.rows, 'row')}."


def account(judged: Judgement, most: int | None = None) -> Iterator[tuple[Severity, str, list[str]]]:
    """Yield (severity, title with its count and check, lines) of objections of one kind, gravest first.

    Args:
        judged: what the referee says.
        most: rows told of one kind; None: all.
    """
    for group in together(judged.objections):
        first = group[0]
        count = f", {len(group)} times" if len(group) > 1 else ""
        lines = [f"{clean(o.where)}: {clean(o.numbers)}" for o in group[:most]]
        if most is not None and len(group) > most:
            lines.append(f"... and {len(group) - most} more.")
        lines += [f"Why: {first.why}", f"Ask: {first.ask}"]
        yield first.severity, f"{first.title}{count}  [{first.check}]", lines


def to_json(judged: Judgement) -> dict[str, Any]:
    """Return everything as a plain mapping."""
    return {"verdict": judged.verdict, "rows": judged.rows, "notes": list(judged.notes),
            "objections": [objection.to_dict() for objection in judged.objections]}


def write_card(judged: Judgement, out: Path, name: str) -> Path:
    """Write OUT/report.html, OUT/tables/*.csv and OUT/objections.json; return the path of the page.

    Args:
        judged: what the referee says.
        out: folder, made if needed.
        name: of the table, for the title.
    """
    path = write_page(card(judged, name), out)
    (out / "objections.json").write_text(json.dumps(to_json(judged), indent=1, ensure_ascii=False) + "\n",
                                         encoding="utf-8")
    return path


def card(judged: Judgement, name: str) -> Page:
    """Return the page."""
    sections = [Section(severity, HEADS[severity], _blocks(judged.of(severity), severity))
                for severity in HEADS if judged.of(severity)]
    read = [Paragraph("Numbers are taken as text: the digits printed tell within which bounds the true value lies.")]
    sections.append(Section("read", "The table as it was read",
                            [*read, *([Bullets([clean(note) for note in judged.notes])] if judged.notes else []),
                             read_table(judged.submission.results.rows)]))
    return Page(title=f"Referee: {clean(name)}", kicker=f"bogam referee · {many(judged.rows, 'row')}",
                answer=f"{summary(judged)} {FAIR}" if judged.objections else
                f"{summary(judged)} Every check that the table allows was made; they find only what they look for.",
                sections=sections, saved=[objections_table(judged.objections)])


def _blocks(objections: Sequence[Objection], severity: Severity) -> list[Block]:
    blocks: list[Block] = []
    for number, group in enumerate(together(objections)):
        first = group[0]
        small = [f"Why: {first.why}", f"Ask the authors: {first.ask}"]
        blocks.append(Statement(TONES[severity], severity, f"{first.title} [{first.check}]"
                                + (f", {len(group)} times" if len(group) > 1 else "") + ".", small))
        rows = [{"where": clean(o.where), "numbers": clean(o.numbers)} for o in group]
        blocks.append(Table(f"{severity}_{number + 1}_{first.check}", f"{first.title}: where, and the numbers",
                            [Column("where", "Where"), Column("numbers", "Numbers")], rows, show=30, layout="stack"))
    return blocks


def objections_table(objections: Sequence[Objection]) -> Table:
    """Return all objections as a table that is only saved."""
    keys = ("severity", "check", "title", "where", "numbers", "why", "ask", "lines")
    rows = [{**o.to_dict(), "lines": " ".join(map(str, o.lines))} for o in objections]
    return Table("objections", "Objections", [Column(key, key) for key in keys], rows)


def read_table(rows: Sequence[Row]) -> Table:
    """Return the table as it was read, with every number as printed."""
    factors = list(dict.fromkeys(name for row in rows for name in row.factors))
    metrics = [metric for metric in METRICS if any(metric in row.values for row in rows)]
    counts = list(dict.fromkeys(name for row in rows for name in row.counts))
    columns = [*([Column("table", "Table")] if any(row.table for row in rows) else []),
               *(Column(name, clean(name)) for name in factors), *(Column(metric, title(metric)) for metric in metrics),
               *(Column(name, name) for name in counts), Column("averaged", "Averaged over")]
    held = [{"table": row.table, "averaged": row.averaged + (f" ({row.runs})" if row.runs and row.runs > 1 else ""),
             **row.factors, **{metric: shown_with_sd(row, metric) for metric in metrics if metric in row.values},
             **{name: f"{count:,}" for name, count in row.counts.items()}} for row in rows]
    return Table("read", "Rows, with every number as printed", columns, held, headings=max(1, len(factors)), show=60,
                 layout="scroll")


def shown_with_sd(row: Row, metric: str) -> str:
    """Return a value as printed, with its standard deviation where there is one."""
    return f"{row.values[metric]} ± {row.sds[metric]}" if metric in row.sds else str(row.values[metric])
