"""Is the difference of two printed values larger than the noise that the table itself tells of?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bogam.audit.referee.matrix import sizes
from bogam.audit.referee.names import title
from bogam.audit.referee.results import Row

FEWEST = 6
"""Two classifiers that differ on fewer cases than this cannot differ at the 5 % level in any paired (McNemar) test."""


@dataclass(frozen=True)
class Noise:
    """What a table tells of the noise in one difference.

    Args:
        within: whether the difference is no larger than the noise; None: nothing tells of the noise.
        words: how that was judged, one clause.
    """

    within: bool | None
    words: str


def mean_of(rows: Sequence[Row], metric: str) -> float:
    """Return the mean of a metric over the runs of a cell."""
    return sum(float(row.values[metric].value) for row in rows) / len(rows)


def noise_between(better: Sequence[Row], other: Sequence[Row], metric: str) -> Noise:
    """Return what is known of the noise in the difference of two cells.

    Looks, in this order, at runs printed one by one (paired), at printed intervals, at stated standard deviations with
    their number of runs, at standard deviations alone, and at the number of cases behind a share.

    Args:
        better, other: the rows of each cell, one per printed run.
        metric: which all of them have.
    """
    gap = round(abs(mean_of(better, metric) - mean_of(other, metric)), 12)
    shared = {row.run: row for row in better if row.run}
    pairs = [(shared[row.run], row) for row in other if row.run in shared]
    if len(pairs) >= 3:
        return _paired([float(a.values[metric].value - b.values[metric].value) for a, b in pairs])
    first, second = better[0], other[0]
    if len(better) > 1 or len(other) > 1:
        return _unknown(first)
    if all(metric in row.lows and metric in row.highs for row in (first, second)):
        return _intervals(first, second, metric, gap)
    if metric in first.sds and metric in second.sds:
        return _stated(first, second, metric, gap)
    return _cases(first, second, metric, gap)


def _paired(differences: Sequence[float]) -> Noise:
    from scipy.stats import t
    count = len(differences)
    middle = sum(differences) / count
    sd = math.sqrt(sum((d - middle) ** 2 for d in differences) / (count - 1))
    half = float(t.ppf(0.975, count - 1)) * sd / math.sqrt(count)
    return Noise(abs(middle) <= half, f"paired over {count} printed runs the 95 % interval is "
                                      f"{100 * (middle - half):.1f} to {100 * (middle + half):.1f} points")


def _intervals(first: Row, second: Row, metric: str, gap: float) -> Noise:
    halves = [float(row.highs[metric].value - row.lows[metric].value) / 2 for row in (first, second)]
    half = math.hypot(*halves)
    return Noise(gap <= half, f"by the printed intervals differences up to {100 * half:.1f} points are noise, unless "
                              "the cases are the same and a paired test says otherwise")


def _stated(first: Row, second: Row, metric: str, gap: float) -> Noise:
    a, b = (float(row.sds[metric].value) for row in (first, second))
    if not (first.runs and second.runs and first.runs > 1 and second.runs > 1):
        return Noise(gap <= max(a, b), f"the larger stated standard deviation is {100 * max(a, b):.1f} points, "
                                       "over a number of values that is not told")
    from scipy.stats import t
    parts = [a * a / first.runs, b * b / second.runs]
    below = parts[0] ** 2 / (first.runs - 1) + parts[1] ** 2 / (second.runs - 1)
    df = sum(parts) ** 2 / below if below else 1.0
    half = float(t.ppf(0.975, df)) * math.sqrt(sum(parts))
    return Noise(gap <= half, f"by the stated standard deviations of {first.runs} and {second.runs} runs differences "
                              f"up to {100 * half:.1f} points are noise")


def _cases(first: Row, second: Row, metric: str, gap: float) -> Noise:
    place = {"accuracy": 0, "error_rate": 0, "sensitivity": 1, "specificity": 2}.get(metric)
    n = [float(sizes(row)[place] or 0) for row in (first, second)] if place is not None else [0.0]
    if min(n) < 1:
        return _unknown(first)
    if gap * min(n) < FEWEST - 0.5:
        return Noise(True, f"of {min(n):.0f} cases that is {gap * min(n):.0f}; below {FEWEST} no paired test can tell")
    shares = [float(row.values[metric].value) for row in (first, second)]
    half = 1.96 * math.sqrt(sum(s * (1 - s) / count for s, count in zip(shares, n, strict=True)))
    return Noise(gap <= half, f"for {min(n):.0f} cases differences up to {100 * half:.1f} points are noise, unless the "
                              "cases are the same and a paired test says otherwise")


def _unknown(row: Row) -> Noise:
    return Noise(None, "no interval, no repeated run and no standard deviation is printed"
                 if row.averaged == "unstated" else "no interval and no standard deviation is printed")


def gap_words(best: Sequence[Row], other: Sequence[Row], metric: str) -> str:
    """Return a difference in words, such as "Dice 0.441 (a) against 0.438 (b): 0.3 points"."""
    gap = 100 * abs(mean_of(best, metric) - mean_of(other, metric))
    return (f"{title(metric)} {shown(best, metric)} ({best[0].levels}) against {shown(other, metric)} "
            f"({other[0].levels}): {gap:.1f} points")


def shown(rows: Sequence[Row], metric: str) -> str:
    """Return a cell's value as printed, or the mean of its printed runs."""
    return str(rows[0].values[metric]) if len(rows) == 1 else f"{mean_of(rows, metric):.4g} (mean of {len(rows)} runs)"
