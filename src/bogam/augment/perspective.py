"""Look at the image from aslant."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from bogam.augment.family import Augment, Drawn, Group, Matrix, MinVisible, augmentations, draw_between
from bogam.core.types import Case


@augmentations.register
class Perspective(Augment):
    """Move each corner of the image at random; straight lines stay straight.

    For photographs, which have a viewpoint: skin, fundus, endoscopy.
    """

    group: ClassVar[Group] = "warp"
    volumes: ClassVar[bool] = True
    kind: Literal["perspective"] = "perspective"
    limit: Annotated[float, Field(ge=0.0, le=0.2)] = 0.05
    """Largest move of a corner along each side, as a share of the side's length, uniform in (-limit, limit)."""
    min_visible: MinVisible = 0.1

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"corners": [[down, right] of top left, top right, bottom left, bottom right]}."""
        return {"corners": [[draw_between(rng, -self.limit, self.limit) for _ in range(2)] for _ in range(4)]}

    @staticmethod
    def matrix(drawn: Drawn, shape: tuple[int, ...]) -> Matrix:
        """Return the map that moves the image's corners by the drawn shares; a volume's slices are seen alike.

        Example:
            >>> made = Perspective.matrix({"corners": [[0.0, 0.25]] * 4}, (4, 8))
            >>> [[round(v, 6) + 0.0 for v in row] for row in made]
            [[1.0, 0.0, 0.0], [0.0, 1.0, 2.0], [0.0, 0.0, 1.0]]
        """
        height, width = shape[-2:]
        equations, ends = [], []
        for (y, x), (down, right) in zip(((0, 0), (0, 1), (1, 0), (1, 1)), drawn["corners"], strict=True):
            row, column = y * height - 0.5, x * width - 0.5
            below, beside = row + down * height, column + right * width
            equations += [[row, column, 1.0, 0.0, 0.0, 0.0, -below * row, -below * column],
                          [0.0, 0.0, 0.0, row, column, 1.0, -beside * row, -beside * column]]
            ends += [below, beside]
        a, b, c, d, e, f, g, h = np.linalg.solve(np.array(equations), np.array(ends)).tolist()
        return ((a, b, c), (d, e, f), (g, h, 1.0))
