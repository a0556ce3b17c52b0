"""Cut out a part and enlarge it to the image's size."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator

from bogam.augment.family import Augment, Drawn, Group, Matrix, MinVisible, augmentations, draw_between
from bogam.core.fields import Range
from bogam.core.types import Case


def _check_part(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] <= 0 or value[1] > 1:
        raise ValueError(f"got ({value[0]}, {value[1]}), expected above 0 and at most 1. 1 cuts nothing.")
    return value


@augmentations.register
class Crop(Augment):
    """Cut out a part of the image at a random place and enlarge it linearly to the image's size."""

    group: ClassVar[Group] = "warp"
    volumes: ClassVar[bool] = True
    kind: Literal["crop"] = "crop"
    part: Annotated[Range, AfterValidator(_check_part)] = (0.8, 1.0)
    """Length of the part's sides as a share of the image's, drawn uniformly from (low, high); one for all sides."""
    min_visible: MinVisible = 0.1

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"part": ..., "start": [share of each side that is cut off before the part]}."""
        part = draw_between(rng, *self.part)
        return {"part": part, "start": [(1 - part) * rng.random() for _ in case.shape]}

    @staticmethod
    def matrix(drawn: Drawn, shape: tuple[int, ...]) -> Matrix:
        """Return the enlargement that brings the part's edges to the image's.

        Example:
            >>> Crop.matrix({"part": 0.5, "start": [0.5, 0.0]}, (4, 8))
            ((2.0, 0.0, -3.5), (0.0, 2.0, 0.5), (0.0, 0.0, 1.0))
        """
        factor = 1 / drawn["part"]
        axes = len(shape)
        offset = [factor * (0.5 - start * side) - 0.5 for start, side in zip(drawn["start"], shape, strict=True)]
        rows = [(*(factor if other == axis else 0.0 for other in range(axes)), offset[axis]) for axis in range(axes)]
        return (*rows, (*(0.0,) * axes, 1.0))
