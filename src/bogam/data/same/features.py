"""What pictures are found by: local features that turns, shifts and crops leave alone, and a small upright code."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.core.types import FloatArray

SIDE = 96
"""Longest side on which local features are sought; smaller pictures are enlarged to it."""
MOST = 100
"""Local features kept of one picture."""
IN_ALL = 8_000_000
"""Local features kept of a whole set (1.2 GB), but no fewer than `LEAST` of one picture."""
ONE_WAY = 0.03
"""Detail that crosses the main direction, below which a picture is a line or an edge: all of those fit each other."""
LEAST = 24
CODE = 16
"""Side of the upright code."""

# A descriptor is 4 x 4 cells of 8 directions in the feature's own frame; in a mirrored picture rows and directions run
# the other way round.
MIRROR = np.arange(128).reshape(4, 4, 8)[::-1][:, :, [0, 7, 6, 5, 4, 3, 2, 1]].ravel()

_own = threading.local()


def canvas(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Resize (Y, X) so that its longest side is `side`, the aspect kept."""
    height, width = picture.shape
    scale = side / max(height, width)
    if scale == 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC))


def crossing(picture: NDArray[np.uint8]) -> float:
    """Return how much of a (Y, X) picture's detail crosses its main direction: 0 one way only, 1 all ways alike.

    The smaller over the larger eigenvalue of the structure tensor of the whole picture, of detail of about 1 to 5
    pixels.
    """
    values = picture.astype(np.float32)
    band = cv2.GaussianBlur(values, (0, 0), 1.2) - cv2.GaussianBlur(values, (0, 0), 4.8)
    across, down = cv2.Sobel(band, cv2.CV_32F, 1, 0), cv2.Sobel(band, cv2.CV_32F, 0, 1)
    xx, yy, xy = (float((u * v).mean()) for u, v in ((across, across), (down, down), (across, down)))
    total, apart = xx + yy, float(np.hypot(xx - yy, 2 * xy))
    return (total - apart) / (total + apart) if total + apart > 0 else 0.0


@dataclass(frozen=True, eq=False)
class Features:
    """Local features of one picture, the strongest first.

    Args:
        points: (K, 4) float32: x, y, size and angle in degrees, on the canvas of `SIDE`.
        descriptors: (K, 128) uint8, square roots of SIFT's shares times 512.
    """

    points: FloatArray
    descriptors: NDArray[np.uint8]


def features_of(picture: NDArray[np.uint8], most: int = MOST) -> Features:
    """Return the local features of a (Y, X) uint8 picture: SIFT with a low threshold, for soft medical pictures.

    References:
        Lowe 2004, doi:10.1023/B:VISI.0000029664.99615.94; square roots: Arandjelovic and Zisserman 2012,
        doi:10.1109/CVPR.2012.6248018.
    """
    if not hasattr(_own, "sift"):
        make: Any = cv2  # its types lack SIFT
        _own.sift = make.SIFT_create(nfeatures=MOST, contrastThreshold=0.003, edgeThreshold=20, sigma=2.2)
    points, found = _own.sift.detectAndCompute(canvas(picture, SIDE), None)
    if found is None:
        return Features(np.zeros((0, 4), np.float32), np.zeros((0, 128), np.uint8))
    order = np.argsort([-p.response for p in points], kind="stable")[:most]
    shares = found[order] / np.maximum(found[order].sum(axis=1, keepdims=True), 1e-6)
    return Features(np.array([(*points[k].pt, points[k].size, points[k].angle) for k in order], np.float32),
                    np.asarray(np.minimum(np.rint(np.sqrt(shares) * 512), 255), np.uint8))


def nothing() -> tuple[Features, FloatArray]:
    """Return no features and an empty code: such a picture is proposed for nothing."""
    return Features(np.zeros((0, 4), np.float32), np.zeros((0, 128), np.uint8)), np.zeros(CODE * CODE, np.float32)


def code_of(small: NDArray[np.uint8]) -> FloatArray:
    """Return (256,) float32 of mean 0 and norm 1: the grey ranks of a small picture, blurred, at 16 x 16.

    No change of tones that keeps their order changes it; an inversion changes its sign.
    """
    soft = cv2.GaussianBlur(small, (0, 0), 1.5)
    counts = np.bincount(soft.ravel(), minlength=256)
    ranks = ((np.cumsum(counts) - counts / 2) / soft.size).astype(np.float32)
    code = cv2.resize(ranks[soft], (CODE, CODE), interpolation=cv2.INTER_AREA)
    code = code - code.mean()
    norm = float(np.linalg.norm(code))
    return np.asarray((code / norm if norm else code).ravel(), np.float32)


def symmetries(code: FloatArray) -> FloatArray:
    """Return (8, 256): the code of the picture as it is, turned by quarters, and mirrored; in `align.symmetry`'s order.
    """
    square = code.reshape(CODE, CODE)
    return np.stack([t[::rows, ::columns].ravel() for t in (square, square.T) for rows in (1, -1)
                     for columns in (1, -1)])


def per_picture(number: int) -> int:
    """Return how many local features to keep of each of `number` pictures.

    Example:
        >>> per_picture(1000), per_picture(200_000), per_picture(1_000_000)
        (100, 40, 24)
    """
    return max(LEAST, min(MOST, IN_ALL // max(number, 1)))


def stacked(features: Sequence[Features]) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return all descriptors (K, 128) and the picture that each belongs to (K,)."""
    owners = np.repeat(np.arange(len(features), dtype=np.int32), [len(f.points) for f in features])
    return np.concatenate([f.descriptors for f in features]) if features else np.zeros((0, 128), np.uint8), owners
