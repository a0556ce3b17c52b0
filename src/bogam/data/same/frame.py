"""Frames: borders of one value on opposite sides, such as padding leaves; what lies within them is compared."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bogam.core.types import FloatArray
from bogam.data.same.align import GRID

FLAT = 6
"""Grey levels of 255 that a frame may vary by: JPEG's ringing."""
LEAST_LEFT = 0.4
"""Share of a side that a frame leaves at least; what leaves less is no frame."""


class Frame(NamedTuple):
    """What lies within the frame of a picture: rows from `top` to `bottom`, columns from `left` to `right`."""

    top: int
    bottom: int
    left: int
    right: int


def frame_of(picture: NDArray[np.uint8]) -> Frame | None:
    """Return what lies within the frame of a (Y, X) picture; None where there is none.

    A frame is on both of two opposite sides, and of one value: the dark ground of an X-ray, on one side or of uneven
    grey, is none.

    Example:
        >>> picture = np.pad(np.arange(600, dtype=np.uint8).reshape(20, 30), ((4, 4), (0, 0)))
        >>> frame_of(picture)
        Frame(top=4, bottom=24, left=0, right=30)
    """
    top, bottom = _ends(picture)
    left, right = _ends(picture[top:bottom].T)
    found = Frame(top, bottom, left, right)
    return None if found == (0, picture.shape[0], 0, picture.shape[1]) else found


def _ends(picture: NDArray[np.uint8]) -> tuple[int, int]:
    """Return the first and last row within the frame above and below."""
    value = int(np.median(picture[0]))
    low, high = picture.min(axis=1).astype(int), picture.max(axis=1).astype(int)
    within = np.flatnonzero((high - value > FLAT) | (value - low > FLAT))
    size = len(picture)
    if not len(within) or within[0] == 0 or within[-1] == size - 1 or within[-1] + 1 - within[0] < LEAST_LEFT * size:
        return 0, size
    return int(within[0]), int(within[-1]) + 1


def inner(picture: NDArray[np.uint8], frame: Frame | None) -> NDArray[np.uint8]:
    """Return what lies within the frame."""
    return picture if frame is None else np.ascontiguousarray(picture[frame.top:frame.bottom, frame.left:frame.right])


def _outward(shape: tuple[int, int], frame: Frame | None) -> FloatArray:
    """Return (3, 3): point (x, y) of the inner picture to the whole one, both on canvases of `GRID`."""
    if frame is None:
        return np.eye(3)
    inside = GRID / max(frame.bottom - frame.top, frame.right - frame.left)
    whole = GRID / max(shape)
    ratio = whole / inside
    return np.array([[ratio, 0, (0.5 / inside + frame.left) * whole - 0.5],
                     [0, ratio, (0.5 / inside + frame.top) * whole - 0.5], [0, 0, 1]])


def of_whole(matrix: tuple[float, ...], first: tuple[int, int], first_frame: Frame | None, other: tuple[int, int],
             other_frame: Frame | None) -> tuple[float, ...]:
    """Return a map between inner pictures as one between the whole ones.

    Args:
        matrix: six numbers, point (x, y) of the other inner picture to the first, on canvases of `GRID`.
        first: (Y, X) of the first whole picture.
        first_frame: what lies within its frame.
        other: (Y, X) of the other one.
        other_frame: likewise.
    """
    full = np.vstack([np.reshape(matrix, (2, 3)), [0, 0, 1]])
    moved = _outward(first, first_frame) @ full @ np.linalg.inv(_outward(other, other_frame))
    return tuple(float(v) for v in moved[:2].ravel())
