"""Training curves: loss of the training and validation part, and the validation score, for each cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bogam.core.types import FloatArray
from bogam.page.blocks import Block, Paragraph
from bogam.page.document import Section
from bogam.page.figure import Figure, panels, wrapped
from bogam.page.palette import Theme
from bogam.page.table import Column, Table
from bogam.page.text import is_number, many
from bogam.study.report.cells import done, models, not_converged, title
from bogam.study.results import CellResult, StudyResult

MOST_PANELS = 12


def curves_section(result: StudyResult) -> Section:
    """Return the chapter of training curves."""
    cells = [cell for cell in models(result) if any(run.epochs for run in cell.runs)]
    if not cells:
        return Section("curves", "Training curves", [Paragraph("No epoch was recorded.")])
    late = [title(cell) for cell in cells if not_converged(cell)]
    blocks: list[Block] = [Paragraph(
        "How the trainings went. Thin lines are single runs (folds and seeds), the thick line their mean while at "
        "least half of the runs are still training. Validation images choose the epoch; test images appear in no "
        "curve. "
        + (f"Marked as not converged (best epoch in the last tenth): {', '.join(late)}." if late else
           "No run had its best epoch in the last tenth of its training."))]
    if len(cells) > MOST_PANELS:
        blocks.append(Paragraph(f"The first {MOST_PANELS} of {many(len(cells), 'combination')} are drawn; "
                                "tables/training.csv holds all.", small=True))
    shown = cells[:MOST_PANELS]
    if any(_series(cell, key) for cell in shown for key in ("train_loss", "validation_loss")):
        blocks.append(_figure("training_loss", shown, ("train_loss", "validation_loss"), "loss", False,
                              "Loss by epoch: training (solid, blue) and validation (dashed, orange). Losses of "
                              "different kinds have different scales, so each plot has its own axis."))
    by_loss = (result.recipe.get("train") or {}).get("select") == "loss"
    kept = "the epoch with the lowest validation loss was kept" if by_loss else "the epoch with the best one was kept"
    if any(_series(cell, "validation_score") for cell in shown):
        blocks.append(_figure("validation_score", shown, ("validation_score",), "score", True,
                              f"Score on the validation part by epoch; {kept}."))
    return Section("curves", "Training curves", blocks)


def training_table(result: StudyResult) -> Table:
    """Return every recorded epoch of every run, as a table that is only saved."""
    keys = ("train_loss", "validation_loss", "validation_score", "learning_rate", "time_s")
    rows = [{"cell": cell.name, "repeat": run.repeat, "fold": run.fold, "seed": run.seed, "epoch": row.get("epoch"),
             **{key: row.get(key) if is_number(row.get(key)) else None for key in keys}}
            for cell in models(result) for run in cell.runs for row in run.epochs]
    return Table("training", "Training", [
        Column("cell", "cell"), *[Column(k, k, "count") for k in ("repeat", "fold", "seed", "epoch")],
        *[Column(k, k, "number", 6) for k in keys]], rows)


def _series(cell: CellResult, key: str) -> list[tuple[FloatArray, FloatArray]]:
    found: list[tuple[FloatArray, FloatArray]] = []
    for run in cell.runs:
        pairs = [(row["epoch"], row[key]) for row in run.epochs if is_number(row.get("epoch"))
                 and is_number(row.get(key))]
        if pairs:
            both = np.array(pairs, dtype=np.float64)
            found.append((both[:, 0], both[:, 1]))
    return found


def mean_curve(series: Sequence[tuple[FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    """Return epochs and the mean over runs, where at least half of the runs have a value.

    Example:
        >>> epochs, mean = mean_curve([(np.array([1., 2.]), np.array([4., 2.])), (np.array([1.]), np.array([2.]))])
        >>> epochs.tolist(), mean.tolist()
        ([1.0, 2.0], [3.0, 2.0])
    """
    values: dict[float, list[float]] = {}
    for epochs, scores in series:
        for epoch, score in zip(epochs, scores, strict=True):
            values.setdefault(float(epoch), []).append(float(score))
    kept = sorted(epoch for epoch, here in values.items() if 2 * len(here) >= len(series))
    return np.array(kept), np.array([np.mean(values[epoch]) for epoch in kept])


def _figure(name: str, cells: Sequence[CellResult], keys: tuple[str, ...], label: str, shared: bool,
            caption: str) -> Figure:
    ends = []
    for cell in cells:
        parts = []
        for key in keys:
            series = _series(cell, key)
            if series:
                parts.append(f"{key.replace('_', ' ')} ends at {mean_curve(series)[1][-1]:.3f}")
        late = not_converged(cell)
        ends.append(f"{title(cell)}: {', '.join(parts) or 'nothing recorded'}"
                    f"{f', {late} runs not converged' if late else ''}.")

    def draw(canvas: Any, theme: Theme, narrow: bool) -> None:
        axes = panels(canvas, len(cells), narrow, 1.9)
        columns = axes[0].get_gridspec().ncols
        for place, (here, cell) in enumerate(zip(axes, cells, strict=True)):
            for key in keys:
                color = theme.orange if key == "validation_loss" else theme.blue
                style = "--" if key == "validation_loss" else "-"
                series = _series(cell, key)
                for epochs, scores in series:
                    here.plot(epochs, scores, color=color, linestyle=style, alpha=0.28, linewidth=0.7)
                if series:
                    words = {"train_loss": "training", "validation_loss": "validation"}.get(key)
                    here.plot(*mean_curve(series), color=color, linestyle=style, linewidth=1.9,
                              label=words if place == 0 else None)
            late = not_converged(cell)
            head = wrapped(title(cell), canvas, columns)
            here.set_title(head + (f"\n{late} of {len(done(cell))} not converged" if late else ""),
                           color=theme.orange if late else theme.ink)
            if place >= len(axes) - columns:
                here.set_xlabel("epoch")
            if place % columns == 0:
                here.set_ylabel(label)
        if shared:
            limits = [here.get_ylim() for here in axes]
            for here in axes:
                here.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
        if len(keys) > 1:
            axes[0].legend(loc="upper right")

    return Figure(name, caption, " ".join([caption, *ends]), draw)
