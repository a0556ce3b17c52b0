"""Contrast-limited adaptive histogram equalization."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from bogam.core.fields import Positive, Size
from bogam.core.types import Array, Case
from bogam.prepare.family import Step, prepare_steps
from bogam.prepare.levels import change_brightness, from_steps, levels_of, to_steps


def clahe(plane: Array, levels: tuple[float, float], clip: float = 2.0, tiles: tuple[int, int] = (8, 8)) -> Array:
    """Equalize each tile of a picture, with a limit on how much contrast may grow.

    Args:
        plane: (Y, X) uint8, uint16, int16 or float32; float images are counted in 65536 steps of the range.
        levels: (low, high); the histogram has one bin per level, so 12 bit in uint16 with (0, 4095) has 4096 bins.
        clip: the highest bin allowed, in multiples of a flat histogram's; larger means more contrast.
        tiles: (rows, columns) of tiles.

    Returns:
        The plane's shape and type, within levels. At 8 bit and levels (0, 255) exactly OpenCV's result.

    Notes:
        OpenCV always counts 65536 bins at 16 bit. Levels are spread over these and the limit is raised by 65536 /
        levels, which gives the histogram of the levels in use. A limit below one pixel per bin counts as one:
        with small tiles at high depth contrast then grows more than at 8 bit. Use fewer tiles, or window to 8 bit.

    References:
        Zuiderveld, "Contrast limited adaptive histogram equalization", Graphics Gems IV, 1994, pages 474-485.
    """
    steps, count = to_steps(plane, levels)
    bins = 256 if count <= 256 else 65536
    spread = steps if count == bins else np.rint(steps * ((bins - 1) / (count - 1)))
    engine = cv2.createCLAHE(clip * bins / count, (tiles[1], tiles[0]))
    found = engine.apply(np.ascontiguousarray(spread, dtype=np.uint8 if bins == 256 else np.uint16))
    back = found if count == bins else np.rint(found * ((count - 1) / (bins - 1)))
    return from_steps(back, levels, count, plane.dtype)


@prepare_steps.register
class Clahe(Step):
    """Raise local contrast, tile by tile, with a limit (CLAHE)."""

    kind: Literal["clahe"] = "clahe"
    clip: Positive = 2.0
    """The highest histogram bin allowed, in multiples of a flat histogram's; larger means more contrast."""
    tiles: Size = (8, 8)
    """(rows, columns) of tiles."""

    def apply(self, case: Case) -> Case:
        """Return the case with local contrast raised, slice by slice; of an RGB picture the brightness.

        Raises:
            UserError: the case has no grey range, or pixels that are not finite.
        """
        levels = levels_of(case, self.kind)

        def change(plane: Array) -> Array:
            slices = plane.reshape(-1, *plane.shape[-2:])
            return np.stack([clahe(s, levels, self.clip, self.tiles) for s in slices]).reshape(plane.shape)

        image = change_brightness(case.image, levels, change)
        return case.but(image=image, history=(*case.history, self.entry(range=list(levels))))
