"""Dice: twice the overlap of two masks, divided by the sum of their areas."""

from __future__ import annotations

import numpy as np

from bogam.core.errors import UserError, say
from bogam.core.types import Array


def dice(predicted: Array, truth: Array) -> float:
    """Return the Dice of two masks of one image and one label, 2 |A and B| / (|A| + |B|).

    Args:
        predicted, truth: masks of one shape, any depth; not 0 is inside.

    Returns:
        0 to 1; 1 where both masks are empty, 0 where one is. A mean over images that have a lesion leaves the
        images with an empty `truth` out; a mean over all images counts them as stated here and must say so.

    Raises:
        UserError: the shapes differ.

    Example:
        >>> dice(np.array([1, 1, 0, 0]), np.array([0, 1, 1, 1]))
        0.4
        >>> dice(np.zeros(4), np.zeros(4)), dice(np.ones(4), np.zeros(4))
        (1.0, 0.0)

    References:
        Dice 1945, doi:10.2307/1932409
    """
    shared, either = overlap("dice", predicted, truth)
    return 2 * shared / either if either else 1.0


def overlap(where: str, predicted: Array, truth: Array) -> tuple[int, int]:
    """Return (pixels in both masks, sum of the pixels of each mask); raise UserError where the shapes differ."""
    if predicted.shape != truth.shape:
        raise UserError(say(where, f"masks of shape {predicted.shape} and {truth.shape}", "one shape",
                            "Was one saved from another image?"))
    first, second = predicted != 0, truth != 0
    return int(np.count_nonzero(first & second)), int(np.count_nonzero(first)) + int(np.count_nonzero(second))
