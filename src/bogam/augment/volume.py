"""Sample volumes by the joined map of all warps: slice by slice where slices stay whole, else between slices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.augment.maps import Move, Table, at_nodes, nodes_of, source_of
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
            self._planes = Table(lambda nodes: tuple(
                axis[0] for axis in source_of(moves, (start, nodes[0][None], nodes[1][None]), shape)[1:]),
                shape[1:]).whole()
            return
        self._step, self._nodes = at_nodes(lambda nodes: source_of(moves, nodes, shape), shape, 8)

    def sample(self, image: Array, fill: float, masks: Array) -> tuple[Array, Array]:
        """Return all channels (C, Z, Y, X), sampled linearly and rounded once, and masks (K, Z, Y, X) at their nearest.

        Args:
            image: any channels, uint8, uint16, int16 or float32.
            fill: what lies outside of the image; outside the masks lies 0.
            masks: any number of planes, uint8.
        """
        made, moved = np.empty(image.shape, image.dtype), np.empty(masks.shape, masks.dtype)
        if self._planes is not None:
            self._whole_slices(image, fill, masks, made, moved)
        else:
            self._between_slices(image, fill, masks, made, moved)
        return made, moved

    def _between_slices(self, image: Array, fill: float, masks: Array, made: Array, moved: Array) -> None:
        pitch = self.shape[1] + 1
        volumes = [_pad(volume, fill, np.float32) for volume in image]
        planes = [_pad(mask, 0, mask.dtype) for mask in masks]
        for index in range(self.shape[0]):
            z, y, x = self._slice(index)
            below = np.floor(z)
            share = z - below
            below *= pitch
            below += y
            above = below + pitch
            for volume, target in zip(volumes, made, strict=True):
                low = _sample(volume, below, x, pitch, cv2.INTER_LINEAR, fill)
                high = _sample(volume, above, x, pitch, cv2.INTER_LINEAR, fill)
                high -= low
                high *= share
                low += high
                _round(low, target[index])
            if planes:
                np.rint(z, out=z)
                z *= pitch
                z += y
            for plane, target in zip(planes, moved, strict=True):
                target[index] = _sample(plane, z, x, pitch, cv2.INTER_NEAREST, 0)

    def _whole_slices(self, image: Array, fill: float, masks: Array, made: Array, moved: Array) -> None:
        assert self._planes is not None
        y, x = self._planes
        depth = self.shape[0]
        for index, place in enumerate(self._slices.tolist()):
            below, nearest = math.floor(place), math.floor(place + 0.5)
            share = place - below
            whole = below if share < 1e-4 else below + 1 if share > 1 - 1e-4 else None
            for volume, target in zip(image, made, strict=True):
                if not -1 < place < depth or (whole is not None and not 0 <= whole < depth):
                    target[index] = fill
                elif whole is not None:
                    cv2.remap(volume[whole], x, y, cv2.INTER_LINEAR, dst=target[index],
                              borderMode=cv2.BORDER_CONSTANT, borderValue=fill)
                else:
                    mixed = (volume[below].astype(np.float32) if below >= 0 else fill) * np.float32(1 - share)
                    mixed = mixed + (volume[below + 1] if below + 1 < depth else fill) * np.float32(share)
                    _round(cv2.remap(mixed, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=fill),
                           target[index])
            for mask, target in zip(masks, moved, strict=True):
                if 0 <= nearest < depth:
                    cv2.remap(mask[nearest], x, y, cv2.INTER_NEAREST, dst=target[index],
                              borderMode=cv2.BORDER_CONSTANT, borderValue=0)
                else:
                    target[index] = 0

    def _slice(self, index: int) -> list[NDArray[np.float32]]:
        """Return (z, y, x) read from by one slice of the result, y cut off just outside of the volume."""
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
        np.clip(planes[1], -1.0, height, out=planes[1])
        return planes


def _apart(moves: Sequence[Move], shape: tuple[int, int, int]) -> bool:
    """Return whether z is read by z alone, and y and x do not look at z: seen from which axes get mixed."""
    probe = tuple(np.zeros(tuple(2 if other == axis else 1 for other in range(3)), np.float32) for axis in range(3))
    z, y, x = source_of(moves, probe, shape)
    return z.shape[1:] == (1, 1) and y.shape[0] == 1 and x.shape[0] == 1


def _pad(volume: Array, fill: float, dtype: type | np.dtype[Any]) -> Array:
    """Return the slices one below the other as one picture, a row of fill between them and a slice of it at each end.

    Row y of slice z is row (z + 1) * (Y + 1) + y + 1: a place outside falls on a row of fill, or outside the picture.
    """
    depth, height, width = volume.shape
    whole = np.empty(((depth + 2) * (height + 1) + 1, width), dtype)
    slices = whole[:-1].reshape(depth + 2, height + 1, width)
    slices[0], slices[-1], whole[-1] = fill, fill, fill
    slices[1:-1, 0] = fill
    slices[1:-1, 1:] = volume
    return whole


def _sample(padded: Array, row: NDArray[np.float32], x: NDArray[np.float32], pitch: int, interpolation: int,
            fill: float) -> Array:
    """Return what lies at row - counted from row 0 of slice 0 - and x; halves the picture where it spans too much."""
    first, last = 0, len(padded)
    if last >= _ROWS:
        first, last = max(0, int(row.min()) + pitch), min(last, int(row.max()) + pitch + 4)
    if last <= first:
        return np.full(row.shape, fill, padded.dtype)
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
