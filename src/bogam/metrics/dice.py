"""Dice coefficient of two masks."""

from __future__ import annotations

import numpy as np

from bogam.core.types import Array


def dice(predicted: Array, truth: Array) -> float:
    """Return 2 |A and B| / (|A| + |B|).

    Args:
        predicted, truth: masks of one shape, nonzero inside.

    Returns:
        0 to 1; 1 where both are empty, 0 where only one is. Headline figures leave images without a lesion out.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> dice(np.array([1, 1, 0, 0]), np.array([0, 1, 1, 0]))
        0.5

    References:
        Dice 1945, doi 10.2307/1932409.
    """
    if predicted.shape != truth.shape:
        raise ValueError(f"dice: got shapes {predicted.shape} and {truth.shape}, expected one shape.")
    inside, true = predicted != 0, truth != 0
    total = int(np.count_nonzero(inside)) + int(np.count_nonzero(true))
    return 2 * int(np.count_nonzero(inside & true)) / total if total else 1.0
