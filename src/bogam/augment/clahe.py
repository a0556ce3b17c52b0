"""Equalize grey levels in tiles, with a limit on the contrast that this may make (CLAHE)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator

from bogam.augment._grey import plane_by_plane
from bogam.augment.family import Augment, Drawn, Group, augmentations, check_above_zero, draw_factor
from bogam.core.fields import Range, Size
from bogam.core.types import Array, Case
from bogam.prepare.clahe import clahe
from bogam.prepare.levels import change_brightness


@augmentations.register
class Clahe(Augment):
    """Contrast-limited adaptive histogram equalization over the case's levels, as the prepare step of this name does.

    Of a color image the brightness is changed and the hue kept. A volume is done slice by slice. Above 8 bit it costs
    several times more.

    Masks, boxes and targets stay as they are. Equal tissue gets unequal grey in different tiles, so grey is no longer
    a measure (Hounsfield units).

    References:
        Zuiderveld, "Contrast limited adaptive histogram equalization", Graphics Gems IV, 1994, pages 474-485.
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["clahe"] = "clahe"
    clip: Annotated[Range, AfterValidator(check_above_zero)] = (1.0, 3.0)
    """Highest histogram bin of a tile, in multiples of a flat histogram's, drawn log-uniformly from (low, high);
    larger means more contrast."""
    tiles: Size = (8, 8)
    """(rows, columns) of tiles; fewer where a tile would have less than 8 pixels a side."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"clip": ..., "tiles": [rows, columns]}."""
        tiles = [max(1, min(count, side // 8)) for count, side in zip(self.tiles, case.shape[-2:], strict=True)]
        return {"clip": draw_factor(rng, *self.clip), "tiles": tiles}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the equalized image, in the same dtype and levels."""
        assert levels is not None
        rows, columns = drawn["tiles"]
        return change_brightness(image, levels, lambda channel: plane_by_plane(
            channel[None], lambda plane: clahe(plane, levels, drawn["clip"], (rows, columns)))[0])
