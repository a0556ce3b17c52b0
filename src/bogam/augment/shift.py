"""Move up, down, left, right."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np

from bogam.augment.family import Augment, Drawn, Group, Matrix, MinVisible, augmentations, draw_between
from bogam.core.fields import Range
from bogam.core.types import Case


@augmentations.register
class Shift(Augment):
    """Move the image by a share of its size; what comes in from outside has the lowest grey level."""

    group: ClassVar[Group] = "warp"
    volumes: ClassVar[bool] = True
    kind: Literal["shift"] = "shift"
    down: Range = (-0.1, 0.1)
    """Move downward as a share of the height, drawn uniformly from (low, high); negative moves up."""
    right: Range = (-0.1, 0.1)
    """Move to the right as a share of the width, drawn uniformly from (low, high); negative moves left."""
    deep: Range = (-0.1, 0.1)
    """Move of a volume along its slices as a share of their number, drawn uniformly; pictures draw none."""
    min_visible: MinVisible = 0.1

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"down": ..., "right": ...}, and "deep": ... for a volume."""
        drawn = {"down": draw_between(rng, *self.down), "right": draw_between(rng, *self.right)}
        return drawn if len(case.shape) == 2 else {**drawn, "deep": draw_between(rng, *self.deep)}

    @staticmethod
    def matrix(drawn: Drawn, shape: tuple[int, ...]) -> Matrix:
        """Return the shift in pixels.

        Example:
            >>> Shift.matrix({"down": 0.5, "right": -0.25}, (4, 8))
            ((1.0, 0.0, 2.0), (0.0, 1.0, -2.0), (0.0, 0.0, 1.0))
        """
        down, right = drawn["down"] * shape[-2], drawn["right"] * shape[-1]
        if len(shape) == 2:
            return ((1.0, 0.0, down), (0.0, 1.0, right), (0.0, 0.0, 1.0))
        return ((1.0, 0.0, 0.0, drawn["deep"] * shape[0]), (0.0, 1.0, 0.0, down), (0.0, 0.0, 1.0, right),
                (0.0, 0.0, 0.0, 1.0))
