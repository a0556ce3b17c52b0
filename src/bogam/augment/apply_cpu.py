"""Carry out fused steps on one case with OpenCV and numpy: one warp, one curve on grey levels, or one filter."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.augment.family import Augment, Drawn, Matrix
from bogam.augment.geometry import move_geometry
from bogam.augment.maps import Bend, Move, Table, join, source_of
from bogam.augment.volume import VolumeMap
from bogam.core.errors import UserError, say
from bogam.core.types import Array, Case, FloatArray

Levels = tuple[float, float]
_BLOCK = 32768
Sample = Callable[[Array, int, float], Array]
"""(planes, interpolation, fill) to moved planes."""


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
    shape = case.shape
    joined = join(moves, len(shape))
    only = joined[0] if len(joined) == 1 and not isinstance(joined[0], Bend) else None
    turn = None if only is None else _turn(only, shape)
    masks = case.masks
    if turn is not None:
        image = _turned(case.image, turn)
        masks = None if masks is None else _turned(masks, turn)
    else:
        fill = float(case.levels[0] if case.levels is not None else case.image.min())
        bits = None if masks is None else _pack(masks)
        if len(shape) == 3:
            image, bits = _by_volume(case.image, fill, bits, joined)
        else:
            sample = _by_matrix(only, shape) if only is not None else _by_table(joined, shape)
            image = _unsigned(case.image, fill, sample)
            bits = None if bits is None else sample(bits, cv2.INTER_NEAREST, 0.0)
        masks = None if masks is None or bits is None else _unpack(bits, len(masks))
    changed = case.but(image=image, masks=masks)
    if case.boxes is None and case.points is None and case.spacing_mm is None and case.affine is None:
        return changed
    return move_geometry(changed, joined, min_visible)


def _turn(matrix: Matrix, shape: tuple[int, ...]) -> list[tuple[int, bool]] | None:
    """Return, for each axis of the result, the axis of the image it runs along and whether backward; else None.

    None where the map is anything but mirrors and turns by right angles that keep the shape.
    """
    turn = []
    for row, side in zip(matrix, shape, strict=False):
        along = [axis for axis, factor in enumerate(row[:-1]) if factor]
        mirror = ((1.0, 0.0), (-1.0, side - 1.0))
        if len(along) != 1 or shape[along[0]] != side or (row[along[0]], row[-1]) not in mirror:
            return None
        turn.append((along[0], row[along[0]] < 0))
    return turn if not any(matrix[-1][:-1]) else None


def _turned(planes: Array, turn: list[tuple[int, bool]]) -> Array:
    """Return planes (n, Y, X) or (n, Z, Y, X) mirrored and turned; slices that stay whole are turned by OpenCV."""
    axes = len(turn)
    if turn[0][0] != 0 and axes == 3:
        moved = planes.transpose(0, *(axis + 1 for axis, _ in turn))
        return np.ascontiguousarray(np.flip(moved, tuple(k + 1 for k, (_, backward) in enumerate(turn) if backward)))
    turned = np.empty(planes.shape, planes.dtype)
    if axes == 3:
        for volume, target in zip(planes[:, ::-1] if turn[0][1] else planes, turned, strict=True):
            _turn_slices(volume, turn[1][0] != 1, turn[1][1], turn[2][1], target)
    else:
        _turn_slices(planes, turn[0][0] != 0, turn[0][1], turn[1][1], turned)
    return turned


def _turn_slices(planes: Array, across: bool, up: bool, left: bool, turned: Array) -> None:
    flip = -1 if up and left else 0 if up else 1 if left else None
    for plane, target in zip(planes, turned, strict=True):
        if flip is not None:
            cv2.flip(cv2.transpose(plane) if across else plane, flip, dst=target)
        elif across:
            cv2.transpose(plane, dst=target)
        else:
            target[...] = plane


def _by_matrix(matrix: Matrix, shape: tuple[int, ...]) -> Sample:
    """Return what samples planes (n, Y, X) by one matrix."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    forward = np.array(((e, d, f), (b, a, c), (h, g, i)))
    size = shape[::-1]

    def sample(planes: Array, interpolation: int, fill: float) -> Array:
        moved = np.empty(planes.shape, planes.dtype)
        for plane, target in zip(planes, moved, strict=True):
            if g or h:
                cv2.warpPerspective(plane, forward, size, dst=target, flags=interpolation,
                                    borderMode=cv2.BORDER_CONSTANT, borderValue=fill)
            else:
                cv2.warpAffine(plane, forward[:2], size, dst=target, flags=interpolation,
                               borderMode=cv2.BORDER_CONSTANT, borderValue=fill)
        return moved

    return sample


def _by_table(moves: Sequence[Move], shape: tuple[int, ...]) -> Sample:
    """Return what samples planes (n, Y, X) by the table of all moves."""
    table = Table(lambda places: source_of(moves, places, shape), (shape[0], shape[1]))

    def sample(planes: Array, interpolation: int, fill: float) -> Array:
        moved = np.empty(planes.shape, planes.dtype)
        for rows, (y, x) in table.strips():
            for plane, target in zip(planes, moved, strict=True):
                cv2.remap(plane, x, y, interpolation, dst=target[rows], borderMode=cv2.BORDER_CONSTANT,
                          borderValue=fill)
        return moved

    return sample


