"""Weights for classes that are not equally frequent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bogam.core.errors import UserError, say


def class_weights(counts: Sequence[int] | NDArray[np.integer], how: Literal["none", "balanced"] = "balanced",
                  ) -> NDArray[np.float64]:
    """Return one weight per class; their mean over the images is 1.

    balanced: images / (classes that occur x images of the class), so that each class weighs the same in all.

    Args:
        counts: images of each class in the training part.
        how: "balanced", or "none" for 1 everywhere.

    Returns:
        (classes,) above 0. A class without images gets 1: it cannot occur in training, and stays defined elsewhere.

    Raises:
        UserError: no image at all, or a negative count.

    Example:
        >>> class_weights([30, 10]).round(4).tolist()
        [0.6667, 2.0]
        >>> class_weights([30, 10, 0]).round(4).tolist()
        [0.6667, 2.0, 1.0]

    References:
        None: follows from the definition; the same as scikit-learn's `class_weight="balanced"` where all occur.
    """
    number = np.asarray(counts, dtype=np.float64)
    if number.ndim != 1 or number.size == 0 or (number < 0).any() or number.sum() == 0:
        raise UserError(say("class weights", f"image counts {number.tolist()}", "at least one image, none negative"))
    weights = np.ones(number.size)
    if how == "balanced":
        occurs = number > 0
        weights[occurs] = number.sum() / (occurs.sum() * number[occurs])
    return weights
