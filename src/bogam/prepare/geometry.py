"""Where a prepared picture's pixels lie in the original, and the way back.

Pixel i covers [i, i + 1) and its center lies at i + 0.5. Boxes are edges: they move by ``edge * scale + offset``.
Points are pixel indices: they move by ``(index + 0.5) * scale - 0.5 + offset``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.core.errors import UserError, say
from bogam.core.types import Array, FloatArray


def resample(plane: Array, shape: tuple[int, int]) -> Array:
    """Resize one plane: averages over areas along an axis that shrinks, linear along one that grows.

    Args:
        plane: (Y, X) uint8, uint16, int16 or float32.
        shape: (rows, columns) wanted.

    Example:
        >>> resample(np.array([[0, 2, 10, 20]], np.float32), (1, 2))
        array([[ 1., 15.]], dtype=float32)
    """
    small = (min(shape[0], plane.shape[0]), min(shape[1], plane.shape[1]))
    image = np.ascontiguousarray(plane)
    if small != image.shape:
        image = cv2.resize(image, (small[1], small[0]), interpolation=cv2.INTER_AREA)
    if shape != small:
        image = cv2.resize(image, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(image).reshape(shape)


def resample_mask(plane: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Resize a 0/1 mask the way `resample` resizes the picture: 1 where at least half of the pixel is covered.

    A mask that would vanish keeps the pixels it covers most: a picture with a lesion never becomes one without.

    Example:
        >>> resample_mask(np.array([[1, 1, 1, 0, 0, 0]], np.uint8), (1, 3))
        array([[1, 1, 0]], dtype=uint8)
        >>> resample_mask(np.array([[0, 0, 0, 0, 1, 0, 0, 0]], np.uint8), (1, 2))
        array([[0, 1]], dtype=uint8)
    """
    covered = resample(plane.astype(np.float32), shape)
    limit = 0.5
    if plane.any():
        limit = min(limit, float(covered.max()))
    return np.asarray(covered >= limit - 1e-6, np.uint8)


