"""Intersection over union of two masks."""

from __future__ import annotations

import numpy as np

from bogam.core.types import Array


def iou(predicted: Array, truth: Array) -> float:
    """Return |A and B| / |A or B|, the Jaccard index; D / (2 - D) of the same masks' Dice D, and never above it.

    Args:
        predicted, truth: masks of one shape, nonzero inside.

    Returns:
        0 to 1; 1 where both are empty, 0 where only one is.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> round(iou(np.array([1, 1, 0, 0]), np.array([0, 1, 1, 0])), 4)
        0.3333

    References:
        None: follows from the definition.
    """
    if predicted.shape != truth.shape:
        raise ValueError(f"iou: got shapes {predicted.shape} and {truth.shape}, expected one shape.")
    inside, true = predicted != 0, truth != 0
    union = int(np.count_nonzero(inside | true))
    return int(np.count_nonzero(inside & true)) / union if union else 1.0
