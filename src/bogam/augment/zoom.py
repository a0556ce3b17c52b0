"""Enlarge or shrink about the center."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator

from bogam.augment.family import Augment, Drawn, Group, Matrix, MinVisible, augmentations, check_above_zero, draw_factor
from bogam.core.fields import Range
from bogam.core.types import Case


@augmentations.register
class Zoom(Augment):
    """Enlarge or shrink about the image's center, the image's size kept; the fill has the lowest grey level."""

    group: ClassVar[Group] = "warp"
    volumes: ClassVar[bool] = True
    kind: Literal["zoom"] = "zoom"
    factor: Annotated[Range, AfterValidator(check_above_zero)] = (0.9, 1.1)
    """Magnification, drawn log-uniformly from (low, high); above 1 enlarges."""
    min_visible: MinVisible = 0.1

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"factor": ...}."""
        return {"factor": draw_factor(rng, *self.factor)}

    @staticmethod
    def matrix(drawn: Drawn, shape: tuple[int, ...]) -> Matrix:
        """Return the magnification about the middle, ((Y - 1) / 2, (X - 1) / 2); of a volume along all three axes.

        Example:
            >>> Zoom.matrix({"factor": 2.0}, (3, 5))
            ((2.0, 0.0, -1.0), (0.0, 2.0, -2.0), (0.0, 0.0, 1.0))
        """
        factor = drawn["factor"]
        axes = len(shape)
        rows = [(*(0.0,) * axis, factor, *(0.0,) * (axes - 1 - axis), (1 - factor) * (side - 1) / 2)
                for axis, side in enumerate(shape)]
        return (*rows, (*(0.0,) * axes, 1.0))
