"""What weighted metrics share: checked inputs, and resamples taken in blocks that fit into memory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bogam.core.errors import UserError, say
from bogam.core.types import Array, FloatArray

BLOCK = 2_000_000
"""Most numbers of one block of a (resamples, cases) table."""


def in_blocks(compute: Callable[[FloatArray], FloatArray], weights: FloatArray) -> FloatArray:
    """Apply a function of (resamples, cases) weights to blocks of resamples; return its values, joined.

    Args:
        compute: (r, n) weights to (r, ...) values.
        weights: (R, n), how often each case counts in each resample.
    """
    step = max(1, BLOCK // max(weights.shape[1], 1))
    return np.concatenate([compute(weights[k:k + step]) for k in range(0, len(weights), step)])


def checked_scores(where: str, scores: Array, positive: Array) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return scores as float64 and truth as bool; raise UserError where lengths differ or a score is not finite."""
    found, truth = np.asarray(scores, np.float64), np.asarray(positive, bool)
    if found.ndim != 1 or found.shape != truth.shape:
        raise UserError(say(where, f"scores {found.shape} and truth {truth.shape}", "two vectors of one length"))
    if not np.isfinite(found).all():
        raise UserError(say(where, f"{int((~np.isfinite(found)).sum())} scores that are not finite", "numbers",
                            "Look for NaN in the predictions."))
    return found, truth


def ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Divide; nan, not a warning, where the denominator is 0.

    Example:
        >>> ratio(np.array([1.0, 0.0]), np.array([2.0, 0.0])).tolist()
        [0.5, nan]
    """
    out = np.full(np.broadcast_shapes(above.shape, below.shape), np.nan)
    np.divide(above, below, out=out, where=below != 0)
    return out


def mean_of_defined(values: FloatArray, axis: int = -1, least: int = 1) -> FloatArray:
    """Return the mean over the values that are not nan; nan where fewer than `least` are left.

    Example:
        >>> mean_of_defined(np.array([[1.0, np.nan], [np.nan, np.nan]])).tolist()
        [1.0, nan]
    """
    defined = ~np.isnan(values)
    count = defined.sum(axis=axis)
    total = np.where(defined, values, 0.0).sum(axis=axis)
    return ratio(total, np.where(count >= least, count, 0).astype(np.float64))


def as_number(value: float) -> float | None:
    """Return a plain number, or None for nan: undefined."""
    return None if np.isnan(value) else float(value)
