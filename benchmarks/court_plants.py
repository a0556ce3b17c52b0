"""What the leak court plants: ladders of changes that make a copy of a picture look like another file.

All changes are written here with OpenCV and numpy and not taken from the product, so that the audit does not meet its
own hand. Each takes a picture (Y, X) or (Y, X, 3) uint8, a rung of its ladder and a generator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from court_sets import Picture

Change = Callable[[Picture, Any, np.random.Generator], Picture]


@dataclass(frozen=True)
class Ladder:
    """A kind of plant: the family it counts for, its rungs from weak to strong, and the change."""

    family: str
    rungs: Sequence[Any]
    change: Change


def _levels(image: Picture, curve: Callable[[np.ndarray], np.ndarray]) -> Picture:
    table = np.clip(np.rint(255 * curve(np.arange(256) / 255)), 0, 255).astype(np.uint8)
    return np.asarray(table[image])


def _jpeg(image: Picture, quality: int, rng: np.random.Generator) -> Picture:
    code = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(code, cv2.IMREAD_UNCHANGED), np.uint8)


def _resize(image: Picture, factor: float, rng: np.random.Generator) -> Picture:
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=way), np.uint8)


def _window(image: Picture, share: float, rng: np.random.Generator) -> Picture:
    low, high = np.percentile(image, [100 * share, 100 - 100 * share]) / 255
    return _levels(image, lambda v: (v - low) / max(high - low, 0.1))


def _flip(image: Picture, axis: int, rng: np.random.Generator) -> Picture:
    return np.ascontiguousarray(cv2.flip(image, axis))


def _turn(image: Picture, quarters: int, rng: np.random.Generator) -> Picture:
    return np.ascontiguousarray(np.rot90(image, quarters))


def _crop_borders(image: Picture, share: float, rng: np.random.Generator) -> Picture:
    rows, columns = image.shape[:2]
    cuts = np.rint(rng.uniform(0.5, 1.0, 4) * share * np.array([rows, rows, columns, columns])).astype(int)
    cuts = np.maximum(cuts, 1)
    return np.ascontiguousarray(image[cuts[0]:rows - cuts[1], cuts[2]:columns - cuts[3]])


def _pad(image: Picture, share: float, rng: np.random.Generator) -> Picture:
    rows, columns = (max(1, round(share * side)) for side in image.shape[:2])
    return np.asarray(cv2.copyMakeBorder(image, rows, rows, columns, columns, cv2.BORDER_CONSTANT, value=(0, 0, 0)))


def _text(image: Picture, lines: int, rng: np.random.Generator) -> Picture:
    out = image.copy()
    rows, columns = image.shape[:2]
    size = max(0.25, columns / 640)
    for _ in range(lines):
        words = "".join(chr(c) for c in rng.integers(65, 91, 7))
        place = (int(rng.integers(0, max(1, columns - int(90 * size)))), int(rng.integers(int(14 * size) + 4, rows)))
        cv2.putText(out, words, place, cv2.FONT_HERSHEY_SIMPLEX, size, (255, 255, 255), 1, cv2.LINE_AA)
    return out


def _several(image: Picture, rung: int, rng: np.random.Generator) -> Picture:
    """Flip, crop, shrink, re-window and re-encode, `rung` + 2 of them one after another."""
    steps: list[Callable[[Picture], Picture]] = [
        lambda p: _jpeg(p, 60, rng), lambda p: _resize(p, 0.6, rng), lambda p: _flip(p, 1, rng),
        lambda p: _window(p, 0.02, rng), lambda p: _crop_borders(p, 0.04, rng)]
    for step in steps[:rung + 2]:
        image = step(image)
    return image


def _blur(image: Picture, sigma: float, rng: np.random.Generator) -> Picture:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma))


def _per_channel(image: Picture, change: Callable[[Picture], Picture]) -> Picture:
    if image.ndim == 2:
        return change(image)
    return np.stack([change(np.ascontiguousarray(image[..., c])) for c in range(3)], axis=2)


def _clahe(image: Picture, clip: float, rng: np.random.Generator) -> Picture:
    return _per_channel(image, cv2.createCLAHE(clip, (8, 8)).apply)


def _equalize(image: Picture, share: float, rng: np.random.Generator) -> Picture:
    level = _per_channel(image, cv2.equalizeHist)
    return np.asarray(cv2.addWeighted(level, share, image, 1 - share, 0))


def _noise(image: Picture, sd: float, rng: np.random.Generator) -> Picture:
    return np.clip(np.rint(image + rng.normal(0, sd, image.shape)), 0, 255).astype(np.uint8)


def _gamma(image: Picture, gamma: float, rng: np.random.Generator) -> Picture:
    return _levels(image, lambda v: v**gamma)


def _fancy_pca(image: Picture, strength: float, rng: np.random.Generator) -> Picture:
    gain, bias = 1 + 0.1 * strength * rng.choice([-1, 1]), 10 * strength * rng.choice([-1, 1]) / 255
    return _levels(image, lambda v: gain * v + bias)


def _affine(image: Picture, matrix: Sequence[Sequence[float]]) -> Picture:
    rows, columns = image.shape[:2]
    center = np.array([(columns - 1) / 2, (rows - 1) / 2])
    turn = np.array(matrix, float)
    full = np.hstack([turn[:, :2], (turn[:, 2] + center - turn[:, :2] @ center)[:, None]])
    return np.asarray(cv2.warpAffine(image, full, (columns, rows), flags=cv2.INTER_LINEAR))


def _rotate(image: Picture, degrees: float, rng: np.random.Generator) -> Picture:
    angle = np.deg2rad(degrees) * rng.choice([-1, 1])
    return _affine(image, [[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0]])


def _shift(image: Picture, share: float, rng: np.random.Generator) -> Picture:
    signs = rng.choice([-1, 1], 2)
    return _affine(image, [[1, 0, share * signs[0] * image.shape[1]], [0, 1, share * signs[1] * image.shape[0]]])


def _zoom(image: Picture, factor: float, rng: np.random.Generator) -> Picture:
    return _affine(image, [[factor, 0, 0], [0, factor, 0]])


def _shear(image: Picture, degrees: float, rng: np.random.Generator) -> Picture:
    return _affine(image, [[1, np.tan(np.deg2rad(degrees)) * rng.choice([-1, 1]), 0], [0, 1, 0]])


def _crop_resize(image: Picture, share: float, rng: np.random.Generator) -> Picture:
    rows, columns = image.shape[:2]
    high, wide = round(share * rows), round(share * columns)
    top, left = int(rng.integers(0, rows - high + 1)), int(rng.integers(0, columns - wide + 1))
    part = image[top:top + high, left:left + wide]
    return np.asarray(cv2.resize(part, (columns, rows), interpolation=cv2.INTER_LINEAR), np.uint8)


def _grid(image: Picture, limit: float, rng: np.random.Generator) -> Picture:
    """Five cells a side, each stretched by up to `limit`, the whole scaled back to the picture's size."""
    maps = []
    for side in (image.shape[1], image.shape[0]):
        steps = 1 + rng.uniform(-limit, limit, 5)
        edges = np.concatenate([[0.0], np.cumsum(steps / steps.sum())]) * (side - 1)
        maps.append(np.interp(np.linspace(0, 5, side), np.arange(6), edges))
    across, down = np.meshgrid(*maps)
    return np.asarray(cv2.remap(image, across.astype(np.float32), down.astype(np.float32), cv2.INTER_LINEAR))


