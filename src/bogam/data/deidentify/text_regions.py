"""Find regions of a picture that look like drawn text: rows of small, sharp, evenly inked shapes.

It looks for shapes, it does not read. `python benchmarks/deidentify.py text` prints how much drawn text it finds and
how often it finds text where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np

from bogam.core.types import Array, FloatArray

Box: TypeAlias = tuple[int, int, int, int]
"""(y0, x0, y1, x1) in pixels, the end not included."""

_LEAST_SIDE = 64
"""A picture with a shorter side holds no legible text."""
_WORK_SIDE = 1280
"""A picture with a longer side is looked at in half, quarter ... size."""
_LEVELS = {9: (32, 48, 72, 110, 150), 15: (90,)}
"""Width of an opening, than which the strokes of letters are narrower, to the grey levels of 255 by which ink must
stand out from what surrounds it; each is tried."""
_MOST_SHAPES = 3000


def find_text(picture: Array) -> tuple[Box, ...]:
    """Return regions that look like rows of at least three drawn characters, bright or dark.

    Args:
        picture: (Y, X) uint8.

    Returns:
        Boxes with a margin, from top to bottom; they do not overlap.
    """
    if min(picture.shape) < _LEAST_SIDE:
        return ()
    step = 1
    while max(picture.shape) > _WORK_SIDE * step:
        step *= 2
    small = picture if step == 1 else cv2.resize(
        picture, (picture.shape[1] // step, picture.shape[0] // step), interpolation=cv2.INTER_AREA)
    found: list[Box] = []
    for image in (small, 255 - small):
        for width, levels in _LEVELS.items():
            hat = cv2.morphologyEx(image, cv2.MORPH_TOPHAT, np.ones((width, width), np.uint8))
            for level in levels:
                mask = (hat > level).astype(np.uint8)
                shapes = _shapes(image, mask, level, width)
                for row in _rows(shapes):
                    if _stands_out(row, mask):
                        found += [_with_margin(box, small.shape) for box in
                                  (_extended(row.box, mask), *_lines_beside(row, shapes))]
    return tuple(sorted((y0 * step, x0 * step, min(y1 * step, picture.shape[0]), min(x1 * step, picture.shape[1]))
                        for y0, x0, y1, x1 in merge_boxes(found)))


def _shapes(image: Array, mask: Array, level: int, width: int) -> FloatArray:
    """Return the shapes that could be characters: rows of (y0, x0, y1, x1, mean of the ink, brightest ink)."""
    none = np.zeros((0, 6))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count < 4:
        return none
    x0, y0, wide, high, area = (stats[:, i].astype(np.float64) for i in range(5))
    fits = (high >= 5) & (high <= 5 * width) & (wide <= 8 * high) & (area >= 6) & (area <= 0.92 * wide * high + 4)
    fits[0] = False
    if fits.sum() < 3 or fits.sum() > _MOST_SHAPES:
        return none
    candidate = fits[labels]
    ink, ink_spread = _mean_and_spread(labels[candidate], image[candidate], count)
    peak = np.zeros(count)
    np.maximum.at(peak, labels[candidate], image[candidate])
    only = np.where(candidate, labels, 0).astype(np.float32)
    around = cv2.dilate(only, np.ones((7, 7), np.uint8)).astype(np.int32)
    ring = (around > 0) & (cv2.dilate(mask, np.ones((3, 3), np.uint8)) == 0)
    ground, ground_spread = _mean_and_spread(around[ring], image[ring], count)
    contrast = np.abs(ink - ground)
    fits &= (contrast >= level) & (ground_spread <= 0.35 * contrast) & (ink_spread <= 0.35 * contrast)
    found: FloatArray = np.stack([y0, x0, y0 + high, x0 + wide, ink, peak], axis=1)[fits]
    return found


def _mean_and_spread(labels: Array, values: Array, count: int) -> tuple[FloatArray, FloatArray]:
    number = np.maximum(np.bincount(labels, minlength=count), 1)
    real = values.astype(np.float64)
    mean = np.bincount(labels, real, count) / number
    square = np.bincount(labels, real * real, count) / number
    return mean, np.sqrt(np.maximum(square - mean * mean, 0))


def _lines_beside(row: _Row, shapes: FloatArray) -> list[Box]:
    """Return shapes of like height and ink on the lines above and below a sure row: short words such as "2D"."""
    if row.shapes < 4:
        return []
    height = shapes[:, 2] - shapes[:, 0]
    alike = (height >= 0.6 * row.height) & (height <= 1.6 * row.height) & (np.abs(shapes[:, 4] - row.ink) <= 25)
    y0, x0, y1, x1 = row.box
    taken = np.zeros(len(shapes), bool)
    for _ in range(3):
        near = alike & (shapes[:, 2] >= y0 - 1.5 * row.height) & (shapes[:, 0] <= y1 + 1.5 * row.height)
        near &= (shapes[:, 3] >= x0 - 2 * row.height) & (shapes[:, 1] <= x1 + 2 * row.height)
        if (near == taken).all():
            break
        taken = near
        y0, y1 = int(shapes[taken, 0].min()), int(shapes[taken, 2].max())
    return [(int(a), int(b), int(c), int(d)) for a, b, c, d in shapes[taken, :4]]


def _extended(box: Box, mask: Array) -> Box:
    """Lengthen a row over further ink on its line, as long as gaps are no wider than a space between words."""
    y0, x0, y1, x1 = box
    gap = max(6, round(1.3 * (y1 - y0)))
    columns: Array = np.asarray(mask[y0:y1].max(axis=0))
    while x0 > 0 and columns[max(0, x0 - gap):x0].any():
        x0 = max(0, x0 - gap) + int(np.argmax(columns[max(0, x0 - gap):x0]))
    while x1 < len(columns) and columns[x1:x1 + gap].any():
        x1 += len(columns[x1:x1 + gap]) - int(np.argmax(columns[x1:x1 + gap][::-1]))
    return y0, x0, y1, x1


@dataclass(frozen=True)
class _Row:
    """A chain of shapes on one line: its box, how many they are, how much their brightest ink differs, their height and
    ink level."""

    box: Box
    shapes: int
    spread: float
    height: float
    ink: float


def _stands_out(row: _Row, mask: Array) -> bool:
    """Tell a row of characters from a chance row in a texture, which goes on above and below it.

    The numbers were set on drawn text against clean pictures of other sets than those of the benchmark.
    """
    y0, x0, y1, x1 = row.box
    margin = max(4, round(0.8 * (y1 - y0)))
    inside = int(mask[y0:y1, x0:x1].sum())
    around = int(mask[max(0, y0 - margin):y1 + margin, max(0, x0 - margin):x1 + margin].sum()) - inside
    share = around / max(inside, 1)
    if row.shapes >= 6:
        return share <= 2.0
    return share <= (0.9 if row.shapes == 5 else 0.5) and row.spread <= (12 if row.shapes == 5 else 6)


def _rows(shapes: FloatArray) -> list[_Row]:
    """Chain neighbors of like height and ink on one line; return the chains that are long enough."""
    if len(shapes) < 3:
        return []
    shapes = shapes[np.argsort(shapes[:, 1], kind="stable")]
    height = shapes[:, 2] - shapes[:, 0]
    chain = np.arange(len(shapes))

    def root(i: int) -> int:
        while chain[i] != i:
            chain[i] = chain[chain[i]]
            i = int(chain[i])
        return i

    for i in range(len(shapes)):
        reach = 1.2 * height[i]
        later = np.flatnonzero(shapes[i + 1:, 1] <= shapes[i, 3] + reach) + i + 1
        if not len(later):
            continue
        overlap = np.minimum(shapes[later, 2], shapes[i, 2]) - np.maximum(shapes[later, 0], shapes[i, 0])
        lesser = np.minimum(height[later], height[i])
        alike = (overlap >= 0.6 * lesser) & (np.maximum(height[later], height[i]) <= 2.2 * lesser)
        alike &= np.abs(shapes[later, 4] - shapes[i, 4]) <= 45
        for j in later[alike][:6]:
            chain[root(int(j))] = root(i)
    roots = np.array([root(i) for i in range(len(shapes))])
    found = []
    for one in np.unique(roots):
        members = shapes[roots == one]
        if _is_a_row(members):
            box = (int(members[:, 0].min()), int(members[:, 1].min()), int(members[:, 2].max()),
                   int(members[:, 3].max()))
            spread = float(np.median(np.abs(members[:, 5] - np.median(members[:, 5]))))
            height_of = float(np.median(members[:, 2] - members[:, 0]))
            found.append(_Row(box, len(members), spread, height_of, float(np.median(members[:, 4]))))
    return found


def _is_a_row(members: FloatArray) -> bool:
    """Tell a row of characters from a chance chain: three or more, on one base line, of like height and ink."""
    height = members[:, 2] - members[:, 0]
    middle = float(np.median(height))
    tall = members[height >= 0.6 * middle]
    if len(tall) < 3:
        return False
    steady = min(np.median(np.abs(tall[:, 2] - np.median(tall[:, 2]))),
                 np.median(np.abs(tall[:, 0] - np.median(tall[:, 0])))) <= 0.15 * middle + 0.5
    total_height = float(members[:, 2].max() - members[:, 0].min())
    total_width = float(members[:, 3].max() - members[:, 1].min())
    return bool(steady and total_width >= 1.5 * middle and total_height <= 2.2 * middle
                and float(np.std(tall[:, 4])) <= 18)


def _with_margin(box: Box, shape: tuple[int, ...]) -> Box:
    margin = max(2, round(0.35 * (box[2] - box[0])))
    return (max(0, box[0] - margin), max(0, box[1] - 2 * margin), min(shape[0], box[2] + margin),
            min(shape[1], box[3] + 2 * margin))


def merge_boxes(boxes: list[Box]) -> list[Box]:
    """Join boxes that overlap until none does."""
    found: list[Box] = []
    for box in sorted(boxes):
        y0, x0, y1, x1 = box
        again = True
        while again:
            again = False
            for other in found:
                if y0 < other[2] and other[0] < y1 and x0 < other[3] and other[1] < x1:
                    found.remove(other)
                    y0, x0, y1, x1 = min(y0, other[0]), min(x0, other[1]), max(y1, other[2]), max(x1, other[3])
                    again = True
                    break
        found.append((y0, x0, y1, x1))
    return found
