"""Marks that betray where a picture came from: borders, and what else pixels alone tell."""

from __future__ import annotations

from typing import Any

import numpy as np

from bogam.core.types import Array

VERSION = 1
"""Raise it when `marks_of` changes what it returns: what was measured before is then measured anew."""

FLAT_SHARE = 0.02
"""A row or column belongs to a border while its grey values spread over no more than this share of the range."""


def marks_of(image: Array, levels: tuple[float, float] | None) -> dict[str, float]:
    """Return name to value of what can be told from one picture's pixels.

    `border_top`, `border_bottom`, `border_left`, `border_right`: share of the height or width that is a uniform border.

    Args:
        image: (C, Y, X), as stored.
        levels: (low, high) of the grey scale; None: the picture's own range.

    Example:
        >>> framed = np.zeros((1, 10, 10), np.uint8)
        >>> framed[0, 2:, 1:] = np.arange(72).reshape(8, 9)
        >>> marks_of(framed, None)["border_top"], marks_of(framed, None)["border_left"]
        (0.2, 0.1)
    """
    low, high = levels or (float(image.min()), float(image.max()))
    limit = FLAT_SHARE * (float(high) - float(low))
    found: dict[str, float] = {}
    for axis, (before, after) in ((2, ("top", "bottom")), (1, ("left", "right"))):
        busy: Any = np.flatnonzero(np.ptp(image.astype(np.float32), axis=axis).max(axis=0) > limit)
        size = image.shape[3 - axis]
        found[f"border_{before}"] = float(busy[0] / size) if len(busy) else 1.0
        found[f"border_{after}"] = float((size - 1 - busy[-1]) / size) if len(busy) else 1.0
    return found
