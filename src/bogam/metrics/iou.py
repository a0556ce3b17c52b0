"""Intersection over union (Jaccard): the overlap of two masks, divided by the area that either covers."""

from __future__ import annotations

import numpy as np

from bogam.core.types import Array, FloatArray
from bogam.metrics.dice import overlap


def iou(predicted: Array, truth: Array) -> float:
    """Return the intersection over union of two masks of one image and one label; the foreground alone.

    Args:
        predicted, truth: masks of one shape, any depth; not 0 is inside.

    Returns:
        0 to 1; 1 where both masks are empty, 0 where one is.

    Raises:
        UserError: the shapes differ.

    Example:
        >>> iou(np.array([1, 1, 0, 0]), np.array([0, 1, 1, 1]))
        0.25
        >>> iou(np.zeros(4), np.zeros(4))
        1.0

    References:
        None: follows from the definition.
    """
    shared, either = overlap("iou", predicted, truth)
    return shared / (either - shared) if either else 1.0


def mean_iou(tp: Array, fp: Array, fn: Array, tn: Array) -> FloatArray:
    """Return the mean of the IoU of the label and the IoU of its background, per image.

    The background of a medical image is large and easy, so this is far higher than the IoU of a small lesion and is
    given under this name only.

    Args:
        tp, fp, fn, tn: pixels per image, any shape.

    Returns:
        0 to 1, of that shape; either IoU is 1 where neither mask nor truth has such pixels.

    Example:
        >>> float(mean_iou(np.array(1), np.array(1), np.array(0), np.array(8)).round(4))
        0.6944

    Notes:
        Libraries differ: some pool pixels over all images first, which lets large lesions dominate.
    """
    parts = []
    for right in (tp, tn):
        union = np.asarray(right + fp + fn, np.float64)
        parts.append(np.where(union > 0, right / np.where(union > 0, union, 1.0), 1.0))
    return np.asarray((parts[0] + parts[1]) / 2, np.float64)
