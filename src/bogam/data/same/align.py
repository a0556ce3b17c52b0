"""Lay one picture over another: a first guess from features or a symmetry, then a smooth flow."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.core.types import FloatArray
from bogam.data.same.features import MIRROR, SIDE, Features

GRID = 128
"""Longest side on which a flow is sought."""
CLOSE = 4.0
"""Pixels of `SIDE` within which two features agree with a map; with the first guess, twice so many."""
FAR = 324.0
"""Distance of two descriptors (of norm 512) from which on they do not match: cosine 0.8."""

_own = threading.local()


@dataclass(frozen=True, eq=False)
class Match:
    """A map between two pictures.

    Args:
        matrix: (2, 3) float64: point (x, y) of the other picture to the first one, both on canvases of `SIDE`.
        agreeing: features that agree with it.
        matched: features that have a counterpart at all.
    """

    matrix: FloatArray
    agreeing: int
    matched: int


def _matcher() -> Any:
    if not hasattr(_own, "matcher"):
        _own.matcher = cv2.BFMatcher(cv2.NORM_L2, crossCheck=True)
    return _own.matcher


def plausible(matrix: FloatArray, mirrored: bool) -> bool:
    """Return whether a map shrinks, enlarges and stretches as pictures may be, and mirrors where it should."""
    (a, b), (c, d) = matrix[:, :2]
    size, determinant = float(a * a + b * b + c * c + d * d), float(a * d - b * c)
    if not np.isfinite(size) or (determinant < 0) != mirrored or abs(determinant) < 0.04 or abs(determinant) > 25:
        return False
    most = (size + np.sqrt(max(size * size - 4 * determinant * determinant, 0.0))) / 2  # larger stretch, squared
    return bool(most < 2.2 * abs(determinant))


def match(first: Features, other: Features, mirrored: bool) -> Match | None:
    """Return the affine map that most features agree with, or None.

    Each pair of features that match proposes a turn, scale and shift; nothing is drawn at random.
    """
    if min(len(first.points), len(other.points)) < 4:
        return None
    theirs = other.descriptors[:, MIRROR] if mirrored else other.descriptors
    pairs = _matcher().match(first.descriptors.astype(np.float32), theirs.astype(np.float32))
    mutual = np.array([(p.queryIdx, p.trainIdx) for p in pairs if p.distance < FAR], np.int64)
    if len(mutual) < 4:
        return None
    to, of = first.points[mutual[:, 0]].astype(np.float64), other.points[mutual[:, 1]].astype(np.float64)
    found = _best_turn(to, of, mirrored)
    ones = np.column_stack([of[:, :2], np.ones(len(of))])
    for _ in range(3):
        if found.sum() < 4:
            return None
        held = ones[found]
        try:
            matrix = np.linalg.solve(held.T @ held, held.T @ to[found, :2]).T
        except np.linalg.LinAlgError:  # all on one line
            return None
        found = np.hypot(*(ones @ matrix.T - to[:, :2]).T) < CLOSE
    if found.sum() < 4 or not plausible(matrix, mirrored):
        return None
    return Match(matrix, int(found.sum()), len(mutual))


def _best_turn(to: FloatArray, of: FloatArray, mirrored: bool) -> NDArray[np.bool_]:
    """Return which of the matches agree with the best similarity that one of them proposes."""
    angle_to, angle_of = np.deg2rad(to[:, 3]), np.deg2rad(of[:, 3])
    if mirrored:  # turn back, reflect, turn forth
        angle, sign = angle_to + angle_of, -1.0
    else:
        angle, sign = angle_to - angle_of, 1.0
    scale = to[:, 2] / of[:, 2]
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    apart = of[None, :, :2] - of[:, None, :2]
    moved_x = cos[:, None] * apart[..., 0] - sign * sin[:, None] * apart[..., 1] + to[:, None, 0]
    moved_y = sin[:, None] * apart[..., 0] + sign * cos[:, None] * apart[..., 1] + to[:, None, 1]
    near = np.hypot(moved_x - to[None, :, 0], moved_y - to[None, :, 1]) < 2 * CLOSE
    return np.asarray(near[near.sum(axis=1).argmax()])


def symmetry(kind: int, first: tuple[int, int], other: tuple[int, int]) -> FloatArray:
    """Return the map of a whole picture onto another one that is the same, turned or mirrored, perhaps stretched.

    Args:
        kind: 0 to 7, the place in `features.symmetries`: the one that makes the first picture look like the other.
        first: (Y, X) of the first picture's canvas.
        other: (Y, X) of the other's.

    Returns:
        (2, 3): point (x, y) of the other picture to the first one.
    """
    matrix = np.zeros((2, 3))
    swapped, flip_y, flip_x = kind >= 4, bool(kind & 2), bool(kind & 1)
    # other[y, x] = t[+-y, +-x], where t is the first picture or its transpose
    for axis, flip in ((0, flip_x), (1, flip_y)):  # x and y of t
        goes_to = 1 - axis if swapped else axis
        size, length = first[1 - goes_to], other[1 - axis]
        factor = size / length
        matrix[goes_to, axis] = -factor if flip else factor
        matrix[goes_to, 2] = size - 0.5 - 0.5 * factor if flip else 0.5 * factor - 0.5
    return matrix


def local(picture: FloatArray, sigma: float) -> NDArray[np.uint8]:
    """Return grey levels relative to their surroundings, as uint8, for a flow that tones do not mislead."""
    mean = cv2.GaussianBlur(picture, (0, 0), sigma)
    spread = cv2.GaussianBlur(picture * picture, (0, 0), sigma) - mean * mean
    return np.asarray(np.clip((picture - mean) / np.sqrt(np.maximum(spread, 0) + 16) * 50 + 128, 0, 255), np.uint8)


def base_map(shape: tuple[int, int], matrix: FloatArray, inverse: bool = False) -> tuple[FloatArray, FloatArray]:
    """Return for each pixel of the first picture where it lies in the other: x and y, float32.

    Args:
        shape: (Y, X) of the first picture.
        matrix: (2, 3) of the other picture to the first; with `inverse` of the first to the other.
    """
    back = matrix if inverse else cv2.invertAffineTransform(matrix)
    y, x = np.mgrid[:shape[0], :shape[1]]
    return (np.asarray(back[0, 0] * x + back[0, 1] * y + back[0, 2], np.float32),
            np.asarray(back[1, 0] * x + back[1, 1] * y + back[1, 2], np.float32))


def inside(x: FloatArray, y: FloatArray, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which points lie in a picture of a shape."""
    return (x >= -0.5) & (y >= -0.5) & (x <= shape[1] - 0.5) & (y <= shape[0] - 0.5)


