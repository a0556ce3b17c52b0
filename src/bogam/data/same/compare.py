"""How alike two pictures are once one lies over the other: band by band, from fine to coarse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.core.types import FloatArray
from bogam.data.same.align import GRID, base_map, flow, inside, scaled, straightened
from bogam.data.same.features import canvas

SCALES = (0.6, 1.2, 2.4, 4.8)
"""Widths in pixels between which the bands lie; a pixel is that of the coarser picture."""
WINDOWS = (9, 13, 21)
"""Side of the squares in which a band is compared."""
LEAST_SHARED = 0.2
"""Share of the finer picture that the other has to cover."""
SMALLEST = 14
"""Least side of the compared part, in its own pixels."""
STIFF, PLIANT = (6.0, 6.0), (3.0, 3.0, 2.5, 2.5)
"""Pixels of `GRID` over which a flow is smoothed, round by round: it may bend a picture, not repaint it."""
PROMISING = 0.75
"""Agreement in the middle band from which on a more pliant flow is tried."""
SOME_CURVE = 0.2
"""Distance of a flow from an affine map, in pixels of `GRID`, from which on it may be a distortion."""
LEAST_EXACT = 0.75
"""Agreement in the middle band below which an exact map is given up."""
GLANCE = 64
"""Longest side of a first look."""


class Bands(NamedTuple):
    """Median correlation in three bands, over the squares in which there is most to see."""

    fine: float = 0.0
    middle: float = 0.0
    coarse: float = 0.0


@dataclass(frozen=True, eq=False)
class Likeness:
    """Two pictures compared, one laid over the other.

    Args:
        straight: agreement under the best affine map.
        curved: agreement under a smooth flow.
        curve: distance of the flow from the affine map: median, in pixels of `GRID`.
        shared: share of the finer picture that the other covers.
        energy: logarithm (base 2) of each band's strength in the other picture over that in the first.
        changed: share of the squares whose middle band does not agree at all (text, callipers).
        matrix: (2, 3), point (x, y) of the other picture to the first, on canvases of `GRID`.
        pixel: side of a pixel of the coarser picture, in pixels of `GRID`, 1 at least.
    """

    straight: Bands
    curved: Bands
    curve: float
    shared: float
    energy: Bands
    changed: float
    matrix: FloatArray
    pixel: float = 1.0


def glance(first: NDArray[np.uint8], other: NDArray[np.uint8], matrix: FloatArray, sign: int = 1) -> float:
    """Return a quick agreement in the middle band, under a map as it stands, -1 to 1.

    Args:
        first: (Y, X) picture.
        other: likewise.
        matrix: point of the other on a canvas of `GRID` to the first.
        sign: -1 where light and dark are exchanged.
    """
    a, b = canvas(first, GLANCE), canvas(other, GLANCE)
    x, y = base_map(a.shape, scaled(matrix, GLANCE / GRID, GLANCE / GRID))
    over = cv2.remap(b, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32) * sign
    seen = cv2.erode(inside(x, y, b.shape).astype(np.uint8), np.ones((3, 3), np.uint8))
    bands = [(cv2.GaussianBlur(p, (0, 0), 0.7) - cv2.GaussianBlur(p, (0, 0), 2.0)) * seen
             for p in (a.astype(np.float32), over)]
    one, two, both = (cv2.boxFilter(v, -1, (11, 11)) for v in
                      (bands[0] * bands[0], bands[1] * bands[1], bands[0] * bands[1]))
    weight = np.minimum(np.minimum(one / (one.mean() + 1e-6), two / (two.mean() + 1e-6)), 1) * seen
    return float((both / np.sqrt(one * two + 1e-3) * weight).sum() / (weight.sum() + 1e-6))


def compare(first: NDArray[np.uint8], other: NDArray[np.uint8], matrix: FloatArray, *, exact: bool = False,
            bend: bool = True, sign: int = 1) -> Likeness | None:
    """Compare two pictures.

    Args:
        first: (Y, X), `GRID` at most.
        other: likewise.
        matrix: (2, 3): point of the other on its canvas of `GRID` to the first one on its own.
        exact: the map is known to be exact: `straight` is measured under it as it stands, and the flow is sought only
            where that is promising. Else the straight map is the affine one nearest to the flow.
        bend: try a more pliant flow where the stiff one promises a distorted copy.
        sign: -1 where light and dark are exchanged.

    Returns:
        None where too little is shared to tell.
    """
    stretch = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if stretch > 1.02:  # the other is the finer one: the map goes the other way
        back = compare(other, first, cv2.invertAffineTransform(matrix), exact=exact, bend=bend, sign=sign)
        return back and Likeness(back.straight, back.curved, back.curve, back.shared,
                                 Bands(*(-e for e in back.energy)), back.changed,
                                 cv2.invertAffineTransform(back.matrix), back.pixel)
    a, b = (canvas(p, GRID).astype(np.float32) for p in (first, other))
    if sign < 0:
        b = 255 - b
    # one pixel of the coarser picture becomes one pixel of what is compared
    pixel = max(GRID / max(first.shape), GRID / max(other.shape) * stretch, 1.0)
    x, y = base_map(a.shape, matrix)
    straight, energy, changed = Bands(), Bands(), 0.0
    if exact:
        straight, energy, changed = _agreement(a, b, x, y, pixel)
        if straight.middle < LEAST_EXACT:
            return None
    x, y = flow(a, b, x, y, STIFF)
    valid = inside(x, y, b.shape)
    if valid.mean() < LEAST_SHARED:
        return None
    lines, curve = straightened(x, y, valid)
    if not exact:
        straight, energy, changed = _agreement(a, b, *base_map(a.shape, lines, inverse=True), pixel)
        matrix = cv2.invertAffineTransform(lines)
    curved = _agreement(a, b, x, y, pixel)[0]
    if bend and curve > SOME_CURVE and curved.middle > PROMISING:
        x, y = flow(a, b, x, y, PLIANT)
        curved = max(curved, _agreement(a, b, x, y, pixel)[0], key=lambda bands: bands.middle)
    return Likeness(straight, curved, curve, float(valid.mean()), energy, changed, np.asarray(matrix, np.float64),
                    pixel)


def _agreement(a: FloatArray, b: FloatArray, x: FloatArray, y: FloatArray, pixel: float
               ) -> tuple[Bands, Bands, float]:
    """Return agreement, energy and the share that is changed; zeros where too little is shared."""
    if pixel > 1.02:
        size = (max(8, round(a.shape[1] / pixel)), max(8, round(a.shape[0] / pixel)))
        a, x, y = (cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in (a, x, y))
    over = cv2.remap(b, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    seen = cv2.erode(inside(x, y, b.shape).astype(np.uint8), np.ones((3, 3), np.uint8),
                     borderType=cv2.BORDER_REPLICATE)
    a = np.where(seen > 0, a, over)  # an edge where the other one ends is in neither
    where = seen > 0
    if seen.sum() < SMALLEST**2:
        return Bands(), Bands(), 0.0
    agree, energy, changed = [], [], 0.0
    soft = [[cv2.GaussianBlur(p, (0, 0), s) for s in SCALES] for p in (a, over)]
    for k, window in enumerate(WINDOWS):
        one, two = ((s[k] - s[k + 1]) * seen for s in soft)
        power_one, power_two, both = (cv2.boxFilter(v, -1, (window, window)) for v in (one * one, two * two, one * two))
        found = both / np.sqrt(power_one * power_two + 1e-6)
        strength = np.minimum(power_one / (power_one[where].mean() + 1e-9),
                              power_two / (power_two[where].mean() + 1e-9))
        busy = where & (strength >= max(float(np.median(strength[where])), 0.02))
        if busy.sum() < 0.02 * busy.size:
            agree.append(0.0)
            energy.append(0.0)
            continue
        agree.append(float(np.median(found[busy])))
        energy.append(float(0.5 * np.log2((power_two[busy].mean() + 1e-6) / (power_one[busy].mean() + 1e-6))))
        if k == 1:
            changed = float((found[busy] < 0.5).mean())
    return Bands(*agree), Bands(*energy), changed
