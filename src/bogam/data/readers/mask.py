"""What the values of a mask file mean: two-valued, labels, colors, or two values with noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bogam.core.errors import FileProblem
from bogam.core.types import Array, Picture

_NEAR = 32
"""A level this close to 0 or 255 is taken for it, where a mask proves to be two-valued with noise."""

_MOST_COLORS = 256
_RASTER = ("png", "jpeg", "tiff", "bmp", "pgm")


@dataclass(frozen=True, eq=False)
class MaskReading:
    """A mask as whole numbers.

    Args:
        values: (Y, X) or (Z, Y, X) int32.
        note: how the file was understood, one clause.
    """

    values: NDArray[np.int32]
    note: str


def understand_mask(picture: Picture, file: str) -> MaskReading:
    """Turn a picture into label values.

    - 1 bit: 0 and 1. 2 and 4 bit: the stored values. Everything else grey: the stored values.
    - Three equal channels: one of them.
    - Colors: each is the number 0xRRGGBB, so that a color means the same in every file (red is 16711680).
    - 8-bit values near 0 and near 255 with noise between (a JPEG, a resized mask): 0 and 255, cut at 128.

    Args:
        picture: what a reader returned.
        file: name for messages.

    Raises:
        FileProblem: values that are not whole numbers, or a picture where a mask is expected.

    Example:
        >>> noisy = Picture(np.array([[[3, 252], [0, 255]]], np.uint8), (0, 255), format="png")
        >>> understand_mask(noisy, "m.png").values.tolist()
        [[0, 255], [0, 255]]
    """
    image, before = picture.image, ""
    if image.shape[0] == 3 and (image[0] == image[1]).all() and (image[0] == image[2]).all():
        image, before = image[:1], "three equal channels read as one; "
    if image.dtype.kind == "f":
        return _whole(image[0], file)
    eight = image.dtype == np.uint8 and picture.format in _RASTER
    if image.shape[0] == 3:
        return _colors(image, eight, picture.format, file)
    values = image[0]
    if eight and picture.bits in (1, 2, 4) and picture.levels == (0.0, 255.0) and picture.format != "pgm":
        values = values // np.uint8(255 // (2**picture.bits - 1))
        return MaskReading(values.astype(np.int32), f"{before}{_listed(values)} ({picture.bits} bit)")
    snapped = _snap(values, picture.format) if eight else None
    if snapped is not None:
        moved = f"{np.mean((values != 0) & (values != 255)):.1%} of the pixels moved"
        return MaskReading(snapped.astype(np.int32), f"{before}0 and 255 with noise, cut at 128; {moved}")
    if picture.format == "jpeg" and len(np.unique(values)) > 2:
        raise FileProblem(file, f"is a JPEG with {len(np.unique(values))} grey levels, not a mask: save it as PNG "
                                "with one value per label")
    return MaskReading(values.astype(np.int32), before + _listed(values))


def _listed(values: Array) -> str:
    found = np.unique(values)
    if len(found) > 8:
        return f"{len(found)} values from {found[0]} to {found[-1]}"
    return "values " + ", ".join(str(v) for v in found)


def _snap(values: Array, kind: str) -> Array | None:
    """Return 0 and 255 where the values are these two with noise; None where they are labels, or exactly these."""
    histogram = np.bincount(values.ravel(), minlength=256)
    used = np.flatnonzero(histogram)
    low, high = int(histogram[:_NEAR + 1].sum()), int(histogram[255 - _NEAR:].sum())
    between = int(values.size) - low - high
    if set(used.tolist()) <= {0, 255}:
        return None
    if kind == "jpeg":
        noisy = between <= max(high, low // 10)
    else:
        pair = len(used) == 2 and used[0] <= _NEAR and used[1] >= 255 - _NEAR
        spread = len(used) > 16 and bool(histogram[_NEAR + 1:255 - _NEAR].any()) and between < high
        both = len(used) > 2 and between == 0 and high > 0 and low > 0 and _noise_only(used)
        noisy = pair or spread or both
    return np.where(values >= 128, 255, 0).astype(np.uint8) if noisy else None


def _noise_only(used: Array) -> bool:
    """Tell 0, 3, 252, 255 (noise at both ends) from 0, 1, 2, 255 (labels, and 255 for "ignore")."""
    return bool((used > 255 - _NEAR).sum() > 1) and bool((used < _NEAR).sum() > 1)


def _whole(values: Array, file: str) -> MaskReading:
    rounded = np.rint(values)
    if not np.isfinite(values).all() or np.abs(values - rounded).max() > 1e-3 or np.abs(rounded).max() >= 2**31:
        raise FileProblem(file, "is no mask: its values are not whole numbers")
    return MaskReading(rounded.astype(np.int32), _listed(rounded.astype(np.int32)))


def _colors(image: Array, eight: bool, kind: str, file: str) -> MaskReading:
    if not eight:
        raise FileProblem(file, f"is no mask: it has colors of {8 * image.dtype.itemsize} bit")
    note = ""
    packed = _packed(image)
    found = np.unique(packed)
    if kind == "jpeg" or len(found) > _MOST_COLORS:
        near = (image <= _NEAR) | (image >= 255 - _NEAR)
        if near.all(axis=0).mean() < 0.9:
            raise FileProblem(file, f"is no mask: it has {len(found)} colors. Save it with one color per label")
        packed = _packed(np.where(image >= 128, 255, 0).astype(np.uint8))
        found, note = np.unique(packed), "with noise, each channel cut at 128; "
    names = ", ".join(f"#{value:06x} = {value}" for value in found[:8])
    more = f" and {len(found) - 8} more" if len(found) > 8 else ""
    return MaskReading(packed, f"{len(found)} colors read as numbers 0xRRGGBB; {note}{names}{more}")


def _packed(image: Array) -> NDArray[np.int32]:
    red, green, blue = image.astype(np.int32)
    packed: NDArray[np.int32] = (red << 16) | (green << 8) | blue
    return packed
