"""Is there a confusion matrix of whole numbers that prints as the table does? Looks at all that could, quickly.

With P positive cases and tp of them found, every printed rate leaves an interval of false positives, from two linear
inequalities; so only pairs (P, tp) are gone through, as arrays, and most searches end in the first block.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from bogam.audit.referee.matrix import RATES, Range
from bogam.core.types import FloatArray

MOST = 5_000_000
"""Pairs (P, tp) that are gone through at most."""
BLOCK = 500_000
SLACK = 1e-9
BEYOND_RATES = ("balanced_accuracy", "kappa", "mcc")


def exists(ranges: Mapping[str, Range], n: int, positives: int | None = None, step: int = 1,
           fixed: Mapping[str, int] | None = None) -> bool | None:
    """Return whether a table of whole numbers fits all ranges; None where there are too many to try.

    Args:
        ranges: metric (of `RATES` or `BEYOND_RATES`) to the (low, high) of true values, ends included.
        n: cases.
        positives: how many of them are positive; None: any number.
        step: positive cases are a multiple of this (the number of runs summed).
        fixed: entries that are known: tp, fn, fp, tn.

    Example:
        >>> exists({"accuracy": (0.865, 0.875)}, 50), exists({"accuracy": (0.8725, 0.8735)}, 50)
        (False, False)
        >>> exists({"accuracy": (0.855, 0.865)}, 50)
        True
    """
    known = dict(fixed or {})
    tried = 0
    for p, tp in _pairs(ranges, n, positives, step, known):
        tried += len(p)
        if _any_fits(ranges, n, p, tp, known):
            return True
        if tried > MOST:
            return None
    return False


def _pairs(ranges: Mapping[str, Range], n: int, positives: int | None, step: int,
           known: Mapping[str, int]) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield blocks of (positive cases, true positives), the evenest share of positive cases first."""
    if positives is not None:
        candidates = np.array([positives], np.int64)
    else:
        low, high = ranges.get("prevalence", (0.0, 1.0))
        first, last = int(np.ceil(low * n - SLACK)), int(np.floor(high * n + SLACK))
        candidates = np.arange(first, last + 1, dtype=np.int64)
        candidates = candidates[candidates % step == 0]
        candidates = candidates[np.argsort(np.abs(candidates - n / 2), kind="stable")]
    low, high = ranges.get("sensitivity", (0.0, 1.0))
    start = np.maximum(np.ceil(low * candidates - SLACK), known.get("tp", 0)).astype(np.int64)
    end = np.minimum(np.floor(high * candidates + SLACK), known.get("tp", n)).astype(np.int64)
    if "fn" in known:
        start, end = np.maximum(start, candidates - known["fn"]), np.minimum(end, candidates - known["fn"])
    width = np.maximum(end - start + 1, 0)
    begin = 0
    while begin < len(candidates):
        stop = max(begin + 1, int(np.searchsorted(np.cumsum(width[begin:]), BLOCK)) + begin)
        part = width[begin:stop]
        p = np.repeat(candidates[begin:stop], part)
        offset = np.arange(len(p)) - np.repeat(np.cumsum(part) - part, part)
        if len(p):
            yield p.astype(np.float64), (np.repeat(start[begin:stop], part) + offset).astype(np.float64)
        begin = stop


