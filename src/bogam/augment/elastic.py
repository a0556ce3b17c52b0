"""Bend smoothly, as soft tissue does."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from bogam.augment.family import Augment, Drawn, Group, MinVisible, Places, augmentations, draw_between
from bogam.augment.maps import times
from bogam.core.fields import Count, Range, Size
from bogam.core.seeds import KeyedGenerator
from bogam.core.types import Case, FloatArray

_PLACES = 4096
_local = threading.local()


def _check_no_fold(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] < 0 or value[1] > 0.4:
        raise ValueError(f"got ({value[0]}, {value[1]}), expected 0 to 0.4. Beyond 0.4 tissue could fold over itself; "
                         "take fewer cells for larger shifts.")
    return value


@augmentations.register
class Elastic(Augment):
    """Move the points of a coarse control grid at random and everything between them along a cubic B-spline.

    Each control point draws a shift along each axis, uniform in (-shift, shift) of the distance between control
    points. Up to 0.4 of that distance the map cannot fold. The shifts are kept as a seed.
    """

    group: ClassVar[Group] = "warp"
    bends: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["elastic"] = "elastic"
    cells: Size = (5, 5)
    """(rows, columns) of cells between control points; fewer cells bend more widely."""
    depth_cells: Count = 3
    """Cells along the slices of a volume."""
    shift: Annotated[Range, AfterValidator(_check_no_fold)] = (0.1, 0.3)
    """Largest shift of a control point, as a share of the distance between control points, drawn uniformly from
    (low, high); 0.4 at most."""
    min_visible: MinVisible = 0.1

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"cells": [...], "shift": ..., "seed": ...}."""
        cells = [self.depth_cells, *self.cells][3 - len(case.shape):]
        return {"cells": cells, "shift": draw_between(rng, *self.shift), "seed": int(rng.integers(2**53))}

    @staticmethod
    def source(where: Places, drawn: Drawn, shape: tuple[int, ...]) -> Places:
        """Return each place plus the shift that the spline has there; three cells outside the image it has none."""
        size = np.broadcast_shapes(*(place.shape for place in where))
        rows = max(1, _PLACES * size[0] // max(1, math.prod(size)))
        if rows >= size[0]:
            return _shifted(where, drawn, shape)
        parts = [_shifted(tuple(place if len(place) == 1 else place[row:row + rows] for place in where), drawn, shape)
                 for row in range(0, size[0], rows)]  # so that what is worked on stays in the processor's cache
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def _shifted(where: Places, drawn: Drawn, shape: tuple[int, ...]) -> Places:
    cells = drawn["cells"]
    kind = where[0].dtype
    shifts: FloatArray = _control(drawn["seed"], tuple(cells)).astype(kind, copy=False) * kind.type(6.0 ** -len(cells))
    first, *rest = _splines(where, cells, shape)
    flat = first.reshape(len(first), -1)
    summed = np.empty((shifts[:, 0].size, flat.shape[1]), kind)
    times(shifts.transpose(0, *range(2, shifts.ndim), 1).reshape(-1, len(first)), flat, summed)
    shifts = summed.reshape(*shifts.shape[:1], *shifts.shape[2:], *first.shape[1:])
    for spline in rest:
        shifts = np.einsum("kb...,b...->k...", shifts, spline.reshape(
            len(spline), *(1,) * (shifts.ndim - 1 - spline.ndim), *spline.shape[1:]))
    return tuple(place + part * kind.type(drawn["shift"] * side / count)
                 for place, part, side, count in zip(where, shifts, shape, cells, strict=True))


@lru_cache(maxsize=8)
def _control(seed: int, cells: tuple[int, ...]) -> NDArray[np.float32]:
    """Return the shifts of all control points, (axes, cells + 3 along each axis), in (-1, 1)."""
    size = (len(cells), *(count + 3 for count in cells))
    if not hasattr(_local, "keyed"):
        _local.keyed = KeyedGenerator()
    rng: np.random.Generator = _local.keyed.at("elastic", seed)
    shifts: NDArray[np.float32] = rng.random(size, dtype=np.float32) * 2 - 1
    shifts.setflags(write=False)
    return shifts


def _splines(where: Places, cells: Sequence[int], shape: tuple[int, ...]) -> list[FloatArray]:
    """Return per axis six times the weight of each control point at each place, (count + 3, *places)."""
    kind = where[0].dtype
    if len({place.shape for place in where}) == 1 and len(set(cells)) == 1:  # all axes in one go
        scale = np.array([count / side for count, side in zip(cells, shape, strict=True)], kind)
        weight = _weights(np.stack(where), scale.reshape(-1, *(1,) * where[0].ndim), cells[0])
        return [weight[:, axis] for axis in range(len(where))]
    return [_weights(place, kind.type(count / side), count)
            for place, count, side in zip(where, cells, shape, strict=True)]


def _weights(place: FloatArray, scale: Any, count: int) -> FloatArray:
    """Return six times the cubic B-spline of each control point at each place, (count + 3, *places)."""
    kind = place.dtype
    points = np.arange(-1, count + 2, dtype=kind).reshape(-1, *(1,) * place.ndim)
    far = (place + kind.type(0.5)) * scale - points
    np.abs(far, out=far)
    outer = 2 - far
    np.maximum(outer, 0, out=outer)
    inner = np.subtract(1, far, out=far)
    np.maximum(inner, 0, out=inner)
    weight: FloatArray = outer * outer
    weight *= outer
    cube = np.multiply(inner, inner, out=outer)
    cube *= inner
    cube *= 4
    weight -= cube
    return weight
