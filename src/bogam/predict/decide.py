"""From probabilities to a decision, with thresholds chosen on validation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bogam.core.types import Array, FloatArray


def decide(probs: FloatArray, task: str, thresholds: Sequence[float]) -> Array:
    """Return the class index, or the (K, Y, X) mask, that the thresholds make of probabilities.

    With two classes the second is chosen where its probability reaches its threshold; with more, the largest.

    Args:
        probs: (classes,) or (K, Y, X), 0 to 1.
        task: "classification" or "segmentation".
        thresholds: one per label.

    Example:
        >>> int(decide(np.array([0.7, 0.3]), "classification", (0.5, 0.25)))
        1
    """
    if task == "segmentation":
        return np.asarray(probs >= np.asarray(thresholds, np.float32)[:, None, None], np.uint8)
    if len(probs) == 2:
        return np.asarray(int(probs[1] >= thresholds[1]))
    return np.asarray(int(np.argmax(probs)))
