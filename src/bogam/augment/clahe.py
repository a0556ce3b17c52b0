"""Equalize grey levels in tiles, with a limit on the contrast that this may make (CLAHE)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from bogam.augment._luma import Level, through_luma
from bogam.augment.apply_cpu import read_levels, write_levels
from bogam.augment.family import Augment, Drawn, Group, augmentations, check_above_zero, draw_factor
from bogam.core.fields import Count, Range
from bogam.core.types import Array, Case

_STEPS = 256


@augmentations.register
class Clahe(Augment):
    """Contrast-limited adaptive histogram equalization over the case's levels; a color image in its luma.

    Gray images of 8 bit with levels (0, 255) go through OpenCV. All others go through the same method with
    256 histogram steps whose curve is continuous, so that depth is kept: OpenCV's 16-bit version counts in 65,536
    steps, where a tile of a small image has fewer pixels than steps and the limit never acts. With tiles of 64 pixels
    a side the two ways agree within 8 of 255 levels; with tiles below 32 OpenCV's whole-number counts make them differ
    more.

    References:
        Zuiderveld K. Contrast limited adaptive histogram equalization. In: Graphics Gems IV, 1994, 474-485.
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    kind: Literal["clahe"] = "clahe"
    clip: Annotated[Range, AfterValidator(check_above_zero)] = (1.0, 3.0)
    """Largest count of a grey step in a tile, as a multiple of the mean count but never below one pixel; what is cut
    off is given to all steps alike. Drawn log-uniformly from (low, high); higher allows more contrast."""
    tiles: tuple[Count, Count] = (8, 8)
    """Tiles down and across; fewer where a tile would have less than 8 pixels a side."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"clip": ..., "tiles": [down, across]}."""
        tiles = [max(1, min(count, side // 8)) for count, side in zip(self.tiles, case.shape[-2:], strict=True)]
        return {"clip": draw_factor(rng, *self.clip), "tiles": tiles}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the equalized image, in the same dtype and levels."""
        assert levels is not None
        down, across = drawn["tiles"]
        if image.dtype == np.uint8 and tuple(levels) == (0, 255) and len(image) == 1:
            return cv2.createCLAHE(drawn["clip"], (across, down)).apply(image[0])[None]  # type: ignore[no-any-return]
        level = through_luma(read_levels(image, levels),
                             lambda plane: equalize_tiles(plane, down, across, drawn["clip"]))
        return write_levels(level, levels, image.dtype)


def equalize_tiles(level: Level, down: int, across: int, clip: float) -> Level:
    """Return a grey plane, each pixel through its four nearest tiles' curves, mixed bilinearly.

    Args:
        level: (Y, X) float32 in [0, 1].
        down, across: number of tiles.
        clip: as the field of `Clahe`.
    """
    height, width = level.shape
    high, wide = -(-height // down), -(-width // across)
    padded = np.pad(level, ((0, high * down - height), (0, wide * across - width)), mode="symmetric")
    step = np.minimum((padded * _STEPS).astype(np.intp), _STEPS - 1)
    tile = (np.arange(high * down) // high)[:, None] * across + np.arange(wide * across) // wide
    count = np.bincount((tile * _STEPS + step).ravel(), minlength=down * across * _STEPS).reshape(-1, _STEPS)
    area = high * wide
    limit = max(clip * area / _STEPS, 1.0)
    cut = np.minimum(count, limit)
    cut = cut + (area - cut.sum(axis=1, keepdims=True)) / _STEPS
    edge = np.concatenate([np.zeros((len(cut), 1)), np.cumsum(cut, axis=1) / area], axis=1).astype(np.float32)

    place = level * _STEPS
    base = np.minimum(place.astype(np.intp), _STEPS - 1)
    rest = place - base
    top, bottom, share_y = _neighbors(height, high, down)
    left, right, share_x = _neighbors(width, wide, across)

    def curve(row: NDArray[np.intp], column: NDArray[np.intp]) -> Level:
        flat = (row[:, None] * across + column) * (_STEPS + 1) + base
        start = np.take(edge, flat)
        return start + rest * (np.take(edge, flat + 1) - start)

    upper = curve(top, left) * (1 - share_x) + curve(top, right) * share_x
    share_y = share_y[:, None]
    lower = curve(bottom, left) * (1 - share_x) + curve(bottom, right) * share_x
    mixed: Level = np.clip(upper * (1 - share_y) + lower * share_y, 0.0, 1.0)
    return mixed


def _neighbors(size: int, side: int, tiles: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Return, for each pixel of an axis, the tiles before and after it and the share of the one after."""
    place = (np.arange(size) + 0.5) / side - 0.5
    before = np.floor(place).astype(np.intp)
    share = (place - before).astype(np.float32)
    return np.clip(before, 0, tiles - 1), np.clip(before + 1, 0, tiles - 1), share
