"""Histogram equalization over the whole picture."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.core.look_up import look_up
from bogam.core.types import Array, Case
from bogam.prepare.family import Step, prepare_steps
from bogam.prepare.levels import change_brightness, from_steps, levels_of, to_steps


def equalize(image: Array, levels: tuple[float, float]) -> Array:
    """Spread grey levels so that each part of the range holds about as many pixels.

    A level v becomes low + (high - low) * (c(v) - c0) / (n - c0), c(v) the number of pixels at or below v, c0 that
    of the lowest level that occurs, n all pixels; at 8 bit and (0, 255) this is OpenCV's `equalizeHist`.

    Args:
        image: one grey plane or volume, any shape; float images are counted in 65536 steps of the range.
        levels: (low, high); 12 bit in uint16 with (0, 4095) uses 4096 levels and stays below 4096.

    Returns:
        The image's shape and type, within levels. An image of one level is returned as it is.

    Example:
        >>> equalize(np.array([[10, 10, 20, 30]], np.uint8), (0, 255))
        array([[  0,   0, 128, 255]], dtype=uint8)
        >>> equalize(np.array([[10, 10, 20, 30]], np.uint16), (0, 4095))
        array([[   0,    0, 2048, 4095]], dtype=uint16)
    """
    steps, count = to_steps(image, levels)
    below = _histogram(steps, count).cumsum()
    first = int(below[np.flatnonzero(below)[0]])
    if first == steps.size:
        return from_steps(steps.copy(), levels, count, image.dtype)
    curve = np.floor(np.clip(below - first, 0, None) / (steps.size - first) * (count - 1) + 0.5)
    if steps.dtype == np.uint8:
        found = np.empty(steps.shape, np.uint8)
        look_up(np.ascontiguousarray(steps), curve.astype(np.uint8), found)
        return from_steps(found, levels, count, image.dtype)
    return from_steps(np.take(curve.astype(np.uint16), steps), levels, count, image.dtype)


def _histogram(steps: Array, count: int) -> NDArray[np.int64]:
    """Return how many pixels each step has; OpenCV counts 8 bit faster, exactly below 2 ** 24 pixels."""
    if steps.dtype == np.uint8 and steps.size < 2**24:
        flat = np.ascontiguousarray(steps).reshape(-1, steps.shape[-1])
        return np.asarray(cv2.calcHist([flat], [0], None, [count], [0, count]), np.int64).ravel()
    return np.bincount(steps.ravel(), minlength=count)


@prepare_steps.register
class Equalize(Step):
    """Equalize the histogram of each picture over its own grey range."""

    kind: Literal["equalize"] = "equalize"

    def apply(self, case: Case) -> Case:
        """Return the case equalized; of an RGB picture the brightness, so that its colors keep their hue.

        Raises:
            UserError: the case has no grey range, or pixels that are not finite.
        """
        levels = levels_of(case, self.kind)
        image = change_brightness(case.image, levels, lambda plane: equalize(plane, levels))
        return case.but(image=image, history=(*case.history, self.entry(range=list(levels))))
