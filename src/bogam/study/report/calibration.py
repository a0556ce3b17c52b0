"""Reliability diagrams: whether a predicted probability means what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bogam.core.types import FloatArray
from bogam.metrics.calibration import BINS, bin_of, said_and_true
from bogam.page.blocks import Paragraph
from bogam.page.document import Section
from bogam.page.figure import Figure, panels, wrapped
from bogam.page.palette import Theme
from bogam.page.table import Column, Table
from bogam.page.text import clean, number
from bogam.study.report.cells import Estimates, done, find, models, tested_rows, title
from bogam.study.report.curves import MOST_PANELS
from bogam.study.results import CellResult, StudyResult

FEW = 20


@dataclass(frozen=True, eq=False)
class Reliability:
    """Bins that hold a prediction: mean predicted probability, observed share, count; one value per bin."""

    predicted: FloatArray
    observed: FloatArray
    count: NDArray[np.int64]


def reliability(probs: FloatArray, happened: NDArray[np.bool_]) -> Reliability:
    """Sort predictions into ten bins of equal width and compare.

    Args:
        probs: (n,) predicted probabilities, 0 to 1.
        happened: (n,) whether it was so.

    Returns:
        One entry per bin that is not empty.

    Example:
        >>> found = reliability(np.array([0.1, 0.12, 0.9]), np.array([False, True, True]))
        >>> found.predicted.round(2).tolist(), found.observed.tolist(), found.count.tolist()
        ([0.11, 0.9], [0.5, 1.0], [2, 1])
    """
    place = bin_of(probs)
    count = np.bincount(place, minlength=BINS)
    kept = count > 0
    sums = np.bincount(place, weights=probs, minlength=BINS), np.bincount(place, weights=happened, minlength=BINS)
    return Reliability(sums[0][kept] / count[kept], sums[1][kept] / count[kept], count[kept])


def of_cell(cell: CellResult, classes: int) -> Reliability | None:
    """Return a cell's bins over all runs: the positive class of two, else the class predicted as most likely."""
    rows = tested_rows(cell)
    names = [f"prob_{i}" for i in range(classes)]
    if not rows.height or classes < 2 or not set(names) <= set(rows.columns):
        return None
    rows = rows.drop_nulls(["target", *names]).filter(pl.all_horizontal(pl.col(n).is_finite() for n in names))
    if not rows.height:
        return None
    probs, target = rows.select(names).to_numpy(), rows["target"].to_numpy()
    return reliability(*said_and_true(probs, target))


def calibration_section(result: StudyResult, estimates: Estimates) -> Section:
    """Return the chapter with a reliability diagram per cell."""
    drawn = [(cell, found) for cell in models(result) if done(cell)
             and (found := of_cell(cell, len(result.labels))) is not None]
    if not drawn:
        return Section("calibration", "Calibration", [Paragraph("No probabilities were kept, so calibration cannot be "
                                                                "judged.")])
    two = len(result.labels) == 2
    what = f"“{clean(result.labels[1])}”" if two else "the class named first"
    words = (f"Of the images to which a model gives {what} a probability of 0.8, it should be so in 80 %. Points on "
             "the diagonal are calibrated; below it the model is too sure, above it not sure enough. Ten bins of equal "
             "width, test images of all runs pooled (an image counts once per run).")
    if two:
        words = words.replace("; below it the model is too sure, above it not sure enough",
                              "; below it the probability is too high, above it too low")
    return Section("calibration", "Calibration", [Paragraph(words), _figure(drawn[:MOST_PANELS], estimates)])


def calibration_table(result: StudyResult) -> Table:
    """Return the bins of all cells, as a table that is only saved."""
    rows = [{"cell": cell.name, "predicted": float(p), "observed": float(o), "count": int(n)}
            for cell in models(result) if done(cell) and (f := of_cell(cell, len(result.labels))) is not None
            for p, o, n in zip(f.predicted, f.observed, f.count, strict=True)]
    return Table("calibration", "Calibration", [
        Column("cell", "cell"), Column("predicted", "predicted", "number", 4),
        Column("observed", "observed", "number", 4), Column("count", "count", "count")], rows)


def _figure(drawn: list[tuple[CellResult, Reliability]], estimates: Estimates) -> Figure:
    caption = (f"Reliability diagrams. Hollow points rest on fewer than {FEW} predictions. The bars at the bottom show "
               "how the predictions spread.")
    heads = []
    for cell, _ in drawn:
        error = find(estimates, cell.name, "calibration_error")
        heads.append((title(cell), f"calibration error {number(error.value, 3)}"
                      if error is not None and error.value is not None else ""))

    def draw(canvas: Any, theme: Theme, narrow: bool) -> None:
        axes = panels(canvas, len(drawn), narrow, 2.6, 2.05)
        columns = axes[0].get_gridspec().ncols
        for place, (here, (_, found), (head, score)) in enumerate(zip(axes, drawn, heads, strict=True)):
            here.plot([0, 1], [0, 1], color=theme.muted, linestyle=":", linewidth=1)
            share = found.count / found.count.sum()
            here.bar(np.floor(np.minimum(found.predicted, 0.999) * BINS) / BINS + 0.05, 0.22 * share, width=0.09,
                     color=theme.sky, alpha=0.45, linewidth=0)
            here.plot(found.predicted, found.observed, color=theme.blue, linewidth=1.2)
            for many, fill in ((True, theme.blue), (False, theme.surface)):
                chosen = (found.count >= FEW) == many
                here.plot(found.predicted[chosen], found.observed[chosen], color=theme.blue, marker="o",
                          markerfacecolor=fill, linestyle="none", markersize=4.5)
            here.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
            here.set_title(wrapped(head, canvas, columns) + (f"\n{score}" if score else ""))
            if place >= len(axes) - columns:
                here.set_xlabel("predicted probability")
            if place % columns == 0:
                here.set_ylabel("observed share")

    alt = " ".join([caption, *(f"{head}: {score}." for head, score in heads if score)])
    return Figure("calibration", caption, alt, draw)
