"""Carry out fused steps on one case with OpenCV and numpy: one warp, one curve on grey levels, or one filter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.augment.family import Augment, Drawn, Matrix
from bogam.core.errors import UserError, say
from bogam.core.types import Array, Case, FloatArray

Levels = tuple[float, float]


def multiply(later: Matrix, earlier: Matrix) -> Matrix:
    """Return the map that does `earlier`, then `later`; both end in the row (0, 0, 1).

    Example:
        >>> double = ((2.0, 0.0, 0.0), (0.0, 2.0, 0.0), (0.0, 0.0, 1.0))
        >>> step = ((1.0, 0.0, 3.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
        >>> multiply(double, step)
        ((2.0, 0.0, 6.0), (0.0, 2.0, 0.0), (0.0, 0.0, 1.0))
    """
    (a, b, c), (d, e, f), _ = later
    (g, h, i), (j, k, m), last = earlier
    return ((a * g + b * j, a * h + b * k, a * i + b * m + c), (d * g + e * j, d * h + e * k, d * i + e * m + f), last)


def warp(case: Case, matrix: Matrix) -> Case:
    """Move everything in a case by one map: one linear interpolation of the image, one nearest look-up of the masks.

    The size stays. What comes in from outside has the lowest grey level (the image's own minimum where levels are
    unknown) and belongs to no mask. Boxes become the smallest upright boxes around their moved corners, cut at the
    image's edge; a box of which nothing is left goes, with its label. Points move and stay, even outside, because
    their order can carry meaning. A pure mirror is exact and reads no interpolation. Spacing and affine follow.

    Args:
        case: 2-D, or a volume where the map is a pure mirror.
        matrix: from where a pixel is to where it goes, on columns (y, x, 1); the center of pixel i lies at i.
    """
    height, width = case.image.shape[-2:]
    mirror = _mirror(matrix, height, width)
    masks = case.masks
    if mirror is not None:
        image = np.ascontiguousarray(case.image[mirror])
        masks = None if masks is None else np.ascontiguousarray(masks[mirror])
    else:
        (a, b, c), (d, e, f), _ = matrix
        forward = np.array(((e, d, f), (b, a, c)))
        fill = float(case.levels[0] if case.levels is not None else case.image.min())
        image = _warp_planes(case.image, forward, cv2.INTER_LINEAR, fill)
        masks = None if masks is None else _warp_planes(masks, forward, cv2.INTER_NEAREST, 0.0)
    changed = case.but(image=image, masks=masks)
    if case.boxes is None and case.points is None and case.spacing_mm is None and case.affine is None:
        return changed
    return _warp_geometry(changed, np.array(matrix))


def _mirror(matrix: Matrix, height: int, width: int) -> tuple[slice | type(Ellipsis), ...] | None:  # type: ignore[valid-type]
    """Return the index that does what the map does, where the map is nothing but mirrors; else None."""
    (a, b, c), (d, e, f), _ = matrix
    if b or d or (a, c) not in ((1.0, 0.0), (-1.0, height - 1.0)) or (e, f) not in ((1.0, 0.0), (-1.0, width - 1.0)):
        return None
    return (..., slice(None, None, int(a)), slice(None, None, int(e)))


def _warp_planes(planes: Array, forward: FloatArray, interpolation: int, fill: float) -> Array:
    moved = np.empty(planes.shape, planes.dtype)
    size = planes.shape[:0:-1]
    for plane, target in zip(planes, moved, strict=True):
        cv2.warpAffine(plane, forward, size, dst=target, flags=interpolation, borderMode=cv2.BORDER_CONSTANT,
                       borderValue=fill)
    return moved


def _warp_geometry(case: Case, matrix: FloatArray) -> Case:
    height, width = case.image.shape[-2:]
    boxes, labels, points = case.boxes, case.box_labels, case.points
    if boxes is not None and len(boxes):
        corners = boxes[:, [[0, 1], [0, 3], [2, 1], [2, 3]]] - 0.5
        moved = corners @ matrix[:2, :2].T + matrix[:2, 2] + 0.5
        edge = np.array([height, width])
        low, high = np.clip(moved.min(axis=1), 0, edge), np.clip(moved.max(axis=1), 0, edge)
        kept = (high > low).all(axis=1)
        boxes = np.concatenate([low, high], axis=1)[kept]
        labels = tuple(label for label, keep in zip(labels, kept, strict=True) if keep) if labels else ()
    if points is not None:
        points = points @ matrix[:2, :2].T + matrix[:2, 2]
    spacing, affine = case.spacing_mm, case.affine
    back = np.eye(4)
    back[1:, 1:] = np.linalg.inv(matrix)[np.ix_([0, 1, 2], [0, 1, 2])]
    if spacing is not None:
        in_plane = np.array(spacing[-2:])
        spacing = (*spacing[:-2], *(float(v) for v in np.linalg.norm(in_plane[:, None] * back[1:3, 1:3], axis=0)))
    if affine is not None:
        affine = affine @ back
    return case.but(boxes=boxes, box_labels=labels, points=points, spacing_mm=spacing, affine=affine)


def tone(image: Array, levels: Levels, steps: Sequence[tuple[type[Augment], Drawn]]) -> Array:
    """Bend grey levels through several tones at once.

    The rule for values: a pixel is read as its share of the levels, clamped to [0, 1]; each tone's result is clamped
    to [0, 1] before the next; at the end the share is written back over the same levels, rounded once for integers.
    So values outside the levels are clamped to them where a tone is drawn, and only there.

    Args:
        image: (C, Y, X) or (C, Z, Y, X); uint8, uint16, int16 or float32.
        levels: (low, high), low < high.
        steps: tone parts and what they drew, in order.

    Returns:
        Same shape and dtype. Integer images go through one look-up table (over the levels' range for 16 bit), or
        through the same function directly where they have fewer pixels than the table has entries.
    """
    if image.dtype == np.uint8:
        table = write_levels(_bend(_ramp("u1", *levels)[1], steps), levels, image.dtype)
        return cv2.LUT(image.reshape(-1, image.shape[-1]), table).reshape(image.shape)  # type: ignore[no-any-return]
    if image.dtype.kind in "iu" and image.size > levels[1] - levels[0]:
        first, ramp = _ramp(image.dtype.str, *levels)
        table = write_levels(_bend(ramp, steps), levels, image.dtype)
        index = image if first == 0 else image.astype(np.int32) - first
        return np.take(table, index, mode="clip")
    return write_levels(_bend(read_levels(image, levels), steps), levels, image.dtype)


def _bend(level: FloatArray, steps: Sequence[tuple[type[Augment], Drawn]]) -> FloatArray:
    for part, drawn in steps:
        level = np.minimum(np.maximum(part.tone(level, drawn), 0.0), 1.0)
    return level


@lru_cache(maxsize=16)
def _ramp(dtype: str, low: float, high: float) -> tuple[int, NDArray[np.float32]]:
    """Return the first value of a table and, for it and all values that follow, their share of the levels."""
    info = np.iinfo(dtype)
    first, last = info.min, info.max
    if info.bits > 8:
        first, last = max(first, math.floor(low)), min(last, math.ceil(high))
    ramp = read_levels(np.arange(first, last + 1), (low, high))
    ramp.setflags(write=False)
    return first, ramp


def read_levels(image: Array, levels: Levels) -> NDArray[np.float32]:
    """Return each pixel's share of the levels, clamped to [0, 1], as float32.

    Example:
        >>> read_levels(np.array([-5, 0, 50, 100], np.int16), (0, 100)).tolist()
        [0.0, 0.0, 0.5, 1.0]
    """
    low, high = float(levels[0]), float(levels[1])
    share: NDArray[np.float32] = (image.astype(np.float32) - low) / (high - low)
    share = np.minimum(np.maximum(share, 0.0, out=share), 1.0, out=share)
    return share


def write_levels(level: FloatArray, levels: Levels, dtype: np.dtype[Any]) -> Array:
    """Return the pixels that have these shares of the levels, rounded for integers; the dtype can hold the levels.

    Example:
        >>> write_levels(np.array([0.0, 0.5, 1.0], np.float32), (0, 255), np.dtype("u1")).tolist()
        [0, 128, 255]
    """
    low, high = float(levels[0]), float(levels[1])
    pixels: Array = level * (high - low) + low
    if dtype.kind == "f":
        return pixels.astype(dtype, copy=False)
    return np.rint(pixels).astype(dtype)


def check_levels(case: Case, kind: str) -> Levels:
    """Return a case's levels. Raises UserError where they are unknown, empty or beyond the dtype: none are guessed."""
    levels, dtype = case.levels, case.image.dtype
    if levels is not None and levels[0] < levels[1] and (
            dtype.kind == "f" or (np.iinfo(dtype).min <= levels[0] and levels[1] <= np.iinfo(dtype).max)):
        return levels
    got = "no grey levels" if levels is None else f"grey levels {levels} for {dtype} pixels"
    raise UserError(say(f"case {case.id}, augmentation {kind}", got, "low < high, both within the pixel type",
                        "Put a window step into 'prepare', or leave this augmentation out."))
