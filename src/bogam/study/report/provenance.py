"""How to repeat the study: the recipe, versions, seeds, time and memory, and every run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bogam.page.blocks import Block, Facts, Folded, Heading, Listing, Paragraph
from bogam.page.document import Section
from bogam.page.table import Column, Marked, Table
from bogam.page.text import UNDEFINED, clean, duration, is_number, listed, number
from bogam.study.report.cells import models, title
from bogam.study.report.standing import findings_blocks
from bogam.study.results import RunResult, StudyResult

_FEW_RUNS = 8


def provenance_section(result: StudyResult) -> Section:
    """Return the chapter with recipe, versions, seeds, time, memory and digests."""
    runs = [run for cell in models(result) for run in cell.runs]
    blocks: list[Block] = [Facts(_summary(result, runs)), Heading("Recipe")]
    blocks.append(Paragraph("The exact recipe, every field written. The same recipe, data, device, versions and number "
                            "of threads give the same numbers."))
    blocks.append(Listing(clean(result.recipe_text), "Recipe"))
    rows = [{"fact": name, "value": value} for name, value in flat(result.facts)]
    if rows:
        blocks.append(Heading("Versions and machine"))
        blocks.append(Table("facts", "What the study ran with", [Column("fact", "Fact"), Column("value", "Value")],
                            rows, layout="stack"))
    return Section("provenance", "How to repeat it", blocks)


def runs_section(result: StudyResult) -> Section:
    """Return the chapter with the table of runs; failed ones stand first, outside the fold."""
    cells = models(result)
    runs = [(title(cell), run) for cell in cells for run in cell.runs]
    failed = [(name, run) for name, run in runs if run.status == "failed"]
    counts = {s: sum(run.status == s for _, run in runs) for s in ("done", "failed", "unfinished")}
    blocks: list[Block] = [Paragraph(f"{counts['done']} done, {counts['failed']} failed, {counts['unfinished']} "
                                     "unfinished.")]
    if failed:
        rows = [{"cell": name, "repeat": run.repeat, "fold": run.fold, "seed": run.seed,
                 "error": run.error or "no message"} for name, run in failed]
        blocks.append(Table("failed_runs", "Failed runs", [
            Column("cell", "Combination"), *[Column(k, k.capitalize(), "count") for k in ("repeat", "fold", "seed")],
            Column("error", "Error")], rows, layout="stack"))
    notes = list(dict.fromkeys(clean(note) for _, run in runs for note in run.facts.get("notes") or []))
    if notes:
        blocks.append(Paragraph("Notes of the runs: " + " ".join(notes), small=True))
    if result.discipline:
        blocks += [Heading("How they were done"), *findings_blocks(result.discipline)]
    table = _table(runs, result.task)
    blocks.append(table if len(runs) <= _FEW_RUNS else Folded(f"Show all {len(runs)} runs", [table]))
    return Section("runs", "Runs", blocks)


def _summary(result: StudyResult, runs: list[RunResult]) -> list[tuple[str, str]]:
    finished = [run.facts for run in runs if run.status == "done"]
    times = [facts["time_s"] for facts in finished if is_number(facts.get("time_s"))]
    memory = [facts["memory_mb"] for facts in finished if is_number(facts.get("memory_mb"))]
    seeds = sorted({run.seed for run in runs})
    wall = result.facts.get("wall_s", result.facts.get("time_s"))
    pairs = [("Seeds", listed([str(s) for s in seeds], 8)), ("Runs", str(len(runs)))]
    if is_number(wall):
        pairs.append(("Wall time", duration(wall)))
    if times:
        pairs.append(("Training time, all runs", duration(sum(times))))
    if memory:
        pairs.append(("Most memory of a run", f"{number(max(memory), 0)} MB"))
    for key, name in (("device", "Device"), ("threads", "Threads per run"), ("bogam", "bogam"), ("python", "Python"),
                      ("torch", "torch"), ("platform", "Platform")):
        values = sorted({str(facts[key]) for facts in finished if facts.get(key) is not None})
        if values:
            pairs.append((name, clean(listed(values, 3))))
    return pairs


def flat(facts: Mapping[str, Any], head: str = "") -> list[tuple[str, str]]:
    """Return nested facts as pairs of dotted name and text.

    Example:
        >>> flat({"versions": {"torch": "2.6"}, "threads": 1})
        [('versions.torch', '2.6'), ('threads', '1')]
    """
    pairs = []
    for key, value in facts.items():
        name = f"{head}{key}"
        if isinstance(value, Mapping):
            pairs.extend(flat(value, f"{name}."))
        elif isinstance(value, list | tuple):
            pairs.append((clean(name), clean(", ".join(map(str, value)))))
        else:
            pairs.append((clean(name), UNDEFINED if value is None else
                          f"{value:.6g}" if isinstance(value, float) else clean(value)))
    return pairs


def _threshold(facts: Mapping[str, Any], task: str) -> str | None:
    """Return the thresholds chosen on validation: one per mask label; of two classes the second's; else none."""
    chosen = [t for t in facts.get("thresholds") or () if is_number(t)]
    if task == "classification":
        chosen = chosen[1:] if len(chosen) == 2 else []
    return ", ".join(f"{t:.3g}" for t in chosen) or None


def _table(runs: list[tuple[str, RunResult]], task: str) -> Table:
    rows = []
    for name, run in runs:
        facts = run.facts
        converged = facts.get("converged")
        word = {True: "yes", False: "no"}.get(converged) if isinstance(converged, bool) else None
        numbers = {key: facts[key] if is_number(facts.get(key)) else None
                   for key in ("epochs", "best_epoch", "parameters", "time_s", "memory_mb")}
        rows.append({"cell": name, "repeat": run.repeat, "fold": run.fold, "seed": run.seed,
                     "status": Marked(run.status, note=""), "converged": word, "threshold": _threshold(facts, task),
                     **numbers})
    return Table("runs", "Every run", [
        Column("cell", "Combination"), *[Column(k, k.capitalize(), "count") for k in ("repeat", "fold", "seed")],
        Column("status", "Status"), Column("epochs", "Epochs", "count"), Column("best_epoch", "Best epoch", "count"),
        Column("converged", "Converged"), Column("threshold", "Threshold"),
        Column("parameters", "Parameters", "count"), Column("time_s", "Time, s", "number", 1),
        Column("memory_mb", "Memory, MB", "number", 0)], rows, layout="scroll")