def _by_volume(image: Array, fill: float, masks: Array | None, moves: Sequence[Move]) -> tuple[Array, Array | None]:
    """Return channels (C, Z, Y, X) and masks, sampled by the map of all moves."""
    where = VolumeMap(moves, (image.shape[1], image.shape[2], image.shape[3]))
    found: list[Array] = []

    def sample(volumes: Array, interpolation: int, fill: float) -> Array:
        made, moved = where.sample(volumes, fill, np.empty((0, *image.shape[1:]), np.uint8) if masks is None else masks)
        found.append(moved)
        return made

    made = _unsigned(image, fill, sample)
    return made, None if masks is None else found[0]


def _pack(masks: Array) -> Array:
    """Return up to eight masks as the bits of one plane, and so on, so that they are looked up at once."""
    if len(masks) < 2 or masks.dtype != np.uint8 or masks.max(initial=0) > 1:
        return masks
    packed = np.zeros((-(-len(masks) // 8), *masks.shape[1:]), np.uint8)
    for place, mask in enumerate(masks):
        packed[place // 8] |= mask << place % 8
    return packed


def _unpack(planes: Array, count: int) -> Array:
    """Return `count` masks of which `_pack` made these planes."""
    if len(planes) == count:
        return planes
    masks = np.empty((count, *planes.shape[1:]), np.uint8)
    for place, mask in enumerate(masks):
        np.bitwise_and(planes[place // 8] >> place % 8, 1, out=mask)
    return masks


def _unsigned(image: Array, fill: float, sample: Sample) -> Array:
    """Sample an image linearly, signed 16 bit as unsigned with 32768 added: the same values, in half the time."""
    if image.dtype != np.int16:
        return sample(image, cv2.INTER_LINEAR, fill)
    lifted = sample(image.view(np.uint16) ^ np.uint16(32768), cv2.INTER_LINEAR, fill + 32768.0)
    lifted ^= np.uint16(32768)
    return lifted.view(np.int16)


def tone(image: Array, levels: Levels, steps: Sequence[tuple[type[Augment], Drawn]], own: bool = False) -> Array:
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
    if image.dtype == np.uint8 or (image.dtype.kind in "iu" and image.size > levels[1] - levels[0]):
        first, ramp = _ramp(image.dtype.str, *levels)
        _look_up(source, first, write_levels(bend(ramp, steps), levels, image.dtype), target)
        return made
    for start in range(0, source.size, _BLOCK):  # blocks that stay in the processor's cache
        block = slice(start, start + _BLOCK)
        target[block] = write_levels(bend(read_levels(source[block], levels), steps), levels, image.dtype)
    return made


def bend(level: FloatArray, steps: Sequence[tuple[type[Augment], Drawn]]) -> FloatArray:
    """Return shares of the levels after several tones, each clamped to [0, 1] before the next."""
    for part, drawn in steps:
        bent = part.tone(level, drawn)
        target = None if np.may_share_memory(bent, level) else bent
        level = np.clip(bent, 0.0, 1.0, out=target)
    return level


def _look_up(source: Array, first: int, table: Array, target: Array) -> None:
    """Write to `target` the table's entry for each pixel; the table's first entry is for `first`, its ends go on."""
    if source.dtype != np.uint8 and not _wide_tables():
        index = source.astype(np.int32)
        index -= first
        np.take(table, index, mode="clip", out=target)
        return
    if source.dtype != np.uint8:
        start = first - np.iinfo(source.dtype).min
        whole = np.empty(65536, source.dtype)
        whole[:start], whole[start:start + len(table)], whole[start + len(table):] = table[0], table, table[-1]
        table = np.concatenate([whole[32768:], whole[:32768]]) if source.dtype == np.int16 else whole  # -1 is 65535
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
    if levels is not None and levels[0] < levels[1] and (
            dtype.kind == "f" or (np.iinfo(dtype).min <= levels[0] and levels[1] <= np.iinfo(dtype).max)):
        return levels
    got = "no grey levels" if levels is None else f"grey levels {levels} for {dtype} pixels"
    raise UserError(say(f"case {case.id}, augmentation {kind}", got, "low < high, both within the pixel type",
                        "Put a window step into 'prepare', or leave this augmentation out."))


def check_finite(case: Case) -> None:
    """Raise UserError for an image with NaN or infinity: one would spread over its neighbors, and to other cases."""
    image = case.image
    if image.dtype.kind == "f" and not (math.isfinite(image.min()) and math.isfinite(image.max())):
        wrong = int(np.count_nonzero(~np.isfinite(image)))
        raise UserError(say(f"case {case.id}", f"{wrong} pixels that are NaN or infinite", "finite numbers",
                            "Find where they come from, or set them to a value that means background."))
