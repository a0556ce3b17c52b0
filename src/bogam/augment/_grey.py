"""Pixels as shares of the grey range and back, plane by plane: what the filters have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bogam.augment._scratch import lend
from bogam.core.types import Array, FloatArray

Levels = tuple[float, float]


def pixels(share: FloatArray, levels: Levels, dtype: np.dtype[Any]) -> Array:
    """Return the pixels that have these shares, clamped to the levels and rounded once for integers.

    Writes to `share` where it is float32.

    Example:
        >>> pixels(np.array([-0.1, 0.5, 1.2], np.float32), (0, 255), np.dtype("u1")).tolist()
        [0, 128, 255]
    """
    low, high = float(levels[0]), float(levels[1])
    value = share.astype(np.float32, copy=False)
    np.clip(value, 0.0, 1.0, out=value)
    value *= high - low
    if low:
        value += low
    if dtype.kind == "f":
        return np.clip(value, low, high, out=value).astype(dtype, copy=False)
    return np.rint(value, out=value).astype(dtype)


def clamp(image: Array, levels: Levels) -> Array:
    """Clamp an image in place to the levels, and return it; nothing to do where they span all that its type holds.

    Example:
        >>> clamp(np.array([3, 40, 250], np.uint8), (10, 200)).tolist()
        [10, 40, 200]
    """
    low, high = float(levels[0]), float(levels[1])
    if image.dtype.kind == "f":
        return np.clip(image, low, high, out=image)
    info = np.iinfo(image.dtype)
    if low > info.min or high < info.max:
        np.clip(image, round(low), round(high), out=image)
    return image


def plane_by_plane(image: Array, work: Callable[[Array], Array]) -> Array:
    """Return the image with `work` done on each (Y, X) plane of each channel and slice.

    Args:
        image: (C, Y, X) or (C, Z, Y, X).
        work: takes a contiguous plane and returns one of the same shape and dtype.
    """
    if image.shape[0] == 1 and image.ndim == 3:
        return work(np.ascontiguousarray(image[0]))[None]
    made = np.empty(image.shape, image.dtype)
    for plane, target in zip(image.reshape(-1, *image.shape[-2:]), made.reshape(-1, *image.shape[-2:]), strict=True):
        target[...] = work(np.ascontiguousarray(plane))
    return made


def through_float(plane: Array, work: Callable[[Array, Array | None], Array], bounded: bool = False) -> Array:
    """Return what `work` makes of a plane, computed in float32 where it has 16 bits and rounded once.

    OpenCV's filters take 16-bit planes too, ten times slower than float32 ones.

    Args:
        plane: (Y, X), or (Z, Y, X) where the work takes it.
        work: takes a plane, and where to write what it returns: an array of the plane's shape and type, or None for a
            new one.
        bounded: no result lies outside the values that the plane has.
    """
    if plane.dtype.kind == "f" or plane.dtype.itemsize == 1:
        return work(plane, None)
    wide = lend("wide", plane.shape, np.float32)
    np.copyto(wide, plane)
    made = work(wide, lend("filtered", plane.shape, np.float32))
    np.rint(made, out=made)
    if not bounded:
        info = np.iinfo(plane.dtype)
        np.clip(made, info.min, info.max, out=made)
    return made.astype(plane.dtype)
