"""Erase a regular grid of squares (GridMask)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator

from bogam.augment._fill import Fill, filling
from bogam.augment.family import (
    Augment,
    Drawn,
    Group,
    augmentations,
    check_above_zero,
    check_share,
    draw_between,
    draw_seed,
)
from bogam.core.fields import Range
from bogam.core.types import Array, Case


@augmentations.register
class GridMask(Augment):
    """Fill squares on a regular grid, so that parts of every structure go and parts of every structure stay.

    One square in each cell of the grid, the grid's place drawn. In a volume columns through all slices.

    The mask, boxes and points stay untouched: the network is asked for what it cannot see. Targets stay. Unlike one
    large hole it hardly ever hides all of a finding that is larger than a cell, and always hides some of those that
    are smaller.

    References:
        Chen et al., "GridMask data augmentation", arXiv:2001.04086, 2020.
    """

    group: ClassVar[Group] = "erase"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["grid-mask"] = "grid-mask"
    cell: Annotated[Range, AfterValidator(check_share), AfterValidator(check_above_zero)] = (0.15, 0.35)
    """Side of a cell as a share of the shorter side of the image, drawn uniformly from (low, high)."""
    hole: Annotated[Range, AfterValidator(check_share), AfterValidator(check_above_zero)] = (0.3, 0.5)
    """Side of the erased square as a share of the cell's, drawn uniformly from (low, high); 0.5 erases a quarter."""
    fill: Fill = "mean"
    """lowest: the lowest grey level; mean: the image's own, for each channel; noise: every level equally likely."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"cell": ..., "hole": ..., "offset": [down, right], "fill": ..., "seed": ...}."""
        return {"cell": draw_between(rng, *self.cell), "hole": draw_between(rng, *self.hole),
                "offset": [draw_between(rng, 0.0, 1.0), draw_between(rng, 0.0, 1.0)],
                "fill": self.fill, "seed": draw_seed(rng)}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the image with its grid of holes.

        Example:
            >>> drawn = {"cell": 0.5, "hole": 0.5, "offset": [0.0, 0.5], "fill": "lowest", "seed": 0}
            >>> GridMask.filter(np.full((1, 4, 4), 9, np.uint8), (0, 255), drawn)[0].tolist()
            [[9, 0, 9, 0], [9, 9, 9, 9], [9, 0, 9, 0], [9, 9, 9, 9]]
        """
        assert levels is not None
        period = max(2, round(drawn["cell"] * min(image.shape[-2:])))
        long = min(max(1, round(drawn["hole"] * period)), period - 1)
        rows, columns = (np.flatnonzero((np.arange(side) - round(offset * period)) % period < long)
                         for side, offset in zip(image.shape[-2:], drawn["offset"], strict=True))
        made = image.copy()
        if len(rows) and len(columns):
            put = filling(image, levels, drawn["fill"], drawn["seed"], (*image.shape[1:-2], len(rows), len(columns)))
            made[..., rows[:, None], columns] = put
        return made