def _elastic(image: Picture, share: float, rng: np.random.Generator) -> Picture:
    rows, columns = image.shape[:2]
    moves = [cv2.resize(rng.uniform(-share, share, (6, 6)).astype(np.float32), (columns, rows),
                        interpolation=cv2.INTER_CUBIC) * side for side in (columns, rows)]
    across, down = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    return np.asarray(cv2.remap(image, across + moves[0], down + moves[1], cv2.INTER_LINEAR,
                                borderMode=cv2.BORDER_CONSTANT))


def _same(image: Picture, rung: Any, rng: np.random.Generator) -> Picture:
    return image


IDENTICAL, TRANSFORMED = "identical pixels", "same picture transformed"
FILTERED, MOVED = "derived: filter kinds", "derived: geometric children"

LADDERS: Mapping[str, Ladder] = {
    "identical": Ladder(IDENTICAL, ["png", "tiff", "bmp"], _same),
    "re-encoded (JPEG quality)": Ladder(TRANSFORMED, [95, 80, 60, 40], _jpeg),
    "resized (factor)": Ladder(TRANSFORMED, [1.5, 0.8, 0.6, 0.5], _resize),
    "re-windowed (share clipped)": Ladder(TRANSFORMED, [0.005, 0.01, 0.02, 0.05], _window),
    "flipped (1 left-right, 0 up-down, -1 both)": Ladder(TRANSFORMED, [1, 0, -1], _flip),
    "quarter turns": Ladder(TRANSFORMED, [1, 2, 3], _turn),
    "borders cropped (share a side)": Ladder(TRANSFORMED, [0.01, 0.03, 0.06, 0.1], _crop_borders),
    "padded (share a side)": Ladder(TRANSFORMED, [0.02, 0.05, 0.1], _pad),
    "burnt-in text (lines)": Ladder(TRANSFORMED, [1, 2, 4, 6], _text),
    "several at once": Ladder(TRANSFORMED, [0, 1, 2, 3], _several),
    "Gaussian blur (sigma, px)": Ladder(FILTERED, [0.7, 1.1, 1.5, 2.0], _blur),
    "CLAHE (clip limit, 8 x 8)": Ladder(FILTERED, [1.0, 2.0, 4.0], _clahe),
    "equalized (share)": Ladder(FILTERED, [0.3, 0.6, 1.0], _equalize),
    "noise (sd of 255)": Ladder(FILTERED, [3, 8, 15, 25], _noise),
    "gamma": Ladder(FILTERED, [0.5, 0.8, 1.25, 2.0], _gamma),
    "fancy PCA (sd)": Ladder(FILTERED, [0.5, 1.0, 2.0], _fancy_pca),
    "rotated (degrees)": Ladder(MOVED, [5, 15, 30, 60], _rotate),
    "shifted (share)": Ladder(MOVED, [0.03, 0.1, 0.2], _shift),
    "zoomed (factor)": Ladder(MOVED, [0.8, 0.9, 1.1, 1.3], _zoom),
    "sheared (degrees)": Ladder(MOVED, [5, 10, 20], _shear),
    "cropped, resized back (share)": Ladder(MOVED, [0.9, 0.75, 0.6], _crop_resize),
    "grid distortion (limit)": Ladder(MOVED, [0.1, 0.2, 0.3], _grid),
    "elastic (share of the side)": Ladder(MOVED, [0.01, 0.02, 0.03], _elastic),
}

LITTLE = "The two agree too little; why was not looked at one by one."
REASONS: Mapping[str, str] = {
    "burnt-in text (lines)": "Text of fixed size covers most of a patch of 50 pixels.",
    "Gaussian blur (sigma, px)": "Of a patch of 50 pixels, 2 pixels of blur leave the information of about 12 x 12.",
    "CLAHE (clip limit, 8 x 8)": "Tiles of 6 pixels change the tones as finely as the tissue does.",
    "noise (sd of 255)": "The noise is stronger than the detail of pale tissue.",
}
"""Why plants of a kind are missed in small pictures, as the agreement of the missed ones tells."""
