"""Replace each pixel by the median of its neighborhood."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import cv2
import numpy as np
from pydantic import field_validator

from bogam.augment._grey import plane_by_plane
from bogam.augment.family import Augment, Drawn, Group, augmentations, draw_count
from bogam.core.fields import CountRange
from bogam.core.types import Array, Case


@augmentations.register
class Median(Augment):
    """Take the median of a square around each pixel, at the image's own depth; the edge is continued outward.

    Slice by slice in a volume, channel by channel in color. Needs no levels: a median is one of the values.

    Masks, boxes and targets stay as they are. It removes what is smaller than half the square: microcalcifications in
    mammograms, microaneurysms in fundus pictures, small vessels; where those are the finding, keep to 3 or leave it.

    Notes:
        8-bit images at any side, deeper ones at 3 and 5 go through OpenCV; deeper ones at 7 and more through SciPy's
        rank filter, which is ten times slower or more.

    References:
        None: follows from the definition.
    """

    group: ClassVar[Group] = "filter"
    volumes: ClassVar[bool] = True
    kind: Literal["median"] = "median"
    side_px: CountRange = (3, 5)
    """Side of the square in pixels, odd, drawn uniformly from the odd numbers from low to high."""

    @field_validator("side_px")
    @classmethod
    def _is_odd(cls, value: tuple[int, int]) -> tuple[int, int]:
        if value[0] < 3 or not (value[0] % 2 and value[1] % 2):
            raise ValueError(f"got ({value[0]}, {value[1]}), expected odd numbers of 3 or more.")
        return value

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"side_px": ...}."""
        return {"side_px": 2 * draw_count(rng, self.side_px[0] // 2, self.side_px[1] // 2) + 1}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the medians.

        Example:
            >>> spot = np.zeros((1, 3, 3), np.uint16)
            >>> spot[0, 1, 1] = 60000
            >>> Median.filter(spot, None, {"side_px": 3}).max()
            np.uint16(0)
        """
        side = drawn["side_px"]
        return plane_by_plane(image, lambda plane: _median(plane, side))


def _median(plane: Array, side: int) -> Array:
    if plane.dtype == np.int16:  # the order of int16 is that of uint16 with the first bit turned
        flipped = plane.view(np.uint16) ^ np.uint16(0x8000)
        return (_median(flipped, side) ^ np.uint16(0x8000)).view(np.int16)
    if plane.dtype != np.uint8 and side > 5:
        from scipy.ndimage import median_filter
        return np.asarray(median_filter(plane, size=side, mode="nearest"))
    return np.asarray(cv2.medianBlur(plane, side))
