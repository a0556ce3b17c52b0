"""Sample volumes by the joined map of all warps: slice by slice where slices stay whole, else between slices."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.augment.maps import Move, at_nodes, nodes_of, source_of, stretch
from bogam.core.types import Array

_ROWS = 32000
"""OpenCV samples pictures of fewer than 32,767 rows."""


class VolumeMap:
    """Where each voxel of a result is read from.

    Where no slice is tilted or bent along z, each slice of the result is one slice of the volume or a mixture of two,
    sampled by one table for all. Else the map is worked out on a coarse grid as for pictures and stretched slice by
    slice; voxels are mixed from their eight neighbors, two slices at a time.

    Args:
        moves: joined, for three axes.
        shape: (Z, Y, X).
    """

    def __init__(self, moves: Sequence[Move], shape: tuple[int, int, int]) -> None:
        self.shape = shape
        every = nodes_of(shape, 1)
        corner = nodes_of((1, *shape[1:]), 1)
        z, y, x = source_of(moves, (every[0], *corner[1:]), shape) if _apart(moves, shape) else (None, None, None)
        self._planes: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None
        if z is not None and y is not None and x is not None:
            self._slices = z.ravel()
            start = np.zeros((1, 1, 1), np.float32)
            y, x = stretch(lambda nodes: tuple(
                axis[0] for axis in source_of(moves, (start, nodes[0][None], nodes[1][None]), shape)[1:]), shape[1:])
            self._planes = y.copy(), x.copy()
            return
        self._step, self._nodes = at_nodes(lambda nodes: source_of(moves, nodes, shape), shape, 8)

    def linear(self, volume: Array, fill: float, made: Array) -> None:
        """Write one channel (Z, Y, X), sampled linearly and rounded once for integers, to `made`."""
        if self._planes is not None:
            self._linear_slices(volume, fill, made)
            return
        padded = _pad(volume.astype(np.float32), fill)
        for index in range(self.shape[0]):
            z, y, x = self._slice(index)
            below = np.floor(z)
            share = z - below
            y += below * (self.shape[1] + 1)
            low = _sample(padded, y, x, self.shape[1] + 1, cv2.INTER_LINEAR, fill)
            y += self.shape[1] + 1
            high = _sample(padded, y, x, self.shape[1] + 1, cv2.INTER_LINEAR, fill)
            high -= low
            high *= share
            low += high
            _round(low, made[index])

    def nearest(self, volume: Array, made: Array) -> None:
        """Write one mask (Z, Y, X), each voxel that of its nearest place, 0 outside, to `made`."""
        if self._planes is not None:
            y, x = self._planes
            for index, place in enumerate(np.floor(self._slices + 0.5).astype(int).tolist()):
                if 0 <= place < self.shape[0]:
                    cv2.remap(volume[place], x, y, cv2.INTER_NEAREST, dst=made[index], borderMode=cv2.BORDER_CONSTANT,
                              borderValue=0)
                else:
                    made[index] = 0
            return
        padded = _pad(volume, 0)
        for index in range(self.shape[0]):
            z, y, x = self._slice(index)
            y += np.floor(z + 0.5) * (self.shape[1] + 1)
            made[index] = _sample(padded, y, x, self.shape[1] + 1, cv2.INTER_NEAREST, 0)

    def _linear_slices(self, volume: Array, fill: float, made: Array) -> None:
        assert self._planes is not None
        y, x = self._planes
        blank = np.full(self.shape[1:], fill, np.float32)
        for index, place in enumerate(self._slices.tolist()):
            below = int(np.floor(place))
            share = place - below
            near = [volume[k] if 0 <= k < self.shape[0] else blank for k in (below, below + 1)]
            if share < 1e-4 or share > 1 - 1e-4:
                source = near[share > 0.5].astype(volume.dtype, copy=False)
            else:
                source = near[0].astype(np.float32) * (1 - share)
                source += near[1] * np.float32(share)
            moved = cv2.remap(source, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=fill)
            _round(moved, made[index])

    def _slice(self, index: int) -> list[NDArray[np.float32]]:
        """Return (z, y, x) read from by one slice of the result, cut off just outside of the volume."""
        _, height, width = self.shape
        step = self._step
        if step == 1:
            planes = [plane[index].copy() for plane in self._nodes]
        else:
            place = (index + 0.5) / step + 0.5
            below = int(place)
            share = np.float32(place - below)
            mixed = self._nodes[:, below] * (1 - share) + self._nodes[:, below + 1] * share
            size = (mixed.shape[2] * step, mixed.shape[1] * step)
            planes = [cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR)[step:step + height, step:step + width]
                      for plane in mixed]
        for plane, side in zip(planes[:2], self.shape, strict=False):
            np.clip(plane, -1.0, side, out=plane)
        return planes


def _apart(moves: Sequence[Move], shape: tuple[int, int, int]) -> bool:
    """Return whether z is read by z alone, and y and x do not look at z: seen from which axes get mixed."""
    probe = tuple(np.zeros(tuple(2 if other == axis else 1 for other in range(3)), np.float32) for axis in range(3))
    z, y, x = source_of(moves, probe, shape)
    return z.shape[1:] == (1, 1) and y.shape[0] == 1 and x.shape[0] == 1


def _pad(volume: Array, fill: float) -> Array:
    """Return the slices one below the other as one picture, a row of fill between them and a slice of it at each end.

    Row y of slice z is row (z + 1) * (Y + 1) + y + 1.
    """
    depth, height, width = volume.shape
    padded = np.full((depth + 2, height + 1, width), fill, volume.dtype)
    padded[1:-1, 1:] = volume
    whole = np.full(((depth + 2) * (height + 1) + 1, width), fill, volume.dtype)
    whole[:-1] = padded.reshape(-1, width)
    return whole


def _sample(padded: Array, row: NDArray[np.float32], x: NDArray[np.float32], pitch: int, interpolation: int,
            fill: float) -> Array:
    """Return what lies at row - counted from row 0 of slice 0 - and x; halves the picture where it spans too much."""
    first = max(0, int(row.min()) + pitch)
    last = min(len(padded), int(row.max()) + pitch + 4)
    if last - first < _ROWS or row.size == 1:
        made: Array = cv2.remap(padded[first:last], x, row + np.float32(pitch + 1 - first), interpolation,
                                borderMode=cv2.BORDER_CONSTANT, borderValue=fill)
        return made
    axis = 0 if row.shape[0] >= row.shape[1] else 1
    halves = zip(np.array_split(row, 2, axis), np.array_split(x, 2, axis), strict=True)
    return np.concatenate([_sample(padded, np.ascontiguousarray(rows), np.ascontiguousarray(columns), pitch,
                                   interpolation, fill) for rows, columns in halves], axis)


def _round(made: Array, target: Array) -> None:
    if target.dtype.kind != "f" and made.dtype.kind == "f":
        np.rint(made, out=made)
    target[...] = made
