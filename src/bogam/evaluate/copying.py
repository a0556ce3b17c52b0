"""Does a trained model beat a copier, which answers with the training picture that looks most alike?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bogam.evaluate.contrast import Table, estimate_effect, measure_cells
from bogam.evaluate.intervals import percentile_interval
from bogam.evaluate.measure import splits_of
from bogam.metrics.catalog import metric_named

COPIERS = {"segmentation": "nearest-mask", "classification": "nearest-neighbor"}
"""Task to the baseline that copies."""
STAMP = "NO BETTER THAN COPYING"
FEWEST = 3
"""With fewer groups of the rarest kind no interval is given."""


@dataclass(frozen=True)
class Copying:
    """A trained cell beside the copier, on the same test images.

    Args:
        cell: name of the cell.
        metric: name of the metric.
        gain: model less copier in the metric's unit (points, for a share), positive where the model is better; None
            where they share no run.
        low, high: 95 % interval of the gain over groups and trainings; None where there is none.
        why: the reason where there is no interval, or what the interval leaves out; else "".
    """

    cell: str
    metric: str
    gain: float | None
    low: float | None = None
    high: float | None = None
    why: str = ""

    @property
    def stamped(self) -> bool:
        """Return whether the model is not shown to beat the copier, though that could be measured."""
        return self.low is not None and self.low <= 0

    @property
    def words(self) -> str:
        """Return the comparison in words.

        Example:
            >>> Copying("augment=none", "dice", 2.0, -1.0, 5.0).words
            '+2.0 points of Dice over copying the most alike training picture (95 % interval -1.0 to 5.0)'
        """
        known = metric_named(self.metric)
        if self.gain is None:
            return f"not compared with copying: {self.why}"
        span = f" (95 % interval {self.low:.1f} to {self.high:.1f})" if self.low is not None else ""
        rest = f"; {self.why}" if self.why else ""
        return (f"{self.gain:+.1f} {known.unit} of {known.title} over copying the most alike training picture"
                f"{span}{rest}")


def against_copier(cell: str, cases: pl.DataFrame, copied: pl.DataFrame, metric: str, resamples: int = 2000,
                   seed: int = 0, level: float = 0.95) -> Copying:
    """Compare a trained cell with the copier, run by run, on the test images that both have.

    Args:
        cell: its name.
        cases: its rows, as `CellResult.cases`.
        copied: the copier's rows; its one answer per fold stands beside every seed of the cell.
        metric: a name of the catalog.
        resamples: of groups within folds.
        seed: of the resampling.
        level: of the interval.

    Returns:
        The gain with an interval over groups, folds and seeds as of a verdict (see `contrast.verdicts`); with a single
        seed over groups alone.
    """
    known = metric_named(metric)
    sign = known.points if known.higher else -known.points
    seeds = cases.select("repeat", "fold", "seed").unique()
    beside = seeds.join(copied.drop("seed"), on=["repeat", "fold"], how="inner")
    mine = cases.join(beside.select("repeat", "fold", "seed").unique(), on=["repeat", "fold", "seed"], how="semi")
    if not beside.height:
        return Copying(cell, metric, None, why="the copier was not scored on these folds")
    table = measure_cells([({}, mine), ({}, beside.select(copied.columns))], metric, resamples, seed)
    effect = estimate_effect(table, {0: 1.0, 1: -1.0}, known.title)
    if effect.value is None:
        return Copying(cell, metric, None, why=effect.why)
    gain = sign * effect.value
    half = effect.half(1 - level)
    if half is not None:
        half *= known.points
        return Copying(cell, metric, gain, gain - half, gain + half)
    ends = _over_groups(table, level)
    if ends is None:
        return Copying(cell, metric, gain, why=effect.why)
    low, high = sorted(sign * end for end in ends)
    return Copying(cell, metric, gain, low, high, "one seed: the noise of training is not in it"
                   if effect.seeds < 2 else effect.why)


def stamped(found: Sequence[Copying]) -> list[Copying]:
    """Return those that do not beat the copier."""
    return [one for one in found if one.stamped]


def _over_groups(table: Table, level: float) -> tuple[float, float] | None:
    """Return the interval of the difference of two cells over groups, within folds; None where there are too few."""
    keys = [key for key in sorted(table.values[0]) if key in table.values[1]]
    numbers = {key: table.values[0][key] - table.values[1][key] for key in keys}
    keys = [key for key in keys if not np.isnan(numbers[key][0])]
    if not keys or table.units < FEWEST:
        return None
    folds = [np.mean([numbers[keys[k]] for k in places], axis=0) for places in splits_of(keys)]
    whole = np.mean(folds, axis=0)
    drawn = whole[1:][~np.isnan(whole[1:])]
    if len(drawn) < len(whole) / 2:
        return None
    return percentile_interval(float(whole[0]), drawn, table.units, level)
