"""Stretch some rows and columns of cells and squeeze others."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from bogam.augment.family import Augment, Drawn, Group, MinVisible, Places, augmentations
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
        rows, columns = ((1.0 - self.limit + 2 * self.limit * rng.random(count)).tolist()
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
    pieces = _cubics(steps, sides).astype(kind, copy=False)
    scale: Any = kind.type(count / sides[0])
    if len(steps) > 1:
        scale = np.array([count / side for side in sides], kind).reshape(-1, *(1,) * (place.ndim - 1))
    cell = (place + kind.type(0.5)) * scale
    cell += 1
    whole = np.minimum(np.maximum(cell, kind.type(0)), kind.type(count + 1))
    np.trunc(whole, out=whole)
    cell -= whole
    piece = whole.astype(np.intp)
    if len(steps) > 1:
        piece[1] += count + 2
    piece, cell = piece.reshape(-1), cell.reshape(-1)
    moved: FloatArray = pieces[3].take(piece)
    for coefficients in pieces[2::-1]:
        moved *= cell
        moved += coefficients.take(piece)
    return moved.reshape(place.shape)


def _cubics(steps: tuple[tuple[float, ...], ...], sides: tuple[int, ...]) -> FloatArray:
    """Return the integral of each axis' steps, scaled so that the image's two edges stay, as one cubic per cell.

    The steps' curve is their quadratic B-spline, one knot at each grid line; beyond the edges the outer steps go on.

    Returns:
        (4, axes * (cells + 2)) coefficients of 1, t, t * t and t * t * t, where t runs from 0 to 1 within a cell; of
        each axis the first and the last piece are straight lines beyond the edges.
    """
    cubics, whole = _of_single_steps(len(steps[0]))
    drawn = np.array(steps)
    drawn *= (np.array(sides) / (drawn @ whole))[:, None]
    pieces: FloatArray = drawn @ cubics
    pieces[0] -= 0.5
    return pieces.reshape(4, -1)


@lru_cache(maxsize=16)
def _of_single_steps(count: int) -> tuple[FloatArray, FloatArray]:
    """Return the cubics that each step of size 1 alone would give, (4, cells, cells + 2), and what they reach."""
    eye = np.eye(count)
    curve = np.concatenate([eye[:1], eye[:1], eye, eye[-1:], eye[-1:]])
    a, b, c = curve[:-2], curve[1:-1], curve[2:]
    reach = np.cumsum((a + 4 * b + c) / 6, axis=0) - eye[0]
    cubics = np.stack([np.concatenate([-eye[:1], reach[:-1]]), (a + b) / 2, (b - a) / 2, (a - 2 * b + c) / 6])
    return cubics.transpose(0, 2, 1).copy(), reach[-2]
