"""The figure of the robustness bench: the metric against severity, one small plot per corruption."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from bogam.evaluate.robustness import ALL, CLEAN
from bogam.metrics.catalog import metric_named
from bogam.page.figure import Figure, panels, wrapped
from bogam.page.palette import Theme


def curves(found: pl.DataFrame, metric: str, trained_with: Sequence[str] = ()) -> Figure:
    """Return the figure of one result.

    Args:
        found: of `evaluate.robustness.compare`.
        metric: a name of the catalog.
        trained_with: corruptions whose augmentation the training used; they are marked.
    """
    clean = found.row(0, named=True)
    names = [n for n in found["corruption"].unique(maintain_order=True).to_list() if n not in (CLEAN, ALL)]
    title = metric_named(metric).title
    by_name = {name: found.filter((pl.col("corruption") == name) & (pl.col("severity") > 0)).sort("severity")
               for name in names}
    lowest = min([clean["low"] if clean["low"] is not None else clean["value"],
                  *(v for frame in by_name.values() for v in (frame["low"].fill_null(frame["value"])).to_list())])
    floor = max(0.0, float(np.floor(lowest * 20) / 20) - 0.02)
    caption = (f"{title} on test images that get worse from severity 1 to 5 (mean and 95 % interval over groups); "
               "severity 0 and the dotted line are the clean images.")
    if trained_with:
        caption += " Marked *: the training used this augmentation."

    def draw(canvas: Any, theme: Theme, narrow: bool) -> None:
        axes = panels(canvas, len(names), narrow, 2.0, 1.8)
        columns = axes[0].get_gridspec().ncols
        for place, (here, name) in enumerate(zip(axes, names, strict=True)):
            frame = by_name[name]
            x = [0, *frame["severity"].to_list()]
            here.axhline(clean["value"], color=theme.muted, linestyle=":", linewidth=1)
            lows = [clean["low"], *frame["low"].to_list()]
            highs = [clean["high"], *frame["high"].to_list()]
            if None not in lows:
                here.fill_between(x, lows, highs, color=theme.sky, alpha=0.3, linewidth=0)
            here.plot(x, [clean["value"], *frame["value"].to_list()], color=theme.blue, marker="o", markersize=3.5)
            change = found.filter((pl.col("corruption") == name) & (pl.col("severity") == 0))["change"][0]
            star = " *" if name in trained_with else ""
            here.set_title(wrapped(f"{name}{star}: {100 * change:+.1f} points", canvas, columns))
            here.set(xlim=(-0.2, 5.2), ylim=(floor, 1.0 if clean["value"] > 0.95 else min(1.0, _top(found) + 0.03)),
                     xticks=range(6))
            if place >= len(axes) - columns:
                here.set_xlabel("severity")
            if place % columns == 0:
                here.set_ylabel(title)

    return Figure("robustness", caption, caption, draw)


def _top(found: pl.DataFrame) -> float:
    return float(max(v for v in (*found["high"].to_list(), *found["value"].to_list()) if v is not None))
