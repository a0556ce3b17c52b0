"""The robustness bench in the report: how much worse each cell gets on corrupted images, where it was run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import polars as pl

from bogam.core.errors import UserError
from bogam.evaluate.robustness import ALL, CLEAN, compare
from bogam.page.blocks import Paragraph
from bogam.page.document import Section
from bogam.page.table import Column, Marked, Table
from bogam.page.text import clean, many
from bogam.study.report.cells import done, models, title
from bogam.study.report.metric_names import metric_name
from bogam.study.results import CellResult, StudyResult
from bogam.study.robustness import TEST
from bogam.study.robustness_figure import curves

RESAMPLES = 500


@dataclass(frozen=True, eq=False)
class _Bench:
    """One cell's results: the table of `compare` over its runs, and the facts of the first."""

    cell: CellResult
    found: pl.DataFrame
    runs: int
    facts: dict[str, Any]


def robustness_section(result: StudyResult) -> Section | None:
    """Return the chapter, or None where `bogam robustness` was run on no run of the study as it is now."""
    benches = [bench for cell in models(result) if (bench := _bench(cell)) is not None]
    if not benches:
        return None
    metric = benches[0].facts["metric"]
    name = metric_name(metric)
    columns = [Column("cell", "Model"), Column("clean", f"{name.title}, clean", "estimate", name.digits),
               Column("corrupted", f"{name.title}, corrupted", "estimate", name.digits),
               Column("change", "Change, points", "contrast", 1), Column("ratio", "Error, times clean", "estimate", 2),
               Column("worst", "Worst corruption"), Column("worst_change", "Its change, points", "contrast", 1),
               Column("runs", "Runs", "count")]
    rows, full = [], []
    for bench in benches:
        means = {row["corruption"]: row for row in bench.found.filter(pl.col("severity") == 0).iter_rows(named=True)}
        worst = min((r for n, r in means.items() if n not in (CLEAN, ALL)), key=lambda r: r["change"])
        tags = tuple(f"trained with {kind}" for kind in bench.facts["trained_with"])
        rows.append({"cell": Marked(title(bench.cell), tags), "clean": _triple(means[CLEAN], "value", "low", "high"),
                     "corrupted": _triple(means[ALL], "value", "low", "high"), "change": _change(means[ALL]),
                     "ratio": _triple(means[ALL], "error_ratio", "ratio_low", "ratio_high"),
                     "worst": clean(worst["corruption"]), "worst_change": _change(worst), "runs": bench.runs})
        full += [{"cell": title(bench.cell), **row} for row in bench.found.iter_rows(named=True)]
    strongest = max(benches, key=lambda bench: bench.found.row(1, named=True)["value"])
    first = benches[0].facts
    text = (f"The test images, made worse in {many(len(first['severities']), 'way')} that occur in {first['modality']} "
            "images, at five severities each; masks, thresholds and models are those of the other chapters. The change "
            "is the mean over all of them against the clean images, paired image by image. A model that trained with a "
            "corruption was prepared for it, which is marked. The noise of training is not part of the intervals.")
    figure = curves(strongest.found, metric, strongest.facts["trained_with"])
    return Section("robustness", "Robustness", [
        Paragraph(text), Table("robustness", f"{name.title} on corrupted test images", columns, rows, layout="scroll"),
        Paragraph(f"The cell that keeps most, {title(strongest.cell)}, corruption by corruption:"), figure,
        Table("robustness_all", "All corruptions and severities (severity 0: their mean)", [
            Column("cell", "Model"), Column("corruption", "Corruption"), Column("severity", "Severity", "count"),
            Column("value", name.title, "number", 4), Column("low", "low", "number", 4),
            Column("high", "high", "number", 4), Column("change", "Change", "number", 4),
            Column("change_low", "low", "number", 4), Column("change_high", "high", "number", 4)], full, show=12)])


def _bench(cell: CellResult) -> _Bench | None:
    """Return the bench of a cell over its finished runs that have one of the model as it is now."""
    frames, facts = [], []
    for run in done(cell):
        place = run.folder / "robustness" / TEST
        try:
            held = json.loads((place / "facts.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            continue
        if held["model_digest"] == run.facts.get("model_digest"):
            facts.append(held)
            frames.append(pl.read_parquet(place / "cases.parquet").with_columns(
                repeat=pl.lit(run.repeat, pl.Int32), fold=pl.lit(run.fold, pl.Int32),
                seed=pl.lit(run.seed, pl.Int32)))
    if not frames or any(held["severities"] != facts[0]["severities"] for held in facts):
        return None
    try:
        return _Bench(cell, compare(pl.concat(frames), facts[0]["metric"], RESAMPLES), len(frames), facts[0])
    except UserError:  # the metric is undefined on these images: nothing to show
        return None


def _triple(row: dict[str, Any], value: str, low: str, high: str) -> tuple[Any, Any, Any]:
    return row[value], row[low], row[high]


def _change(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(None if v is None else 100 * v for v in _triple(row, "change", "change_low", "change_high"))