def flow(first: FloatArray, other: FloatArray, x: FloatArray, y: FloatArray, soft: Sequence[float]
         ) -> tuple[FloatArray, FloatArray]:
    """Return a map such as `base_map`'s, improved by a smooth flow.

    Args:
        first: (Y, X) float32 on a canvas of `GRID`.
        other: likewise.
        x, y: the map so far.
        soft: pixels over which the flow is smoothed, one for each round.

    References:
        Kroeger et al. 2016 (dense inverse search), doi:10.1007/978-3-319-46493-0_29.
    """
    if not hasattr(_own, "dis"):
        make: Any = cv2  # its types lack DIS
        _own.dis = make.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    rows, columns = (np.asarray(g, np.float32) for g in np.mgrid[:first.shape[0], :first.shape[1]])

    def pick(image: FloatArray, at_x: FloatArray, at_y: FloatArray) -> Any:
        return cv2.remap(image, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    for width in soft:
        over, seen = pick(other, x, y), inside(x, y, other.shape)
        found = _own.dis.calc(local(np.where(seen, first, over), 5), local(over, 5), None)
        weight = seen.astype(np.float32) + 1e-3
        total = cv2.GaussianBlur(weight, (0, 0), width)
        go_x, go_y = (columns + cv2.GaussianBlur(found[..., 0] * weight, (0, 0), width) / total,
                      rows + cv2.GaussianBlur(found[..., 1] * weight, (0, 0), width) / total)
        x, y = pick(x, go_x, go_y), pick(y, go_x, go_y)
    return x, y


def straightened(x: FloatArray, y: FloatArray, valid: NDArray[np.bool_]) -> tuple[FloatArray, float]:
    """Return the affine map (2, 3) nearest to a map, first picture to the other, and the median distance to it."""
    rows, columns = np.nonzero(valid)
    step = max(1, len(rows) // 800)
    ones = np.column_stack([columns, rows, np.ones(len(rows))])[::step]
    points = np.column_stack([x[valid], y[valid]])[::step].astype(np.float64)
    weight = np.ones(len(ones))
    for _ in range(3):  # nearest to most points: where there is nothing to see a flow drifts
        held = ones * weight[:, None]
        lines = np.linalg.solve(held.T @ ones + 1e-9 * np.eye(3), held.T @ points)
        off = np.hypot(*(points - ones @ lines).T)
        weight = 1 / (off + 0.05)
    return np.asarray(lines.T, np.float64), float(np.median(off))


def scaled(matrix: FloatArray, first: float, other: float) -> FloatArray:
    """Return the map between canvases that are enlarged by factors, pixel centers kept."""
    out = np.array(matrix, np.float64)
    out[:, :2] *= first / other
    # x' = f (x + .5) - .5 on both sides
    out[:, 2] = first * (matrix[:, 2] + 0.5 + matrix[:, :2] @ np.full(2, 0.5 / other - 0.5)) - 0.5
    return out


def to_grid(matrix: FloatArray) -> FloatArray:
    """Return a map between canvases of `SIDE` as one between canvases of `GRID`."""
    return scaled(matrix, GRID / SIDE, GRID / SIDE)
