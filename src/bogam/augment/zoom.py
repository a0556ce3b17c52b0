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
    kind: Literal["zoom"] = "zoom"
    factor: Annotated[Range, AfterValidator(check_above_zero)] = (0.9, 1.1)
    """Magnification, drawn log-uniformly from (low, high); above 1 enlarges."""
    min_visible: MinVisible = 0.1

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"factor": ...}."""
        return {"factor": draw_factor(rng, *self.factor)}

    @staticmethod
    def matrix(drawn: Drawn, shape: tuple[int, ...]) -> Matrix:
        """Return the magnification about ((Y - 1) / 2, (X - 1) / 2).

        Example:
            >>> Zoom.matrix({"factor": 2.0}, (3, 5))
            ((2.0, 0.0, -1.0), (0.0, 2.0, -2.0), (0.0, 0.0, 1.0))
        """
        factor = drawn["factor"]
        return ((factor, 0.0, (1 - factor) * (shape[-2] - 1) / 2), (0.0, factor, (1 - factor) * (shape[-1] - 1) / 2),
                (0.0, 0.0, 1.0))
