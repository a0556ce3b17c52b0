"""Slant."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator

from bogam.augment.family import Augment, Drawn, Group, Matrix, MinVisible, augmentations, draw_between
from bogam.core.fields import Range
from bogam.core.types import Case


def _check_below_45(value: tuple[float, float]) -> tuple[float, float]:
    if max(map(abs, value)) >= 45:
        raise ValueError(f"got ({value[0]}, {value[1]}), expected angles between -45 and 45 degrees.")
    return value


@augmentations.register
class Shear(Augment):
    """Slant about the image's center: rows slide sideways, columns up and down, the more the further out they lie."""

    group: ClassVar[Group] = "warp"
    volumes: ClassVar[bool] = True
    kind: Literal["shear"] = "shear"
    rows_degrees: Annotated[Range, AfterValidator(_check_below_45)] = (-10.0, 10.0)
    """Angle by which vertical lines lean, drawn uniformly from (low, high); above 0 lower rows move to the right."""
    columns_degrees: Annotated[Range, AfterValidator(_check_below_45)] = (0.0, 0.0)
    """Angle by which horizontal lines lean, drawn uniformly; above 0 columns further right move down."""
    min_visible: MinVisible = 0.1

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"rows_degrees": ..., "columns_degrees": ...}."""
        return {"rows_degrees": draw_between(rng, *self.rows_degrees),
                "columns_degrees": draw_between(rng, *self.columns_degrees)}

    @staticmethod
    def matrix(drawn: Drawn, shape: tuple[int, ...]) -> Matrix:
        """Return the slant about ((Y - 1) / 2, (X - 1) / 2), in pixels; a volume's slices are slanted alike.

        Example:
            >>> made = Shear.matrix({"rows_degrees": 26.565051177, "columns_degrees": 0.0}, (3, 5))
            >>> [[round(v, 6) + 0.0 for v in row] for row in made]
            [[1.0, 0.0, 0.0], [0.5, 1.0, -0.5], [0.0, 0.0, 1.0]]
        """
        along, down = math.tan(math.radians(drawn["rows_degrees"])), math.tan(math.radians(drawn["columns_degrees"]))
        y, x = (shape[-2] - 1) / 2, (shape[-1] - 1) / 2
        return ((1.0, down, -down * x), (along, 1.0, -along * y), (0.0, 0.0, 1.0))
