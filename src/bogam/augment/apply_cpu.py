"""Carry out fused steps on one case with OpenCV and numpy: one warp, one curve on grey levels, or one filter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.augment._line import Line
from bogam.augment._scratch import lend
from bogam.augment.family import Augment, Drawn
from bogam.augment.geometry import move_geometry
from bogam.augment.maps import Move, join
from bogam.augment.sampling import sample
from bogam.core.errors import UserError, say
from bogam.core.look_up import look_up
from bogam.core.types import Array, Case, FloatArray

Levels = tuple[float, float]
Curve = tuple[type[Augment], Drawn]
"""A tone and what it drew."""
_BLOCK = 65536


def warp(case: Case, *moves: Move, min_visible: float = 0.0) -> Case:
    """Move everything in a case by one map: one linear interpolation of the image, one nearest look-up of the masks.

    The size stays. What comes in from outside has the lowest grey level (the image's own minimum where levels are
    unknown) and belongs to no mask. Pure mirrors and turns by right angles are exact and read no interpolation; so
    are their joined chains. Boxes, points, spacing and affine follow, see `move_geometry`.

    Args:
        case: a picture, or a volume.
        moves: in the order in which they act. A matrix goes from where a pixel is to where it goes, on columns
            (y, x, 1); the center of pixel i lies at i.
        min_visible: a box of which less than this share of its moved area is left goes.
    """
    joined = join(moves, len(case.shape))
    fill = float(case.levels[0] if case.levels is not None else case.image.min())
    image, masks = sample(case.image, case.masks, fill, joined)
    changed = case.but(image=image, masks=masks)
    if case.boxes is None and case.points is None and case.spacing_mm is None and case.affine is None:
        return changed
    return move_geometry(changed, joined, min_visible)


def tone(image: Array, levels: Levels, steps: Sequence[Curve], own: bool = False) -> Array:
    """Bend grey levels through several tones at once.

    The rule for values: a pixel is read as its share of the levels, clamped to [0, 1]; each tone's result is clamped
    to [0, 1] before the next; at the end the share is written back over the same levels, rounded once for integers.
    So values outside the levels are clamped to them where a tone is drawn, and only there.

    Args:
        image: (C, Y, X) or (C, Z, Y, X); uint8, uint16, int16 or float32.
        levels: (low, high), low < high.
        steps: tone parts and what they drew, in order.
        own: the image may be overwritten with the result.

    Returns:
        Same shape and dtype. Integer images go through one look-up table (over the levels' range for 16 bit), or
        through the same function directly where they have fewer pixels than the table has entries.
    """
    made = image if own else np.empty(image.shape, image.dtype)
    source, target = image.reshape(-1), made.reshape(-1)
    stages = _join_lines(steps)
    if image.dtype == np.uint8 or (image.dtype.kind in "iu" and image.size > levels[1] - levels[0]):
        first, ramp = _ramp(image.dtype.str, *levels)
        table = lend("table", ramp.shape, image.dtype)
        for start in range(0, len(ramp), _BLOCK):
            block = slice(start, start + _BLOCK)
            table[block] = write_levels(_bend(ramp[block], stages, None), levels, image.dtype)
        _look_up(source, first, table, target)
        return made
    plain = image.dtype == np.float32 and tuple(levels) == (0.0, 1.0)
    for start in range(0, source.size, _BLOCK):  # blocks that stay in the processor's cache
        pixels, goal = source[start:start + _BLOCK], target[start:start + _BLOCK]
        if plain:
            _bend(pixels, stages, goal)
        else:
            goal[...] = write_levels(_bend(read_levels(pixels, levels), stages, None), levels, image.dtype)
    return made


def bend(level: FloatArray, steps: Sequence[Curve]) -> FloatArray:
    """Return shares of the levels after several tones, each clamped to [0, 1] before the next.

    Args:
        level: shares of the levels, which are clamped to [0, 1] first; not written to.
        steps: tone parts and what they drew, in order.
    """
    return _bend(level, _join_lines(steps), None)


def _join_lines(steps: Sequence[Curve]) -> list[Line | Curve]:
    """Return the steps with neighboring lines joined, and with the lines that clamp to [0, 1] where needed."""
    stages: list[Line | Curve] = [Line()]
    for part, drawn in steps:
        line = part.line(drawn)
        if line is None:
            stages.append((part, drawn))
            if not part.closed:
                stages.append(Line())
        elif isinstance(last := stages[-1], Line):
            stages[-1] = last.then(*line)
        else:
            stages.append(Line().then(*line))
    return stages


def _bend(level: FloatArray, stages: Sequence[Line | Curve], out: FloatArray | None) -> FloatArray:
    """Return shares of the levels after all stages, in `out` where it is given."""
    out = np.empty_like(level) if out is None else out
    for stage in stages:
        if isinstance(stage, Line):
            level = stage(level, out)
        else:
            level = stage[0].tone(level, stage[1])
    if level is not out:
        out[...] = level
    return out


def _look_up(source: Array, first: int, table: Array, target: Array) -> None:
    """Write to `target` the table's entry for each pixel; the table's first entry is for `first`, its ends go on."""
    if source.dtype == np.uint8:
        look_up(source, table, target)
        return
    if not _wide_tables():
        index = lend("index", source.shape, np.int32)
        np.subtract(source, first, out=index, dtype=np.int32)
        np.take(table, index, mode="clip", out=target)
        return
    if len(table) < 65536 or source.dtype == np.int16:
        start = first - np.iinfo(source.dtype).min
        whole = lend("whole table", (65536,), source.dtype)
        whole[:start], whole[start:start + len(table)], whole[start + len(table):] = table[0], table, table[-1]
        table = np.roll(whole, 32768) if source.dtype == np.int16 else whole  # it looks -1 up at 65535
    cv2.LUT(source[None], table, dst=target[None])


@lru_cache(maxsize=1)
def _wide_tables() -> bool:
    """Return whether this OpenCV looks 16-bit values up, which it does since 5.0."""
    try:
        return bool(cv2.LUT(np.array([[3]], np.uint16), np.arange(1, 65537).astype(np.uint16))[0, 0] == 4)
    except cv2.error:
        return False


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
    if image.dtype == np.float32 and low == 0.0 and high == 1.0:
        return np.clip(image, 0.0, 1.0)
    share: NDArray[np.float32] = image.astype(np.float32)
    if low:
        share -= low
    share /= high - low
    return np.clip(share, 0.0, 1.0, out=share)


def write_levels(level: FloatArray, levels: Levels, dtype: np.dtype[Any]) -> Array:
    """Return the pixels that have these shares of the levels, rounded for integers; the dtype can hold the levels.

    Example:
        >>> write_levels(np.array([0.0, 0.5, 1.0], np.float32), (0, 255), np.dtype("u1")).tolist()
        [0, 128, 255]
    """
    low, high = float(levels[0]), float(levels[1])
    if dtype == level.dtype and low == 0.0 and high == 1.0:
        return level
    pixels: Array = level * (high - low)
    if low:
        pixels += low
    if dtype.kind == "f":
        return np.clip(pixels, low, high, out=pixels).astype(dtype, copy=False)
    return np.rint(pixels, out=pixels).astype(dtype)


def check_levels(case: Case, kind: str) -> Levels:
    """Return a case's levels. Raises UserError where they are unknown, empty or beyond the dtype: none are guessed."""
    levels, dtype = case.levels, case.image.dtype
    if levels is not None and levels[0] < levels[1]:
        least, most = _limits(dtype)
        if least <= levels[0] and levels[1] <= most:
            return levels
    got = "no grey levels" if levels is None else f"grey levels {levels} for {dtype} pixels"
    raise UserError(say(f"case {case.id}, augmentation {kind}", got, "low < high, both within the pixel type",
                        "Put a window step into 'prepare', or leave this augmentation out."))


@lru_cache(maxsize=16)
def _limits(dtype: np.dtype[Any]) -> tuple[float, float]:
    """Return what a pixel type can hold; numpy works it out anew each time, for longer than a tone takes."""
    if dtype.kind == "f":
        return -math.inf, math.inf
    info = np.iinfo(dtype)
    return float(info.min), float(info.max)


def check_finite(case: Case) -> None:
    """Raise UserError for an image with NaN or infinity: one would spread over its neighbors, and to other cases."""
    image = case.image
    if image.dtype.kind != "f" or np.isfinite(np.einsum("i->", image.reshape(-1))):  # the sum, at its cheapest
        return
    if not np.isfinite(image).all():
        wrong = int(np.count_nonzero(~np.isfinite(image)))
        raise UserError(say(f"case {case.id}", f"{wrong} pixels that are NaN or infinite", "finite numbers",
                            "Find where they come from, or set them to a value that means background."))
