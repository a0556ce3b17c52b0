"""Join neighboring warps into one map: one matrix where all are matrices, else one table of places to read from."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.augment.family import Drawn, Matrix, Places
from bogam.core.types import FloatArray

TOLERANCE_PX = 0.05
"""How far a table of places may lie from the exact map; checked on every table, which is refined until it holds."""
_NODES = 32
_PIXELS = 2 ** 20
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
Planes = tuple[NDArray[np.float32], NDArray[np.float32]]


def multiply(later: Matrix, earlier: Matrix) -> Matrix:
    """Return the map that does `earlier`, then `later`.

    Example:
        >>> double = ((2.0, 0.0, 0.0), (0.0, 2.0, 0.0), (0.0, 0.0, 1.0))
        >>> step = ((1.0, 0.0, 3.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
        >>> multiply(double, step)
        ((2.0, 0.0, 6.0), (0.0, 2.0, 0.0), (0.0, 0.0, 1.0))
    """
    if len(later) == 3:
        (a, b, c), (d, e, f), (g, h, i) = earlier
        return tuple((p * a + q * d + r * g, p * b + q * e + r * h, p * c + q * f + r * i) for p, q, r in later)
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
    """Return the map back.

    Example:
        >>> invert(((2.0, 0.0, 4.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))[0]
        (0.5, 0.0, -2.0)
    """
    if len(matrix) == 3 and not (matrix[2][0] or matrix[2][1]):
        (a, b, c), (d, e, f), _ = matrix
        scale = 1 / (a * e - b * d)
        a, b, d, e = e * scale, -b * scale, -d * scale, a * scale
        return ((a, b + 0.0, -a * c - b * f), (d + 0.0, e, -d * c - e * f), (0.0, 0.0, 1.0))
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


class Table:
    """For each pixel of a picture's result the (y, x) in the image that it is read from.

    Args:
        read: (y, x) of places in the result to (y, x) in the image.
        shape: (Y, X).
    """

    def __init__(self, read: Callable[[Places], Places], shape: tuple[int, int]) -> None:
        self._shape = shape
        self._step, self._planes = at_nodes(read, shape, first_step(shape))
        self._whole: Planes | None = (self._planes[0], self._planes[1]) if self._step == 1 else None

    def strips(self) -> Iterator[tuple[slice, Planes]]:
        """Yield rows of the result and the map there, two arrays; large pictures in several strips to save memory.

        The arrays lend this thread's memory: they are valid until the next strip, or the strips of another table.
        """
        height, width = self._shape
        if self._whole is None and height * width <= _PIXELS:
            self._whole = self._stretch(0, height)
        if self._whole is not None:
            yield slice(0, height), self._whole
            return
        rows = max(1, _PIXELS // (4 * width * self._step)) * self._step
        for first in range(0, height, rows):
            last = min(height, first + rows)
            yield slice(first, last), self._stretch(first, last)

    def whole(self) -> Planes:
        """Return the map of all rows, in memory of its own."""
        made = np.empty((2, *self._shape), np.float32)
        for rows, planes in self.strips():
            made[0, rows], made[1, rows] = planes
        return made[0], made[1]

    def _stretch(self, first: int, last: int) -> Planes:
        """Return the map of some rows, the first of which begins a cell of nodes."""
        step = self._step
        nodes = self._planes[:, first // step:-(-last // step) + 2]
        height, width = nodes.shape[1] * step, nodes.shape[2] * step
        stretched = _buffers(height, width)
        for plane, target in zip(nodes, stretched, strict=True):
            cv2.resize(plane, (width, height), dst=target, interpolation=cv2.INTER_LINEAR)
        inside = (slice(step, step + last - first), slice(step, step + self._shape[1]))
        return stretched[0][inside], stretched[1][inside]


def first_step(shape: tuple[int, ...]) -> int:
    """Return the distance of nodes to begin with for a picture: a power of two, at least 32 nodes on each side."""
    step = 1
    while 2 * step * _NODES <= min(shape):
        step *= 2
    return step


def at_nodes(read: Callable[[Places], Places], shape: tuple[int, ...], step: int) -> tuple[int, NDArray[np.float32]]:
    """Return a map at nodes between which straight lines keep within `TOLERANCE_PX` of it.

    The map is worked out every `step` pixels and at finer nodes by polynomials of the fifth degree. Straight lines
    between these lie up to an eighth of the second difference to one side, so a sixteenth is taken off at the nodes.
    The error of both is estimated from sixth and second differences; where it exceeds the tolerance, the step is
    halved.

    Args:
        read: places in the result to places in the image.
        shape: of the image, two or three axes.
        step: power of two to begin with.

    Returns:
        Distance of the nodes in pixels, and the map there, (axes, nodes along each axis): the nodes are the centers of
        cells of that many pixels, with one cell more all round. Distance 1 stands for exactly one node per pixel.
    """
    axes = len(shape)
    while True:
        nodes = nodes_of(shape, step)
        size = tuple(axis.size for axis in nodes)
        planes = np.empty((axes, *size), np.float32)
        for plane, target in zip(read(nodes), planes, strict=True):
            target[...] = plane
        if step == 1:
            return 1, planes
        times_finer = min(step, 4 if axes == 2 else 2)
        if sum(_error(planes, axis + 1, times_finer) for axis in range(axes)) <= TOLERANCE_PX * (1 + 0.3 * axes):
            break  # the sum overstates: the axes err most at different places
        step //= 2
    for axis, side in enumerate(shape):
        planes = _along(_finer(side, step, times_finer), planes, axis + 1)
    if step == times_finer:
        return 1, np.ascontiguousarray(planes[(slice(None), *(slice(1, side + 1) for side in shape))])
    return step // times_finer, planes


def _error(planes: NDArray[np.float32], axis: int, times_finer: int) -> float:
    """Return how far polynomials through nodes, and lines between finer ones, may lie from the map along one axis.

    Every third line is looked at. Polynomials of the fifth degree miss an eightieth of the largest sixth difference at
    a crease, and much less of it in a map whose second derivative is continuous. Lines miss a sixteenth of the second
    difference between finer nodes, at most a tenth where it changes.
    """
    count = planes.shape[axis]
    others = tuple(other for other in range(planes.ndim) if other != axis)
    some = tuple(slice(None) if other in (0, axis) else slice(None, None, 3) for other in range(planes.ndim))
    lines = planes[some].transpose(axis, *others).reshape(count, -1)
    made = np.empty((2 * count - 8, lines.shape[1]), np.float32)
    times(_differences(count), lines, made)
    second, sixth = cv2.norm(made[:count - 2], cv2.NORM_INF), cv2.norm(made[count - 2:], cv2.NORM_INF)
    return sixth / 80 + second / (10 * times_finer ** 2)


@lru_cache(maxsize=32)
def _differences(count: int) -> NDArray[np.float32]:
    """Return the matrix that takes second differences of `count` values and, below, sixth ones."""
    eye = np.eye(count, dtype=np.float32)
    return np.concatenate([np.diff(eye, 2, axis=0), np.diff(eye, 6, axis=0)])


def _along(matrix: NDArray[np.float32], planes: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """Return planes multiplied by a matrix along one axis."""
    before, after = planes.shape[:axis], planes.shape[axis + 1:]
    if not after:
        last = np.empty((*before, len(matrix)), np.float32)
        times(planes.reshape(-1, matrix.shape[1]), np.ascontiguousarray(matrix.T), last.reshape(-1, len(matrix)))
        return last
    made = np.empty((math.prod(before), len(matrix), math.prod(after)), np.float32)
    for plane, target in zip(planes.reshape(len(made), -1, made.shape[2]), made, strict=True):
        times(matrix, plane, target)
    return made.reshape(*before, len(matrix), *after)


def times(one: FloatArray, other: FloatArray, out: FloatArray) -> None:
    """Multiply two matrices piece by piece, so that the library keeps to the calling thread.

    OpenBLAS starts threads for more than 262,144 multiplications; on a busy machine they wait for each other for much
    longer than such a product takes.
    """
    rows = max(1, 262144 // max(1, one.shape[1] * other.shape[1]))
    for row in range(0, len(one), rows):
        np.matmul(one[row:row + rows], other, out=out[row:row + rows])


@lru_cache(maxsize=32)
def _finer(side: int, step: int, times_finer: int) -> NDArray[np.float32]:
    """Return the matrix from nodes every `step` pixels to finer ones, a sixteenth of their bow taken off."""
    coarse = nodes_of((side,), step)[0].astype(np.float64)
    fine = step // times_finer
    places = (np.arange(-2, -(-side // fine) + 2) + 0.5) * fine - 0.5
    matrix = np.zeros((len(places), len(coarse)))
    for row, place in enumerate(places):
        first = min(max(int((place - coarse[0]) // step) - 2, 0), len(coarse) - 6)
        near = coarse[first:first + 6]
        for k in range(6):
            others = np.delete(near, k)
            matrix[row, first + k] = np.prod((place - others) / (near[k] - others))
    made = matrix[1:-1] - (matrix[2:] - 2 * matrix[1:-1] + matrix[:-2]) / 16
    return made.astype(np.float32)


@lru_cache(maxsize=32)
def nodes_of(shape: tuple[int, ...], step: int) -> tuple[NDArray[np.float32], ...]:
    """Return the nodes of each axis, shaped to broadcast: centers of cells of `step` pixels, three more at both ends.

    Example:
        >>> [axis.shape for axis in nodes_of((8, 12), 4)], nodes_of((8, 12), 4)[0].ravel().tolist()
        ([(8, 1), (1, 9)], [-10.5, -6.5, -2.5, 1.5, 5.5, 9.5, 13.5, 17.5])
    """
    around = 0 if step == 1 else 3
    nodes = []
    for axis, side in enumerate(shape):
        centers = (np.arange(-around, -(-side // step) + around) + 0.5) * step - 0.5
        held = centers.astype(np.float32).reshape(tuple(-1 if other == axis else 1 for other in range(len(shape))))
        held.setflags(write=False)
        nodes.append(held)
    return tuple(nodes)


def _buffers(height: int, width: int) -> NDArray[np.float32]:
    """Return two planes of this thread's own that the next call gives again."""
    held: NDArray[np.float32] | None = getattr(_local, "planes", None)
    if held is None or held.size < 2 * height * width or held.size > 2 * _PIXELS + 8 * height * width:
        held = _local.planes = np.empty(2 * height * width, np.float32)
    return held[:2 * height * width].reshape(2, height, width)
