"""ROC and precision-recall curves: per run, averaged, with the range over runs as a band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bogam.core.types import FloatArray
from bogam.metrics.curves import counts
from bogam.page.blocks import Block, Paragraph
from bogam.page.document import Section
from bogam.page.figure import Figure, panels, wrapped
from bogam.page.palette import Theme
from bogam.page.table import Column, Table
from bogam.page.text import clean, many, number
from bogam.study.report.cells import Estimates, done, find, models, per_run, tested_rows, title
from bogam.study.report.curves import MOST_PANELS
from bogam.study.results import CellResult, StudyResult

GRID = np.linspace(0, 1, 101)


def roc_on_grid(positive: NDArray[np.bool_], score: FloatArray) -> FloatArray:
    """Return sensitivity at each false positive rate of `GRID`, (101,); at a vertical step its upper end."""
    true, false, _ = counts(score, positive)
    rate, found = false / false[-1], true / true[-1]
    sensitivity: FloatArray = np.interp(GRID, rate, found)
    return sensitivity


def precision_on_grid(positive: NDArray[np.bool_], score: FloatArray) -> FloatArray:
    """Return precision at each recall of `GRID`, (101,): that of the first threshold that reaches the recall.

    Precision is a step, not a line, between thresholds; at recall 0 it is that of the first threshold.
    """
    true, false, _ = counts(score, positive)
    recall = true[1:] / true[-1]
    precision = true[1:] / (true[1:] + false[1:])
    steps: FloatArray = precision[np.minimum(np.searchsorted(recall, GRID - 1e-12), len(precision) - 1)]
    return steps


@dataclass(frozen=True, eq=False)
class Band:
    """Curves of one class of one cell on the grid: mean, lowest and highest run, pooled; (101,) each."""

    label: str
    mean: FloatArray
    low: FloatArray
    high: FloatArray
    pooled: FloatArray
    runs: int
    left_out: int
    share: float


def bands(cell: CellResult, labels: Sequence[str], on_grid: Any) -> list[Band]:
    """Return a band per class (one for two classes: the second is positive); runs with one class are left out."""
    found = []
    tables = [t.drop_nulls("target") for t in per_run(tested_rows(cell))]
    for index in ([1] if len(labels) == 2 else range(len(labels))):
        column = f"prob_{index}"
        pairs = [((t["target"] == index).to_numpy(), t[column].cast(float).to_numpy()) for t in tables
                 if column in t.columns]
        usable = [(p, s) for p, s in pairs if p.any() and not p.all() and np.isfinite(s).all()]
        if not usable:
            continue
        lines = np.stack([on_grid(p, s) for p, s in usable])
        truth, scores = np.concatenate([p for p, _ in usable]), np.concatenate([s for _, s in usable])
        found.append(Band(clean(labels[index]), lines.mean(0), lines.min(0), lines.max(0), on_grid(truth, scores),
                          len(usable), len(pairs) - len(usable), float(truth.mean())))
    return found


def roc_section(result: StudyResult, estimates: Estimates) -> Section:
    """Return the chapter with both kinds of curve."""
    cells = [cell for cell in models(result) if done(cell)]
    roc = [(c, b) for c in cells if (b := bands(c, result.labels, roc_on_grid))]
    precision = [(c, b) for c in cells if (b := bands(c, result.labels, precision_on_grid))]
    heading = "ROC and precision-recall"
    if not roc:
        return Section("roc", heading, [Paragraph("No run has test images of two classes, so no curve is defined.")])
    two = len(result.labels) == 2
    left = sum(b.left_out for _, found in roc for b in found)
    words = (f"Positive class: {clean(result.labels[1])}. " if two else "One line per class, against all others. ")
    words += ("Each run (fold and seed) gives one curve; the thick line is their mean, the band reaches from the "
              "lowest to the highest run.")
    if max(b.runs for _, found in roc for b in found) == 1:
        words += " With one run there is no band: the spread between trainings was not measured."
    if two:
        words += (" The thin dashed line pools the images of all runs; it is drawn for comparison only, no number in "
                  "this report is computed from it.")
    if left:
        words += f" {many(left, 'curve')} of runs whose test part holds one class only are not defined and left out."
    blocks: list[Block] = [Paragraph(words)]
    if len(cells) > MOST_PANELS:
        blocks.append(Paragraph(f"The first {MOST_PANELS} of {many(len(cells), 'combination')} are drawn; "
                                "tables/roc.csv and tables/precision_recall.csv hold all.", small=True))
    blocks.append(_figure("roc", roc[:MOST_PANELS], estimates, "auc", "false positive rate", "sensitivity",
                          "ROC curves of the test images. The dotted diagonal is chance."))
    blocks.append(_figure("precision_recall", precision[:MOST_PANELS], estimates, "average_precision",
                          "recall (sensitivity)", "precision", "Precision-recall curves of the test images."
                          + (" The dotted line is chance: the share of positive images." if two else "")))
    return Section("roc", heading, blocks)


def curve_tables(result: StudyResult) -> list[Table]:
    """Return the points of all curves, as tables that are only saved."""
    tables = []
    for name, on_grid, across, up in (("roc", roc_on_grid, "false_positive_rate", "sensitivity"),
                                      ("precision_recall", precision_on_grid, "recall", "precision")):
        rows = [{"cell": cell.name, "class": band.label, "runs": band.runs, across: float(GRID[i]),
                 up: (float(band.mean[i]), float(band.low[i]), float(band.high[i])), "pooled": float(band.pooled[i])}
                for cell in models(result) if done(cell) for band in bands(cell, result.labels, on_grid)
                for i in range(len(GRID))]
        tables.append(Table(name, name, [
            Column("cell", "cell"), Column("class", "class"), Column("runs", "runs", "count"),
            Column(across, across, "number", 2), Column(up, up, "estimate", 4),
            Column("pooled", "pooled", "number", 4)], rows))
    return tables


def _figure(name: str, drawn: list[tuple[CellResult, list[Band]]], estimates: Estimates, metric: str,
            across: str, up: str, caption: str) -> Figure:
    heads = []
    for cell, _ in drawn:
        estimate = find(estimates, cell.name, metric)
        kind = "AUC" if metric == "auc" else "average precision"
        heads.append((title(cell), f"{kind} {number(estimate.value, 3)}"
                      if estimate is not None and estimate.value is not None else ""))

    def draw(canvas: Any, theme: Theme, narrow: bool) -> None:
        axes = panels(canvas, len(drawn), narrow, 2.6, 2.05)
        columns = axes[0].get_gridspec().ncols
        for place, (here, (_, found), (head, score)) in enumerate(zip(axes, drawn, heads, strict=True)):
            two = len(found) == 1
            if metric == "auc":
                here.plot([0, 1], [0, 1], color=theme.muted, linestyle=":", linewidth=1)
            elif two:
                here.axhline(found[0].share, color=theme.muted, linestyle=":", linewidth=1)
            for index, band in enumerate(found):
                color = theme.lines[index % len(theme.lines)]
                style = ("-", "--", "-.")[index // len(theme.lines) % 3]
                if band.runs > 1:
                    here.fill_between(GRID, band.low, band.high, color=color, alpha=0.16 if two else 0.09, linewidth=0)
                here.plot(GRID, band.mean, color=color, linestyle=style,
                          label="mean of runs" if two else " " + band.label[:24])
                if two:
                    here.plot(GRID, band.pooled, color=theme.orange, linestyle="--", linewidth=0.9, label="pooled")
            here.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.02), aspect="equal")
            here.set_title(wrapped(head, canvas, columns) + (f"\n{score}" if score else ""))
            if place >= len(axes) - columns:
                here.set_xlabel(across)
            if place % columns == 0:
                here.set_ylabel(up)
            if place == 0:
                here.legend(loc="lower right" if metric == "auc" else "lower left")

    alt = " ".join([caption, *(f"{head}: {score}." for head, score in heads if score)])
    return Figure(name, caption, alt, draw)
