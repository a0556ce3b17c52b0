"""What stands over all numbers of a report: a split that leaks, models that only copy, runs without discipline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bogam.evaluate.copying import STAMP, stamped
from bogam.metrics.catalog import metric_named
from bogam.page.blocks import Block, Box, Heading, Paragraph, Statement, Tone
from bogam.page.table import Column, Table
from bogam.page.text import clean
from bogam.study.report.cells import models, title
from bogam.study.results import StudyResult

TONES: dict[str, Tone] = {"stop": "stop", "warning": "warning", "note": "note"}
CONTRADICTS = "impossible-numbers"


def standing_boxes(result: StudyResult) -> list[Block]:
    """Return a box each for a suspected leak, numbers that contradict each other, broken discipline, and weak cells."""
    blocks: list[Block] = []
    leaks = [row for row in result.probes if row["severity"] != "note"]
    if leaks:
        tone: Tone = "stop" if any(row["severity"] == "stop" for row in leaks) else "warning"
        blocks.append(Box(tone, "LEAK SUSPECTED. A predictor that learns nothing gains from this split, and so may "
                          "every model below.", [said(row) for row in leaks]))
    untrue = [row for row in result.discipline if row["rule"] == CONTRADICTS]
    if untrue:
        blocks.append(Box("stop", "The numbers below cannot all be true. Do not rely on them before this is resolved.",
                          [said(row) for row in untrue]))
    broken = [row for row in result.discipline if row["severity"] != "note" and row["rule"] != CONTRADICTS]
    if broken:
        tone = "stop" if any(row["severity"] == "stop" for row in broken) else "warning"
        blocks.append(Box(tone, "How the runs were done", [said(row) for row in broken]))
    weak = stamped(result.copying)
    if weak:
        titles = {cell.name: title(cell) for cell in models(result)}
        blocks.append(Box("warning", f"{STAMP}. Weakness, not leakage: these models are not shown to beat a copier.",
                          [f"{clean(titles[one.cell])}: {clean(one.words)}." for one in weak]))
    return blocks


def said(row: dict[str, Any]) -> str:
    """Return a finding in one paragraph."""
    parts = [str(row.get(key) or "").strip() for key in ("title", "detail", "worth", "why", "do")]
    return clean(" ".join(p if p.endswith((".", "!", "?")) else p + "." for p in parts if p))


def copying_blocks(result: StudyResult) -> list[Block]:
    """Return the table of every cell beside the copier, or nothing where there was none."""
    if not result.copying:
        return []
    titles = {cell.name: title(cell) for cell in models(result)}
    known = metric_named(result.copying[0].metric)
    rows = [{"cell": titles[one.cell], "gain": (one.gain, one.low, one.high),
             "stamp": STAMP.lower() if one.stamped else "not compared" if one.low is None else "beats it"}
            for one in result.copying]
    notes = list(dict.fromkeys(clean(one.why) for one in result.copying if one.why))
    return [Heading("Against copying"),
            Paragraph("A copier answers with the training image that looks most alike. A model that is not shown to "
                      "beat it on the same test images, with the interval above 0, is stamped."),
            Table("copying", f"{known.title} of each model less that of the copier",
                  [Column("cell", "Model"), Column("gain", f"Gain, {known.unit}", "contrast", 1),
                   Column("stamp", "Stamp")], rows, notes=[f"{note[:1].upper()}{note[1:]}." for note in notes])]


def findings_blocks(rows: Sequence[dict[str, Any]]) -> list[Block]:
    """Return one statement per finding."""
    return [Statement(TONES[row["severity"]], row["severity"], clean(f"{row['title']} {row['detail']}".strip()),
                      [f"{head} {clean(row[key])}" for key, head in (("why", "Why it matters:"), ("worth", "Worth:"),
                                                         ("do", "What to do:"))
                       if row.get(key)]) for row in rows]