def _any_fits(ranges: Mapping[str, Range], n: int, p: FloatArray, tp: FloatArray, known: Mapping[str, int]) -> bool:
    negatives = n - p
    low, high = np.zeros_like(p), negatives.copy()
    if "fp" in known:
        low, high = np.maximum(low, known["fp"]), np.minimum(high, known["fp"])
    if "tn" in known:
        low, high = np.maximum(low, negatives - known["tn"]), np.minimum(high, negatives - known["tn"])

    def keep(constant: FloatArray, slope: FloatArray | float) -> None:
        """Keep false positives f with constant + slope * f >= 0."""
        nonlocal low, high
        constant = constant + SLACK * (1 + n)
        slope = np.broadcast_to(np.asarray(slope, np.float64), constant.shape)
        with np.errstate(divide="ignore", invalid="ignore"):
            bound = -constant / slope
        low = np.where(slope > 0, np.maximum(low, bound), low)
        high = np.where(slope < 0, np.minimum(high, bound), high)
        high = np.where((slope == 0) & (constant < 0), -1.0, high)

    for name, (least, most) in ranges.items():
        if name in RATES:
            (a, b), (c, d) = (_linear(part, p, tp, negatives) for part in RATES[name])
            keep(a - least * c, b - least * d)
            keep(most * c - a, most * d - b)
            if least > 0 and most < 1:
                keep(c - 1, d)  # a value in between is defined, so its denominator is not 0
        elif name == "balanced_accuracy":
            both = (p > 0) & (negatives > 0)
            found = np.divide(tp, 2 * p, out=np.zeros_like(p), where=p > 0) + 0.5
            slope = np.divide(-0.5, negatives, out=np.zeros_like(p), where=negatives > 0)
            keep(np.where(both, found - least, 0.0), np.where(both, slope, 0.0))
            keep(np.where(both, most - found, 0.0), np.where(both, -slope, 0.0))
    first, last = np.ceil(low - SLACK), np.floor(high + SLACK)
    fits = first <= last
    nonlinear = {name: ranges[name] for name in ("kappa", "mcc") if name in ranges}
    if not nonlinear or not fits.any():
        return bool(fits.any())
    return _nonlinear_fits(nonlinear, n, p[fits], tp[fits], first[fits], last[fits])


def _linear(coefficients: tuple[int, ...], p: FloatArray, tp: FloatArray,
            negatives: FloatArray) -> tuple[FloatArray, float]:
    """Return (constant, slope) in the false positives of a sum of the four entries."""
    of_tp, of_fn, of_fp, of_tn = coefficients
    return of_tp * tp + of_fn * (p - tp) + of_tn * negatives, float(of_fp - of_tn)


def _nonlinear_fits(ranges: Mapping[str, Range], n: int, p: FloatArray, tp: FloatArray, first: FloatArray,
                    last: FloatArray) -> bool:
    counts = (last - first + 1).astype(np.int64)
    for begin in range(0, len(p), 2_000):
        part = counts[begin:begin + 2_000]
        offset = np.arange(part.sum()) - np.repeat(np.cumsum(part) - part, part)
        fp = np.repeat(first[begin:begin + 2_000], part) + offset
        held = [np.repeat(values[begin:begin + 2_000], part) for values in (p, tp)]
        if _agree(ranges, n, held[0], held[1], fp).any():
            return True
    return False


def _agree(ranges: Mapping[str, Range], n: int, p: FloatArray, tp: FloatArray, fp: FloatArray) -> NDArray[np.bool_]:
    fits = np.ones(len(p), bool)
    for name, (least, most) in ranges.items():
        value = kappa(tp, p - tp, fp, n - p - fp) if name == "kappa" else mcc(tp, p - tp, fp, n - p - fp)
        fits &= ~np.isfinite(value) | ((value >= least - SLACK) & (value <= most + SLACK))
    return fits


def kappa(tp: FloatArray, fn: FloatArray, fp: FloatArray, tn: FloatArray) -> FloatArray:
    """Return Cohen's kappa of confusion matrices; nan where undefined.

    Example:
        >>> float(kappa(*map(np.array, (20.0, 5.0, 10.0, 15.0))).round(6))
        0.4
    """
    chance = (tp + fp) * (tp + fn) + (fn + tn) * (fp + tn)
    n = tp + fn + fp + tn
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((n * (tp + tn) - chance) / (n * n - chance))


def mcc(tp: FloatArray, fn: FloatArray, fp: FloatArray, tn: FloatArray) -> FloatArray:
    """Return the Matthews correlation coefficient of confusion matrices; nan where undefined.

    Example:
        >>> float(mcc(*map(np.array, (20.0, 5.0, 10.0, 15.0))).round(6))
        0.408248
    """
    below = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((tp * tn - fp * fn) / np.sqrt(below))
