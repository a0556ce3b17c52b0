"""Sample pictures and volumes by the joined map of all warps, with OpenCV: exactly, by one matrix, or by a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from bogam.augment.family import Matrix
from bogam.augment.maps import Bend, Move, Table, source_of
from bogam.augment.volume import VolumeMap
from bogam.core.types import Array

Sample = Callable[[Array, int, float], Array]
"""(planes, interpolation, fill) to moved planes."""
_WIDE = int(cv2.__version__.split(".")[0]) >= 5
"""Whether OpenCV samples 16 bit a third faster than 8 bit, to the same values; before 5.0 it took longer."""


def sample(image: Array, masks: Array | None, fill: float, moves: Sequence[Move]) -> tuple[Array, Array | None]:
    """Return an image, sampled linearly, and masks, looked up at their nearest places; neither is the input.

    Args:
        image: (C, Y, X) or (C, Z, Y, X); uint8, uint16, int16 or float32.
        masks: (K, Y, X) or (K, Z, Y, X) uint8, or None.
        fill: what lies outside of the image; outside the masks lies 0.
        moves: joined, for as many axes.
    """
    shape = image.shape[1:]
    only = moves[0] if len(moves) == 1 and not isinstance(moves[0], Bend) else None
    turn = None if only is None else _turn(only, shape)
    if turn is not None:
        return _turned(image, turn), None if masks is None else _turned(masks, turn)
    bits = None if masks is None else _pack(masks)
    if len(shape) == 3:
        image, bits = _by_volume(image, fill, bits, moves)
    else:
        by_map = _by_matrix(only, shape) if only is not None else _by_table(moves, shape)
        image = _unsigned(image, fill, by_map)
        bits = None if bits is None else _wide(bits, cv2.INTER_NEAREST, 0.0, by_map)
    return image, None if masks is None or bits is None else _unpack(bits, len(masks))


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

    def by_map(planes: Array, interpolation: int, fill: float) -> Array:
        moved = np.empty(planes.shape, planes.dtype)
        for plane, target in zip(planes, moved, strict=True):
            if g or h:
                cv2.warpPerspective(plane, forward, size, dst=target, flags=interpolation,
                                    borderMode=cv2.BORDER_CONSTANT, borderValue=fill)
            else:
                cv2.warpAffine(plane, forward[:2], size, dst=target, flags=interpolation,
                               borderMode=cv2.BORDER_CONSTANT, borderValue=fill)
        return moved

    return by_map


def _by_table(moves: Sequence[Move], shape: tuple[int, ...]) -> Sample:
    """Return what samples planes (n, Y, X) by the table of all moves."""
    table = Table(lambda places: source_of(moves, places, shape), (shape[0], shape[1]))

    def by_map(planes: Array, interpolation: int, fill: float) -> Array:
        moved = np.empty(planes.shape, planes.dtype)
        for rows, (y, x) in table.strips():
            for plane, target in zip(planes, moved, strict=True):
                cv2.remap(plane, x, y, interpolation, dst=target[rows], borderMode=cv2.BORDER_CONSTANT,
                          borderValue=fill)
        return moved

    return by_map


def _by_volume(image: Array, fill: float, masks: Array | None, moves: Sequence[Move]) -> tuple[Array, Array | None]:
    """Return channels (C, Z, Y, X) and masks, sampled by the map of all moves."""
    where = VolumeMap(moves, (image.shape[1], image.shape[2], image.shape[3]))
    found: list[Array] = []

    def by_map(volumes: Array, interpolation: int, fill: float) -> Array:
        made, moved = where.sample(volumes, fill, np.empty((0, *image.shape[1:]), np.uint8) if masks is None else masks)
        found.append(moved)
        return made

    made = _unsigned(image, fill, by_map)
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


def _unsigned(image: Array, fill: float, by_map: Sample) -> Array:
    """Sample an image linearly, signed 16 bit as unsigned with 32768 added: the same values, in half the time."""
    if image.dtype != np.int16:
        return _wide(image, cv2.INTER_LINEAR, fill, by_map)
    lifted = by_map(image.view(np.uint16) ^ np.uint16(32768), cv2.INTER_LINEAR, fill + 32768.0)
    lifted ^= np.uint16(32768)
    return lifted.view(np.int16)


def _wide(planes: Array, interpolation: int, fill: float, by_map: Sample) -> Array:
    """Sample planes, 8 bit as 16 where that is faster."""
    if not _WIDE or planes.dtype != np.uint8 or planes.ndim != 3:
        return by_map(planes, interpolation, fill)
    return by_map(planes.astype(np.uint16), interpolation, fill).astype(np.uint8)
