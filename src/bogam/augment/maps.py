"""Join neighboring warps into one map: one matrix where all are matrices, else one table of places to read from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.augment.family import Drawn, Matrix, Places
from bogam.core.types import FloatArray

TOLERANCE_PX = 0.05
"""How far a table of places may lie from the exact map; checked on every table, which is refined until it holds."""
_NODES = 64
_local = threading.local()


@dataclass(frozen=True)
class Bend:
    """A warp that no matrix describes, with what it drew.

    Args:
        source: the part's applier of this name.
        drawn: what the part drew.
    """

    source: Callable[[Places, Drawn, tuple[int, ...]], Places]
    drawn: Drawn


Move = Matrix | Bend


def multiply(later: Matrix, earlier: Matrix) -> Matrix:
    """Return the map that does `earlier`, then `later`.

    Example:
        >>> double = ((2.0, 0.0, 0.0), (0.0, 2.0, 0.0), (0.0, 0.0, 1.0))
        >>> step = ((1.0, 0.0, 3.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
        >>> multiply(double, step)
        ((2.0, 0.0, 6.0), (0.0, 2.0, 0.0), (0.0, 0.0, 1.0))
    """
    columns = tuple(zip(*earlier, strict=True))
    return tuple(tuple(sum(a * b for a, b in zip(row, column, strict=True)) for column in columns) for row in later)


def lift(matrix: Matrix, axes: int) -> Matrix:
    """Return a matrix of a picture as one that moves every slice of a volume alike; others as they are.

    Example:
        >>> lift(((1.0, 0.0, 3.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)), axes=3)[1]
        (0.0, 1.0, 0.0, 3.0)
    """
    if len(matrix) == axes + 1:
        return matrix
    return ((1.0, 0.0, 0.0, 0.0), *((0.0, *row) for row in matrix))


def join(moves: Sequence[Move], axes: int) -> list[Move]:
    """Return the moves with neighboring matrices multiplied, all for pictures (`axes` 2) or volumes (3)."""
    joined: list[Move] = []
    for move in moves:
        if isinstance(move, Bend):
            joined.append(move)
            continue
        matrix = lift(move, axes)
        if joined and not isinstance(joined[-1], Bend):
            matrix = multiply(matrix, joined.pop())  # type: ignore[arg-type]
        joined.append(matrix)
    return joined


def source_of(moves: Sequence[Move], where: Places, shape: tuple[int, ...]) -> Places:
    """Return where in the image the result of all moves, in order, reads each of its places from."""
    for move in reversed(moves):
        where = move.source(where, move.drawn, shape) if isinstance(move, Bend) else _through(invert(move), where)
    return where


def invert(matrix: Matrix) -> Matrix:
    """Return the map back."""
    return tuple(map(tuple, np.linalg.inv(np.array(matrix)).tolist()))


def _through(matrix: Matrix, where: Places) -> Places:
    """Return the places that a matrix moves these to; an axis that a row does not look at is not touched."""
    *rows, last = (_row(row, where) for row in matrix)
    if any(matrix[-1][:-1]):
        return tuple(row / last for row in rows)
    return tuple(rows)


def _row(row: tuple[float, ...], where: Places) -> FloatArray:
    total: FloatArray | None = None
    for factor, axis in zip(row, where, strict=False):
        if factor:
            term = axis if factor == 1.0 else axis * factor
            total = term if total is None else total + term
    if total is None:
        return np.full((1,) * where[0].ndim, row[-1], where[0].dtype)
    return total + row[-1] if row[-1] else total


def table(moves: Sequence[Move], shape: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return for each pixel of the result the (y, x) in the image that it is read from.

    The map is worked out on a coarse grid and stretched linearly. Between the nodes of a smooth map that would lie up
    to one eighth of its second difference to one side; a sixteenth is taken off at the nodes, so that about as much
    to both sides is left. Where this exceeds `TOLERANCE_PX`, the grid is refined, in the end to one node per pixel.

    Args:
        moves: at least one.
        shape: (Y, X).

    Returns:
        Two arrays (Y, X); valid until the next call in the same thread, whose memory they lend.
    """
    step = 1
    while 2 * step * _NODES <= min(shape):
        step *= 2
    while True:
        nodes = _nodes(shape, step)
        size = (nodes[0].shape[0], nodes[1].shape[1])
        planes = [np.broadcast_to(plane, size) for plane in source_of(moves, nodes, shape)]
        if step == 1:
            return np.ascontiguousarray(planes[0]), np.ascontiguousarray(planes[1])
        centered = [_center(plane) for plane in planes]
        if max(error for _, error in centered) <= TOLERANCE_PX:
            break
        step //= 2
    stretched = _buffers(size[0] * step, size[1] * step)
    for (plane, _), target in zip(centered, stretched, strict=True):
        cv2.resize(plane, (size[1] * step, size[0] * step), dst=target, interpolation=cv2.INTER_LINEAR)
    inside = (slice(step, step + shape[0]), slice(step, step + shape[1]))
    return stretched[0][inside], stretched[1][inside]


@lru_cache(maxsize=16)
def _nodes(shape: tuple[int, int], step: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return rows (n, 1) and columns (1, m) of nodes: centers of cells of `step` pixels, one cell more all round."""
    around = 0 if step == 1 else 1
    rows, columns = ((np.arange(-around, -(-side // step) + around) + 0.5) * step - 0.5 for side in shape)
    nodes = rows[:, None].astype(np.float32), columns[None].astype(np.float32)
    for held in nodes:
        held.setflags(write=False)
    return nodes


def _center(plane: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
    """Return nodes between which a straight line errs to both sides alike, and how far it may then err.

    A sixteenth of the second difference where that is steady; a tenth where it jumps between two nodes.
    """
    bow = cv2.Laplacian(plane, cv2.CV_32F, ksize=1)
    down = plane[2:] - plane[1:-1]
    down -= plane[1:-1] - plane[:-2]
    across = bow[1:-1, 1:-1] - down[:, 1:-1]
    error = float(max(down.max(), -down.min()) + max(across.max(), -across.min())) / 10
    bow[0], bow[-1] = bow[1], bow[-2]
    bow[:, 0], bow[:, -1] = bow[:, 1], bow[:, -2]
    return cv2.scaleAdd(bow, -1 / 16, plane), error


def _buffers(height: int, width: int) -> NDArray[np.float32]:
    """Return two planes of this thread's own that the next call gives again."""
    held: NDArray[np.float32] | None = getattr(_local, "planes", None)
    if held is None or held.shape != (2, height, width):
        held = _local.planes = np.empty((2, height, width), np.float32)
    return held
