"""Which confusion matrices fit printed values: as shares of the cases (a linear program), whatever their number.

Every rate is a ratio of two sums of the four shares (true positive, false negative, false positive, true negative), so
"it prints as .87" is two linear inequalities, and all of them together are a polytope: empty, or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bogam.audit.referee.results import Row

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
    """Return whether any shares of the four outcomes fit all ranges.

    Example:
        >>> possible({"sensitivity": (0.9, 0.9), "specificity": (0.8, 0.8), "accuracy": (0.85, 0.85)})
        True
        >>> possible({"sensitivity": (0.9, 0.9), "specificity": (0.8, 0.8), "accuracy": (0.95, 0.95)})
        False
    """
    if any(low > high for low, high in ranges.values()):
        return False
    return _solve(ranges, (1, 1, 1, 1), (0, 0, 0, 0)) is not None


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
    low = _solve(others, below, above)
    high = _solve(others, below, tuple(-part for part in above))
    return None if low is None or high is None else (low, -high)


def _solve(ranges: Mapping[str, Range], scale: tuple[int, ...], goal: tuple[int, ...]) -> float | None:
    """Return the least value of goal . shares where scale . shares = 1 and all ranges hold; None where none do."""
    from scipy.optimize import linprog
    rows = []
    for name, (low, high) in ranges.items():
        above, below = RATES[name]
        rows.append([low * b - a for a, b in zip(above, below, strict=True)])
        rows.append([a - high * b for a, b in zip(above, below, strict=True)])
    done = linprog(goal, A_ub=rows or None, b_ub=[0.0] * len(rows) or None, A_eq=[scale], b_eq=[1.0],
                   bounds=[(0, None)] * 4, method="highs")
    return float(done.fun) if done.status == 0 else None
