"""Spread the grey levels so that each is used about equally often."""

from __future__ import annotations

from typing import ClassVar, Literal

from bogam.augment.family import Augment, Drawn, Group, augmentations
from bogam.core.types import Array
from bogam.prepare.equalize import equalize
from bogam.prepare.levels import change_brightness


@augmentations.register
class Equalize(Augment):
    """Equalize the histogram of the whole image over its levels, exactly as the prepare step of this name does.

    Masks, boxes and targets stay as they are. The result depends on what else is in the picture (background, field of
    view), so grey is no longer a measure (Hounsfield units).

    References:
        None: follows from the definition.
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["equalize"] = "equalize"

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the equalized image; one of a single grey level comes back as it was, a color one keeps its hue.

        Example:
            >>> import numpy as np
            >>> Equalize.filter(np.array([[[10, 20, 20, 30]]], np.uint8), (0, 255), {}).tolist()
            [[[0, 170, 170, 255]]]
        """
        assert levels is not None
        return change_brightness(image, levels, lambda plane: equalize(plane, levels))
