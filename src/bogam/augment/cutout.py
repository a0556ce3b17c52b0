"""Erase rectangles (Cutout)."""

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
    draw_count,
    draw_seed,
)
from bogam.core.fields import CountRange, Range
from bogam.core.types import Array, Case


@augmentations.register
class Cutout(Augment):
    """Fill rectangles of the image with one value, so that a network cannot rely on one place alone.

    The center of each lies anywhere in the image, so a part of it may lie outside. In a volume a box in space.

    The mask, boxes and points stay untouched: the network is asked for what it cannot see. For segmentation that
    teaches to complete shapes, and to invent them; keep rectangles smaller than the objects. Targets stay: a class that
    rests on one small finding (a nodule, a microcalcification) can be erased with its label left; keep the size well
    below that of the image and check on a contact sheet.

    References:
        DeVries, Taylor, "Improved regularization of convolutional neural networks with Cutout", arXiv:1708.04552,
        2017 (best size differs by data set: search it).
    """

    group: ClassVar[Group] = "erase"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["cutout"] = "cutout"
    holes: CountRange = (1, 1)
    """How many rectangles, drawn uniformly from low to high."""
    size: Annotated[Range, AfterValidator(check_share), AfterValidator(check_above_zero)] = (0.1, 0.25)
    """Side of a rectangle as a share of the image's, drawn uniformly from (low, high), one number for all axes."""
    fill: Fill = "mean"
    """lowest: the lowest grey level; mean: the image's own, for each channel; noise: every level equally likely."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"fill": ..., "seed": ..., "holes": [{"center": [one share per axis], "size": ...}, ...]}."""
        return {"fill": self.fill, "seed": draw_seed(rng), "holes": [
            {"center": [draw_between(rng, 0.0, 1.0) for _ in case.shape], "size": draw_between(rng, *self.size)}
            for _ in range(draw_count(rng, *self.holes))]}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the image with its holes; at least one pixel each.

        Example:
            >>> image = np.full((1, 4, 4), 100, np.uint8)
            >>> hole = {"center": [0.5, 0.0], "size": 0.5}
            >>> Cutout.filter(image, (7, 255), {"fill": "lowest", "seed": 0, "holes": [hole]})[0].tolist()
            [[100, 100, 100, 100], [7, 100, 100, 100], [7, 100, 100, 100], [100, 100, 100, 100]]
        """
        assert levels is not None
        made = image.copy()
        for number, hole in enumerate(drawn["holes"]):
            window = tuple(_extent(center, hole["size"], side)
                           for center, side in zip(hole["center"], image.shape[1:], strict=True))
            shape = tuple(part.stop - part.start for part in window)
            made[(slice(None), *window)] = filling(image, levels, drawn["fill"], drawn["seed"] + number, shape)
        return made


def _extent(center: float, size: float, side: int) -> slice:
    """Return the pixels of one axis that a hole covers."""
    long = max(1, round(size * side))
    first = round(center * side - long / 2)
    first = min(max(first, 1 - long), side - 1)
    return slice(max(0, first), min(side, first + long))
