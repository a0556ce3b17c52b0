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
        return (*slices, _stretch(y, drawn["rows"], shape[-2]), _stretch(x, drawn["columns"], shape[-1]))


def _stretch(place: FloatArray, steps: list[float], side: int) -> FloatArray:
    """Return where along one axis each place is read from."""
    count = len(steps)
    cubics = _cubics(tuple(steps), side).astype(place.dtype, copy=False)
    cell = place * (count / side)
    cell += 0.5 * count / side + 1.0
    piece = np.minimum(np.maximum(cell, 0.0), count + 1).astype(np.int32)
    cell -= piece
    moved: FloatArray = cubics[3].take(piece)
    for coefficient in (cubics[2], cubics[1], cubics[0]):
        moved *= cell
        moved += coefficient.take(piece)
    return moved


@lru_cache(maxsize=16)
def _cubics(steps: tuple[float, ...], side: int) -> FloatArray:
    """Return the steps' integral, scaled so that the image's two edges stay, as one cubic per cell.

    The steps' curve is their quadratic B-spline, one knot at each grid line; beyond the edges the outer steps go on.

    Returns:
        (4, cells + 2) coefficients of 1, t, t * t and t * t * t, where t runs from 0 to 1 within a cell; the first and
        the last piece are straight lines beyond the edges.
    """
    curve = (steps[0], steps[0], *steps, steps[-1], steps[-1])
    cells = list(zip(curve[:-2], curve[1:-1], curve[2:], strict=True))
    scale = side / sum(a / 6 + b * 2 / 3 + c / 6 for a, b, c in cells[1:-1])
    pieces, reach = [], -scale * steps[0] - 0.5
    for a, b, c in cells:
        pieces.append((reach, (a + b) / 2 * scale, (b - a) / 2 * scale, (a - 2 * b + c) / 6 * scale))
        reach += (a / 6 + b * 2 / 3 + c / 6) * scale
    return np.ascontiguousarray(np.array(pieces, np.float64).T)
