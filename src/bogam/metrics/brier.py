"""Brier score: the squared distance of predicted probabilities from what is true."""

from __future__ import annotations

import numpy as np

from bogam.core.errors import UserError, say
from bogam.core.types import Array, FloatArray


def brier(probs: Array, target: Array) -> float | None:
    """Return the mean Brier score of cases.

    Args:
        probs: (n, classes), rows that sum to 1.
        target: (n,) class index.

    Returns:
        Two classes: mean of (probability of the second - truth) squared, 0 to 1. More: summed over classes, 0 to 2.
        Lower is better. None without cases.

    Example:
        >>> round(brier(np.array([[0.8, 0.2], [0.4, 0.6]]), np.array([0, 1])), 3)
        0.1

    Notes:
        Brier's own sum over classes gives twice the value for two classes; the halved form is the usual one there.

    References:
        None: follows from the definition.
    """
    each = brier_per_case(probs, target)
    return float(each.mean()) if len(each) else None


def brier_per_case(probs: Array, target: Array) -> FloatArray:
    """Return the Brier score of each case, (n,); its mean under any weights is the Brier score."""
    if probs.ndim != 2 or len(probs) != len(target):
        raise UserError(say("brier", f"probabilities {probs.shape} for {len(target)} cases", "(cases, classes)"))
    found, classes = np.asarray(probs, np.float64), probs.shape[1]
    squared = (found - np.eye(classes)[np.asarray(target, np.int64)]) ** 2
    return np.asarray(squared[:, 1] if classes == 2 else squared.sum(axis=1), np.float64)
