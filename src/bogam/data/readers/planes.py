"""From what a decoder returns to planes (C, Y, X) of a depth that bogam keeps."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from bogam.core.errors import FileProblem
from bogam.core.types import Array

LARGEST_PIXELS = 2**28
"""Pixels of one plane above which a file is refused: 16384 x 16384."""


def check_size(file: str, rows: int, columns: int) -> None:
    """Raise FileProblem where a header promises a picture that is empty or too large to be decoded safely."""
    if rows < 1 or columns < 1:
        raise FileProblem(file, f"has no pixels: its header says {rows} rows and {columns} columns")
    if rows * columns > LARGEST_PIXELS:
        raise FileProblem(file, f"has {rows} x {columns} pixels, more than {LARGEST_PIXELS:,} that one picture may "
                                "have: cut it into tiles")


def channels_first(pixels: Array, bgr: bool = False) -> tuple[Array, tuple[str, ...]]:
    """Turn (Y, X) or (Y, X, channels) into (1, Y, X) or (3, Y, X); alpha is dropped and noted.

    Args:
        pixels: (Y, X), or (Y, X, 1 to 4): grey, grey and alpha, colors, colors and alpha.
        bgr: colors come in OpenCV's order.

    Example:
        >>> channels_first(np.zeros((2, 5, 4), np.uint8))[0].shape
        (3, 2, 5)
        >>> channels_first(np.zeros((2, 5, 4), np.uint8))[1]
        ('alpha channel dropped',)
    """
    if pixels.ndim == 2:
        return np.ascontiguousarray(pixels)[None], ()
    alpha = ("alpha channel dropped",) if pixels.shape[2] in (2, 4) else ()
    count = 3 if pixels.shape[2] >= 3 else 1
    if pixels.dtype in (np.uint8, np.uint16, np.int16, np.float32):
        layers = list(cv2.split(pixels))[:count]
    else:
        layers = [pixels[:, :, i] for i in range(count)]
    return np.stack(layers[::-1] if bgr and count == 3 else layers), alpha


def keep_depth(values: Array) -> tuple[Array, tuple[str, ...]]:
    """Return the values as uint8, uint16, int16 or float32, the first of them that loses nothing.

    uint8, uint16 and int16 stay. Other integers become int16 (uint16 if they come unsigned, or need it), else
    float32, which is exact up to 16,777,216. float16 and float64 become float32.

    Raises:
        TypeError: for complex numbers and anything that is no number.

    Example:
        >>> keep_depth(np.array([0, 40000], np.int64))[0].dtype
        dtype('uint16')
    """
    if values.dtype.kind == "b":
        return values.astype(np.uint8), ()
    if values.dtype.kind not in "iuf":
        raise TypeError(f"values of type {values.dtype}")
    if values.dtype.newbyteorder("=") in (np.uint8, np.uint16, np.int16, np.float32):
        return values.astype(values.dtype.newbyteorder("="), copy=False), ()
    if values.dtype.kind == "f":
        return values.astype(np.float32), ("stored as 64-bit numbers, kept as 32-bit",) * (values.itemsize > 4)
    if values.itemsize == 1:
        return values.astype(np.int16), ()
    low, high = (int(values.min()), int(values.max())) if values.size else (0, 0)
    order: tuple[Any, ...] = (np.uint16, np.int16) if values.dtype.kind == "u" else (np.int16, np.uint16)
    for depth in order:
        if np.iinfo(depth).min <= low and high <= np.iinfo(depth).max:
            return values.astype(depth), ()
    rounded = ("integers above 16,777,216 are rounded",) if max(-low, high) > 2**24 else ()
    return values.astype(np.float32), rounded


def full_levels(image: Array) -> tuple[tuple[float, float], tuple[str, ...]]:
    """Return the range that the depth of an image can hold; for floats its own (min, max), and a note saying so.

    Example:
        >>> full_levels(np.zeros((1, 2, 2), np.uint16))[0]
        (0.0, 65535.0)
    """
    if image.dtype.kind in "iu":
        limits = np.iinfo(image.dtype)
        return (float(limits.min), float(limits.max)), ()
    finite = image[np.isfinite(image)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return (low, high if high > low else low + 1.0), ("levels are the smallest and largest value",)


def fill_missing(image: Array) -> tuple[Array, tuple[str, ...]]:
    """Set what is not a finite number to the smallest finite value, and note how many that were."""
    if image.dtype.kind != "f":
        return image, ()
    bad = ~np.isfinite(image)
    count = int(bad.sum())
    if not count:
        return image, ()
    image = image.copy()
    image[bad] = image[~bad].min() if count < image.size else 0
    return image, (f"{count} values are not finite numbers: set to the smallest value",)
