"""Stretch some rows and columns of cells and squeeze others."""

from __future__ import annotations

from functools import lru_cache
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
    relative to the others, is shown in the cell. As in Albumentations' transform of this name, normalized, the steps
    are scaled so that together they show the whole image. There the step is constant within a cell, which puts a
    crease at each grid line; here it changes smoothly from cell to cell, along their quadratic B-spline.
    """

    group: ClassVar[Group] = "warp"
    bends: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
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
            >>> made = GridDistortion.source((y, y), {"rows": [0.5, 1.5], "columns": [1.0]}, (4, 4))[0]
            >>> made.round(3).tolist()  # (0.5 / 6 + 2 * 0.5 / 3 + 1.5 / 6) / 2 of the image lie above the middle
            [[-0.5], [0.833], [3.5]]
        """
        *slices, y, x = where
        rows, columns = tuple(drawn["rows"]), tuple(drawn["columns"])
        if y.shape == x.shape and len(rows) == len(columns):  # both axes in one go
            made = _stretch(np.stack((y, x)), (rows, columns), shape[-2:])
            return (*slices, made[0], made[1])
        return (*slices, _stretch(y, (rows,), shape[-2:-1]), _stretch(x, (columns,), shape[-1:]))


def _stretch(place: FloatArray, steps: tuple[tuple[float, ...], ...], sides: tuple[int, ...]) -> FloatArray:
    """Return where each place is read from along one axis; along two of equal cells, where places are stacked."""
    count, kind = len(steps[0]), place.dtype
    pieces = np.concatenate([_cubics(one, side) for one, side in zip(steps, sides, strict=True)])
    scale: Any = kind.type(count / sides[0])
    if len(steps) > 1:
        scale = np.array([count / side for side in sides], kind).reshape(-1, *(1,) * (place.ndim - 1))
    cell = (place + kind.type(0.5)) * scale
    cell += 1
    piece = np.minimum(np.maximum(cell, 0.0), count + 1).astype(np.int32)
    cell -= piece
    if len(steps) > 1:
        piece[1] += count + 2
    one, two, three, four = pieces.astype(kind, copy=False).take(piece, axis=0).reshape(-1, 4).T
    flat = cell.reshape(-1)
    moved: FloatArray = four * flat
    moved += three
    moved *= flat
    moved += two
    moved *= flat
    moved += one
    return moved.reshape(place.shape)


@lru_cache(maxsize=16)
def _cubics(steps: tuple[float, ...], side: int) -> FloatArray:
    """Return the steps' integral, scaled so that the image's two edges stay, as one cubic per cell.

    The steps' curve is their quadratic B-spline, one knot at each grid line; beyond the edges the outer steps go on.

    Returns:
        (cells + 2, 4) coefficients of 1, t, t * t and t * t * t, where t runs from 0 to 1 within a cell; the first and
        the last piece are straight lines beyond the edges.
    """
    curve = (steps[0], steps[0], *steps, steps[-1], steps[-1])
    cells = list(zip(curve[:-2], curve[1:-1], curve[2:], strict=True))
    scale = side / sum(a / 6 + b * 2 / 3 + c / 6 for a, b, c in cells[1:-1])
    pieces, reach = [], -scale * steps[0] - 0.5
    for a, b, c in cells:
        pieces.append((reach, (a + b) / 2 * scale, (b - a) / 2 * scale, (a - 2 * b + c) / 6 * scale))
        reach += (a / 6 + b * 2 / 3 + c / 6) * scale
    return np.array(pieces, np.float64)