@dataclass(frozen=True)
class Placement:
    """A picture resampled to `scaled` and laid into a frame of size `after`.

    Args:
        before: (rows, columns) of the picture.
        scaled: its size after resampling.
        offset: (row, column) of its first pixel in the frame; negative where the frame cuts it.
        after: size of the frame.
    """

    before: tuple[int, int]
    scaled: tuple[int, int]
    offset: tuple[int, int]
    after: tuple[int, int]

    @property
    def scale(self) -> tuple[float, float]:
        """Frame pixels per picture pixel, (y, x)."""
        return self.scaled[0] / self.before[0], self.scaled[1] / self.before[1]

    @property
    def pads(self) -> bool:
        """Whether the frame shows more than the picture."""
        return any(o > 0 or o + s < a for o, s, a in zip(self.offset, self.scaled, self.after, strict=True))

    def to_dict(self) -> dict[str, list[int]]:
        """Return what a history entry keeps under "geometry"."""
        return {"before": list(self.before), "scaled": list(self.scaled), "offset": list(self.offset),
                "after": list(self.after)}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Sequence[int]]) -> Placement:
        """Read what `to_dict` returned."""
        before, scaled, offset, after = ((int(kept[k][0]), int(kept[k][1]))
                                         for k in ("before", "scaled", "offset", "after"))
        return cls(before, scaled, offset, after)

    def _slices(self) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        frame, picture = [], []
        for offset, size, limit in zip(self.offset, self.scaled, self.after, strict=True):
            first, last = max(0, offset), min(limit, offset + size)
            frame.append(slice(first, last))
            picture.append(slice(first - offset, last - offset))
        return (frame[0], frame[1]), (picture[0], picture[1])

    def image(self, image: Array, pad: float) -> Array:
        """Move an image (..., Y, X); the frame outside it holds `pad`."""
        return self._lay(image, [resample(p, self.scaled) for p in image.reshape(-1, *self.before)], pad)

    def masks(self, masks: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Move masks (..., Y, X); the frame outside the picture holds 0."""
        return self._lay(masks, [resample_mask(p, self.scaled) for p in masks.reshape(-1, *self.before)], 0)

    def _lay(self, whole: Array, planes: Sequence[Array], pad: float) -> Array:
        placed = np.full((len(planes), *self.after), pad, whole.dtype)
        frame, picture = self._slices()
        for target, plane in zip(placed, planes, strict=True):
            target[frame] = plane[picture]
        return placed.reshape(*whole.shape[:-2], *self.after)

    def boxes(self, boxes: FloatArray) -> FloatArray:
        """Move boxes (N, 4), half-open (y0, x0, y1, x1), and clip them to the frame; some may become empty."""
        moved = np.asarray(boxes, np.float64) * np.tile(self.scale, 2) + np.tile(self.offset, 2)
        return np.asarray(np.clip(moved, 0, np.tile(self.after, 2).astype(np.float64)))

    def points(self, points: FloatArray) -> FloatArray:
        """Move points (M, 2), (y, x) in pixel indices; a point may come to lie outside the frame."""
        centers = np.asarray(points, np.float64) + 0.5
        return np.asarray(centers * np.array(self.scale) + np.array(self.offset) - 0.5)

    def spacing(self, spacing_mm: tuple[float, ...]) -> tuple[float, ...]:
        """Return the spacing of the frame's pixels, in millimetres, array order."""
        return (*spacing_mm[:-2], spacing_mm[-2] / self.scale[0], spacing_mm[-1] / self.scale[1])

    def affine(self, affine: FloatArray) -> FloatArray:
        """Return the affine, (4, 4), from the frame's voxels (z, y, x) to patient millimetres."""
        back = np.eye(4)
        for axis, (scale, offset) in enumerate(zip(self.scale, self.offset, strict=True), start=1):
            back[axis, axis] = 1 / scale
            back[axis, 3] = (0.5 - offset) / scale - 0.5
        return np.asarray(affine, np.float64) @ back

    def undo(self, probs: FloatArray) -> FloatArray:
        """Bring probabilities (..., y, x) of the frame back to the picture; 0 where the frame cut it off."""
        planes = probs.reshape(-1, *self.after)
        frame, picture = self._slices()
        whole = np.zeros((len(planes), *self.before), np.float32)
        for target, plane in zip(whole, planes, strict=True):
            scaled = np.zeros(self.scaled, np.float32)
            scaled[picture] = plane[frame]
            target[...] = resample(scaled, self.before)
        return whole.reshape(*probs.shape[:-2], *self.before)


def restore(probs: FloatArray, history: Iterable[Mapping[str, Any]], shape: Sequence[int]) -> FloatArray:
    """Bring probabilities of a prepared case back to the geometry of the picture as read.

    Args:
        probs: (K, y, x) or (K, z, y, x), 0 to 1, in the prepared geometry.
        history: of the prepared case; entries without "geometry" moved nothing.
        shape: (Y, X) or (Z, Y, X) of the picture as read.

    Returns:
        (K, *shape) float32, 0 to 1, resampled linearly; 0 where a crop showed nothing to the model.

    Raises:
        UserError: the history belongs to a picture of another size.

    Example:
        >>> restore(np.ones((1, 4, 4), np.float32), [], (4, 4)).shape
        (1, 4, 4)
    """
    moves = [Placement.from_dict(entry["geometry"]) for entry in history if "geometry" in entry]
    ends = [tuple(shape[-2:]), *(move.after for move in moves)]
    starts = [*(move.before for move in moves), tuple(probs.shape[-2:])]
    if ends != starts:
        raise UserError(say("restore", f"probabilities {tuple(probs.shape[-2:])} with a history over {starts[:-1]}",
                            f"one that leads from {tuple(shape[-2:])} to them", "Are they of another picture?"))
    restored = np.asarray(probs, np.float32)
    for move in reversed(moves):
        restored = move.undo(restored)
    return restored
