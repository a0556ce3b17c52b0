"""Turn about the center."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

import numpy as np

from bogam.augment.family import Augment, Drawn, Group, Matrix, MinVisible, augmentations, draw_between
from bogam.core.fields import Range
from bogam.core.types import Case


@augmentations.register
class Rotate(Augment):
    """Turn about the image's center, in pixels; what comes in from outside has the lowest grey level."""

    group: ClassVar[Group] = "warp"
    kind: Literal["rotate"] = "rotate"
    angle_degrees: Range = (-15.0, 15.0)
    """Angle, drawn uniformly from (low, high); positive turns counterclockwise as seen on the screen."""
    min_visible: MinVisible = 0.1

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"angle_degrees": ...}."""
        return {"angle_degrees": draw_between(rng, *self.angle_degrees)}

    @staticmethod
    def matrix(drawn: Drawn, shape: tuple[int, ...]) -> Matrix:
        """Return the turn about ((Y - 1) / 2, (X - 1) / 2).

        Example:
            >>> [[round(v, 6) + 0.0 for v in row] for row in Rotate.matrix({"angle_degrees": 90.0}, (3, 3))]
            [[0.0, -1.0, 2.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
        """
        angle = math.radians(drawn["angle_degrees"])
        cos, sin = math.cos(angle), math.sin(angle)
        y, x = (shape[-2] - 1) / 2, (shape[-1] - 1) / 2
        return ((cos, -sin, y - cos * y + sin * x), (sin, cos, x - sin * y - cos * x), (0.0, 0.0, 1.0))
