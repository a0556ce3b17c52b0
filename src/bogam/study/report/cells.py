"""What the report's chapters ask of cells: titles, runs, the control, the value of a metric."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from bogam.evaluate.findings import Estimate, Verdict
from bogam.page.text import clean
from bogam.study.results import CellResult, RunResult, StudyResult

Estimates = dict[str, list[Estimate]]


def models(result: StudyResult) -> list[CellResult]:
    """Return the cells that were trained."""
    return [cell for cell in result.cells if not cell.baseline]


def baselines(result: StudyResult) -> list[CellResult]:
    """Return the simple rules that stand beside the models."""
    return [cell for cell in result.cells if cell.baseline]


def done(cell: CellResult) -> list[RunResult]:
    """Return the finished runs of a cell."""
    return [run for run in cell.runs if run.status == "done"]


def title(cell: CellResult) -> str:
    """Return a short title: the labels without their axes, or the cell's name."""
    return clean(" · ".join(cell.labels.values()) or cell.name)


def not_converged(cell: CellResult) -> int:
    """Return how many finished runs had their best epoch in the last tenth."""
    return sum(run.facts.get("converged") is False for run in done(cell))


def find(estimates: Estimates, cell: str, metric: str) -> Estimate | None:
    """Return the estimate of a metric of a cell, or None."""
    return next((e for e in estimates.get(cell, []) if e.metric == metric), None)


def triple(estimate: Estimate | None) -> tuple[float | None, float | None, float | None]:
    """Return (value, low, high), each None where undefined."""
    return (None, None, None) if estimate is None else (estimate.value, estimate.low, estimate.high)


def tags(cell: CellResult, control: dict[str, str]) -> tuple[str, ...]:
    """Return the words that qualify a cell: control, failed runs, not converged."""
    words = []
    if cell.labels and cell.labels == control:
        words.append("control")
    failed = sum(run.status == "failed" for run in cell.runs)
    unfinished = sum(run.status == "unfinished" for run in cell.runs)
    late = not_converged(cell)
    if failed:
        words.append(f"{failed} of {len(cell.runs)} runs failed")
    if unfinished:
        words.append(f"{unfinished} of {len(cell.runs)} runs unfinished")
    if late:
        words.append(f"{late} of {len(done(cell))} not converged")
    return (*words, *cell.stamps)


def control_labels(result: StudyResult, verdicts: Sequence[Verdict]) -> dict[str, str]:
    """Return axis to control label: as the verdicts used it, else as the recipe says, else the first label."""
    asked = (result.recipe.get("report") or {}).get("control") or {}
    found = {}
    for axis, labels in result.axes.items():
        used = next((v.control for v in verdicts if v.factor == axis), None)
        wanted = str(asked.get(axis)) if isinstance(asked, dict) and axis in asked else None
        found[axis] = used if used is not None else wanted if wanted in labels else labels[0] if labels else ""
    return found


def tested_rows(cell: CellResult) -> pl.DataFrame:
    """Return the rows of the test part of a cell's cases."""
    rows = cell.cases
    return rows.filter(pl.col("part") == "test") if "part" in rows.columns else rows


def per_run(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """Return a cell's rows, one table per run, in the order of repeat, fold and seed."""
    keys = [key for key in ("repeat", "fold", "seed") if key in rows.columns]
    return rows.sort(keys, maintain_order=True).partition_by(keys, maintain_order=True) if keys and rows.height else (
        [rows] if rows.height else [])
