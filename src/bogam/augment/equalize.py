"""Spread the grey levels so that each is used about equally often."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from bogam.augment._luma import Level, through_luma
from bogam.augment.apply_cpu import read_levels, write_levels
from bogam.augment.family import Augment, Drawn, Group, augmentations
from bogam.core.types import Array


@augmentations.register
class Equalize(Augment):
    """Equalize the histogram of the whole image over its levels; a color image in its luma.

    As in OpenCV's `equalizeHist`, the darkest level that occurs stays at the bottom and is left out of the
    count, so that a black background does not push the rest upward. The image's grey range is cut into 256 steps for
    8-bit images and 4096 for deeper ones.
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["equalize"] = "equalize"

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the equalized image; one of a single grey level comes back as it was.

        Example:
            >>> Equalize.filter(np.array([[[10, 20, 20, 30]]], np.uint8), (0, 255), {}).tolist()
            [[[0, 170, 170, 255]]]
        """
        assert levels is not None
        steps = 256 if image.dtype == np.uint8 else 4096

        def spread(level: Level) -> Level:
            index = np.rint(level * (steps - 1)).astype(np.intp)
            count = np.bincount(index.ravel(), minlength=steps)
            darkest = int(np.argmax(count > 0))
            below = np.cumsum(count) - count[darkest]
            if below[-1] == 0:
                return level
            return np.take(np.maximum(below / below[-1], 0.0).astype(np.float32), index)

        return write_levels(through_luma(read_levels(image, levels), spread), levels, image.dtype)
