"""Which confusion matrices fit printed values: as shares of the cases, whatever their number.

Every rate is a ratio of two sums of the four shares (true positive, false negative, false positive, true negative), so
"it prints as .87" is two linear inequalities, and all of them together are a body with flat sides: empty, or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np

from bogam.audit.referee.results import Row
from bogam.core.types import FloatArray

Range = tuple[float, float]
RATES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    # numerator, denominator over (tp, fn, fp, tn)
    "sensitivity": ((1, 0, 0, 0), (1, 1, 0, 0)),
    "specificity": ((0, 0, 0, 1), (0, 0, 1, 1)),
    "prevalence": ((1, 1, 0, 0), (1, 1, 1, 1)),
    "precision": ((1, 0, 0, 0), (1, 0, 1, 0)),
    "npv": ((0, 0, 0, 1), (0, 1, 0, 1)),
    "accuracy": ((1, 0, 0, 1), (1, 1, 1, 1)),
    "error_rate": ((0, 1, 1, 0), (1, 1, 1, 1)),
    "f1": ((2, 0, 0, 0), (2, 1, 1, 0)),
}
"""Rates that are ratios of sums of the four entries; in the order in which they are taken as given."""
NOISE, SINGULAR = 1e-11, 1e-13
"""Of floating point, as a share of the terms of a sum; and below which three planes have no corner."""
ON_ONE_SET = ("sensitivity", "specificity", "prevalence", "accuracy", "error_rate")
"""Rates whose denominator is the same in every run on one test set, so that their means over runs are rates too."""


def ranges_of(row: Row, names: Iterable[str]) -> dict[str, Range]:
    """Return metric to the (low, high) of true values that print as the row does, cut to 0..1; the count of positive
    cases, where given, as prevalence."""
    found = {}
    for name in names:
        if name in row.values:
            shown = row.values[name]
            found[name] = (max(0.0, float(shown.low)), min(1.0, float(shown.high)))
    n, positives, _ = sizes(row)
    if n and positives is not None and "prevalence" in names:
        share = positives / n
        low, high = found.get("prevalence", (share, share))
        found["prevalence"] = (max(low, share), min(high, share)) if low <= share <= high else (low, high)
    return found


def sizes(row: Row) -> tuple[int | None, int | None, int | None]:
    """Return (cases, positive cases, negative cases) of a row, each None where it cannot be told.

    Example:
        >>> sizes(Row(2, "", {}, {}, counts={"n": 50, "positives": 20}))
        (50, 20, 30)
        >>> sizes(Row(2, "", {}, {}, counts={"tp": 8, "fn": 2, "tn": 30, "fp": 10}))
        (50, 10, 40)
    """
    held = row.counts
    positives = held.get("positives", held["tp"] + held["fn"] if {"tp", "fn"} <= held.keys() else None)
    negatives = held.get("negatives", held["tn"] + held["fp"] if {"tn", "fp"} <= held.keys() else None)
    n = held.get("n")
    if n is None and positives is not None and negatives is not None:
        n = positives + negatives
    if n is not None and positives is None and negatives is not None:
        positives = n - negatives
    if n is not None and negatives is None and positives is not None:
        negatives = n - positives
    return n, positives, negatives


def possible(ranges: Mapping[str, Range]) -> bool:
    """Return whether any shares of the four outcomes fit all ranges, with every rate defined.

    The inequalities have no scale, so each rate's denominator in turn is set to 1. Where each can be, the sum of these
    solutions makes all of them positive at once. (Without this a table of true negatives alone fits everything: 0 / 0.)

    Example:
        >>> possible({"sensitivity": (0.9, 0.9), "specificity": (0.8, 0.8), "accuracy": (0.85, 0.85)})
        True
        >>> possible({"sensitivity": (0.9, 0.9), "specificity": (0.8, 0.8), "accuracy": (0.95, 0.95)})
        False
        >>> possible({"sensitivity": (0.9, 0.9), "precision": (0.9, 0.9), "f1": (0.8, 0.8)})
        False
    """
    if any(low > high for low, high in ranges.values()):
        return False
    return all(len(_corners(ranges, below)) for below in dict.fromkeys(RATES[name][1] for name in ranges))


def conflict(ranges: Mapping[str, Range]) -> list[str]:
    """Return a smallest set of metrics that contradict each other: leave out any, and the rest fits.

    Example:
        >>> conflict({"f1": (0.7, 0.8), "sensitivity": (0.9, 0.9), "specificity": (0.8, 0.8), "accuracy": (0.95, 0.95)})
        ['sensitivity', 'specificity', 'accuracy']
    """
    left = {name: ranges[name] for name in RATES if name in ranges}
    for name in reversed(list(left)):
        rest = {other: span for other, span in left.items() if other != name}
        if not possible(rest):
            left = rest
    return list(left)


def range_given(metric: str, others: Mapping[str, Range]) -> Range | None:
    """Return the (low, high) that a rate can have where the others lie in their ranges; None where nothing can be told.

    Example:
        >>> low, high = range_given("accuracy", {"sensitivity": (0.9, 0.9), "specificity": (0.8, 0.8)})
        >>> round(low, 6), round(high, 6)
        (0.8, 0.9)
    """
    above, below = RATES[metric]
    found = _corners(others, below)
    if not len(found):
        return None
    values = found @ np.array(above, np.float64)
    return float(values.min()), float(values.max())


def _corners(ranges: Mapping[str, Range], scale: tuple[int, ...]) -> FloatArray:
    """Return the corners (k, 4) of all shares with scale . shares = 1 that fit the ranges; none where nothing fits.

    Shares are not negative, so whatever fits has a corner, and a ratio has its extremes there. A corner lies on three
    of the planes; there are at most 20 of these, so all triples are gone through.
    """
    planes = np.concatenate([-np.eye(4), *([low * b - a, a - high * b] for (low, high), a, b in (
        (span, *np.array(RATES[name], np.float64)) for name, span in ranges.items()))])
    triples = np.array(list(combinations(range(len(planes)), 3)))
    first = np.broadcast_to(np.array(scale, np.float64), (len(triples), 1, 4))
    systems = np.concatenate([first, planes[triples]], axis=1)
    lengths = np.linalg.norm(systems, axis=2).prod(axis=1)
    systems = systems[np.abs(np.linalg.det(systems)) > SINGULAR * np.maximum(lengths, SINGULAR)]
    found = np.linalg.solve(systems, np.broadcast_to(np.eye(4)[0][:, None], (len(systems), 4, 1)))[..., 0]
    size = np.abs(found).sum(axis=1, keepdims=True)  # where a whole sum should be 0, noise has the size of the corner
    beyond = found @ planes.T > NOISE * (np.abs(found) @ np.abs(planes.T) + 0.01 * size)
    return np.asarray(found[~beyond.any(axis=1)])
