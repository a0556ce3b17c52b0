"""Stretch some rows and columns of cells and squeeze others."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from bogam.augment.family import Augment, Drawn, Group, MinVisible, Places, augmentations, draw_between
from bogam.core.fields import Size
from bogam.core.types import Case, FloatArray


@augmentations.register
class GridDistortion(Augment):
    """Lay a grid over the image and stretch or squeeze its rows and columns of cells at random; the edges stay.

    Each row and each column of cells draws a step of 1 + u, u uniform in (-limit, limit): that much of the image,
    relative to its neighbors, is shown in the cell. As in Albumentations' transform of this name, normalized, the
    steps are scaled so that together they show the whole image. There the step is constant within a cell, which puts
    a crease at each grid line; here it is that at the cell's middle and changes linearly from middle to middle.
    """

    group: ClassVar[Group] = "warp"
    bends: ClassVar[bool] = True
    kind: Literal["grid-distortion"] = "grid-distortion"
    cells: Size = (5, 5)
    """(rows, columns) of cells. A volume is distorted within its slices."""
    limit: Annotated[float, Field(ge=0.0, le=0.9)] = 0.3
    """Largest change of a cell's step, as a share of it."""
    min_visible: MinVisible = 0.1

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"rows": [steps], "columns": [steps]}."""
        rows, columns = ([1.0 + draw_between(rng, -self.limit, self.limit) for _ in range(count)]
                         for count in self.cells)
        return {"rows": rows, "columns": columns}

    @staticmethod
    def source(where: Places, drawn: Drawn, shape: tuple[int, ...]) -> Places:
        """Return the places read from; beyond the edges the outer cells' steps go on.

        Example:
            >>> y = np.array([[-0.5], [1.5], [3.5]])
            >>> GridDistortion.source((y, y), {"rows": [0.5, 1.5], "columns": [1.0]}, (4, 4))[0].tolist()
            [[-0.5], [0.75], [3.5]]
        """
        *slices, y, x = where
        return (*slices, _stretch(y, drawn["rows"], shape[-2]), _stretch(x, drawn["columns"], shape[-1]))


def _stretch(place: FloatArray, steps: list[float], side: int) -> FloatArray:
    """Return the integral of the steps up to each place, scaled so that the image's two edges stay.

    The steps' curve is a broken line between the cells' middles and level in the outer halves of the outer cells. The
    integral is worked out as one parabola per half cell; the first and the last are straight and go on outside.
    """
    count = len(steps)
    half = side / (2 * count)
    at = np.interp(np.arange(2 * count + 1) / 2, np.arange(count) + 0.5, steps)
    reach = np.concatenate([[0.0], np.cumsum(at[:-1] + at[1:])])
    at, reach = at * (4 * count / reach[-1]), reach * (side / reach[-1]) - 0.5
    begin = np.arange(2 * count) * half - 0.5
    bow = np.diff(at) / (2 * half)
    level = at[:-1] - 2 * bow * begin
    parabolas = np.array([reach[:-1] - begin * (level + begin * bow), level, bow]).astype(place.dtype)
    piece = np.clip((place + 0.5) * (1 / half), 0.0, 2 * count - 1).astype(np.int32)
    constant, level, bow = (np.take(row, piece) for row in parabolas)
    moved: FloatArray = constant + place * (level + place * bow)
    return moved
