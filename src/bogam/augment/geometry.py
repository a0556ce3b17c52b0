"""Move what is not pixels by the map that moves the pixels: boxes, points, spacing, affine."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from bogam.augment.family import Matrix
from bogam.augment.maps import Bend, Move, invert, multiply
from bogam.core.errors import UserError, say
from bogam.core.types import Case, FloatArray

_SIDE = 9
"""Places on each side of a box that are moved by a map that bends."""


def move_geometry(case: Case, moves: Sequence[Move], min_visible: float) -> Case:
    """Return the case with its boxes, points, spacing and affine moved; the image is left alone.

    A box becomes the smallest upright box around its moved outline, cut once at the image's edge. It goes, with its
    label, where nothing of it is left or less than `min_visible` of its moved area. Points stay in their order,
    because it can carry meaning; `points_inside` tells which have stayed within the image. Spacing and affine follow
    the matrices; a warp that bends leaves them as they are, since they hold on average.

    Args:
        moves: joined, of as many axes as the image.
        min_visible: share of a box, 0 to 1.
    """
    boxes, labels, points, inside = case.boxes, case.box_labels, case.points, case.points_inside
    axes, edge = len(case.shape), np.array(case.shape, np.float64)
    if boxes is not None and len(boxes):
        _check_columns(case, "boxes", boxes, 2 * axes)
        straight = not any(isinstance(move, Bend) for move in moves)
        outline = _outline(boxes, 2 if straight else _SIDE)
        moved, _ = place(moves, outline.reshape(-1, axes), case.shape)
        moved = moved.reshape(outline.shape) + 0.5
        low, high = moved.min(axis=1), moved.max(axis=1)
        whole = np.prod(high - low, axis=1)
        low, high = np.clip(low, 0, edge), np.clip(high, 0, edge)
        left = np.prod(high - low, axis=1)
        kept = (left > 0) & (left >= min_visible * whole)
        boxes = np.concatenate([low, high], axis=1)[kept]
        labels = tuple(label for label, keep in zip(labels, kept, strict=True) if keep) if labels else ()
    if points is not None:
        _check_columns(case, "points", points, axes)
        points, found = place(moves, points, case.shape)
        found &= ((points >= -0.5) & (points <= edge - 0.5)).all(axis=1)
        inside = found if inside is None else inside & found
    spacing, affine = case.spacing_mm, case.affine
    if spacing is not None or affine is not None:
        back = _linear_back(moves, axes)
        if spacing is not None:
            rows = [[step * factor for factor in row] for step, row in zip(spacing, back, strict=False)]
            spacing = tuple(math.hypot(*column[:axes]) for column in zip(*rows, strict=True))[:axes]
        if affine is not None:
            whole_back = np.eye(4)
            whole_back[3 - axes:, 3 - axes:] = np.array(back)
            affine = affine @ whole_back
    return case.but(boxes=boxes, box_labels=labels, points=points, points_inside=inside, spacing_mm=spacing,
                    affine=affine)


def _check_columns(case: Case, name: str, held: FloatArray, columns: int) -> None:
    if held.shape[1:] != (columns,):
        raise UserError(say(f"case {case.id}", f"{name} of shape {held.shape} with an image of shape "
                            f"{case.image.shape}", f"{columns} columns", "Give one (low, high) or one place per axis."))


def _linear_back(moves: Sequence[Move], axes: int) -> Matrix:
    """Return the joined matrices' way back; in plain numbers, a tenth of the cost of arrays of this size."""
    matrices = [move for move in moves if not isinstance(move, Bend)]
    if not matrices:
        return tuple(tuple(float(i == k) for k in range(axes + 1)) for i in range(axes + 1))
    back = invert(reduce(lambda earlier, later: multiply(later, earlier), matrices))
    return back if back[-1][-1] == 1.0 else tuple(tuple(part / back[-1][-1] for part in row) for row in back)


def _outline(boxes: FloatArray, side: int) -> FloatArray:
    """Return (N, places, axes): places along all edges of boxes, in pixel centers; the corners where `side` is 2."""
    axes = boxes.shape[1] // 2
    share = np.linspace(0.0, 1.0, side)
    ends = [place for place in itertools.product(share, repeat=axes)
            if sum(0.0 < part < 1.0 for part in place) <= 1]
    low, high = boxes[:, None, :axes], boxes[:, None, axes:]
    outline: FloatArray = low + (high - low) * np.array(ends)[None] - 0.5
    return outline


def place(moves: Sequence[Move], points: FloatArray, shape: tuple[int, ...]) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return where moves put points, and for which of them a place was found; others stay about where they were.

    Args:
        moves: joined.
        points: (M, axes) in pixels; the center of pixel i lies at i.
        shape: (Y, X) or (Z, Y, X).
    """
    found = np.ones(len(points), bool)
    for move in moves:
        if isinstance(move, Bend):
            points, landed = _land(move, points, shape)
            found &= landed
        else:
            matrix = np.array(move)
            whole = points @ matrix[:, :-1].T + matrix[:, -1]
            points = whole[:, :-1] / whole[:, -1:]
    return points, found


def _land(bend: Bend, target: FloatArray, shape: tuple[int, ...]) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the places that a bend reads from `target`, by Newton's method, and which were found to 0.01 pixel."""
    axes = target.shape[1]

    def source(where: FloatArray) -> FloatArray:
        read = bend.source(tuple(where.T), bend.drawn, shape)
        return np.stack([np.broadcast_to(axis, len(where)) for axis in read], axis=1)

    where = np.array(target, np.float64)
    limit = 0.1 * max(shape) + 1.0
    missed = target - source(where)
    for _ in range(30):
        if not len(where) or np.abs(missed).max() < 1e-4:
            break
        slope = np.empty((len(where), axes, axes))
        for axis in range(axes):
            near = np.zeros(axes)
            near[axis] = 0.25
            slope[:, :, axis] = 2.0 * (source(where + near) - source(where - near))
        singular = np.abs(np.linalg.det(slope)) < 1e-6
        slope[singular] = np.eye(axes)
        where = where + np.clip(np.linalg.solve(slope, missed[..., None])[..., 0], -limit, limit)
        missed = target - source(where)
    return where, np.abs(missed).max(axis=1) < 0.01
