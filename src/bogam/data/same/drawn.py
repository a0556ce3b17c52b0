"""Is a picture a drawing of a few flat levels, as a mask is?"""

from __future__ import annotations

import cv2
import numpy as np

from bogam.core.types import Array

FEW = 8
EXACTLY = 0.995
"""Share of the pixels that `FEW` grey levels hold in a mask that was stored without loss."""
AROUND, NEARLY, OF_THE_REST = 8, 0.975, 0.7
"""In a mask stored with loss, three levels and 8 of 255 around each hold so large a share; and so large a share of what
is not the first of them."""


def is_drawn(plane: Array) -> bool:
    """Return whether (C, Y, X) is made of a few flat levels: a mask, not a photograph. A blank one is not.

    Example:
        >>> mask = np.zeros((1, 40, 40), np.uint8)
        >>> mask[:, 10:20, 10:30] = 255
        >>> is_drawn(mask), is_drawn(np.arange(1600, dtype=np.uint16).reshape(1, 40, 40))
        (True, False)
    """
    step = max(1, int(max(plane.shape[-2:]) / 512))
    gray = plane[:, ::step, ::step].astype(np.float32).mean(axis=0)
    low, high = float(gray.min()), float(gray.max())
    if high <= low:
        return False
    level = np.asarray(np.rint((gray - low) * (255 / (high - low))), np.uint8)
    counts = np.bincount(level.ravel(), minlength=256).astype(np.float64) / level.size
    if np.sort(counts)[-FEW:].sum() >= EXACTLY:
        return _is_flat(level)
    held, left, shares = np.zeros(256, bool), counts.copy(), []
    for _ in range(3):
        peak = int(left.argmax())
        near = slice(max(0, peak - AROUND), peak + AROUND + 1)
        shares.append(float(left[near].sum()))
        left[near], held[near] = 0, True
    rest = 1 - shares[0]
    return sum(shares) >= NEARLY and rest > 0 and sum(shares[1:]) >= OF_THE_REST * rest and _is_flat(level)


def _is_flat(level: Array) -> bool:
    """Return whether neighbors mostly have one level."""
    around = cv2.morphologyEx(level, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return bool((around <= 2 * AROUND).mean() >= 0.6)
