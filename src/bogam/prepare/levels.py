"""Grey levels of a case as counted steps, so that histograms work at 8, 12 and 16 bit, signed and float alike."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bogam.core.errors import UserError, say
from bogam.core.types import Array, Case
from bogam.data.load import LUMA

FLOAT_STEPS = 65536
"""Steps into which the range of a float image is divided where a histogram is needed."""


def levels_of(case: Case, step: str) -> tuple[float, float]:
    """Return the grey range of a case.

    Args:
        case: image of any depth.
        step: who asks, for the message.

    Raises:
        UserError: the case has no grey range, an empty one, one that its integer type cannot hold, or an image with
            NaN or infinite values; a guessed range would change the picture in silence.
    """
    where = f"case {case.id}, step {step}"
    if case.levels is None:
        raise UserError(say(where, "no grey range", "the levels of the picture",
                            "Put `- window: {source: percentile}` before it."))
    low, high = case.levels
    whole = case.image.dtype.kind != "f"
    if not high > low or (whole and round(high) == round(low)):
        raise UserError(say(where, f"the grey range ({low:g}, {high:g})", "(low, high) with low < high",
                            "Is the picture blank?"))
    if whole and not np.iinfo(case.image.dtype).min <= low < high <= np.iinfo(case.image.dtype).max:
        raise UserError(say(where, f"the grey range ({low:g}, {high:g}) for {case.image.dtype} pixels",
                            "a range that they can hold", "Put a window step before it."))
    check_finite(case, step)
    return float(low), float(high)


def check_finite(case: Case, step: str) -> None:
    """Raise UserError where a float image holds NaN or infinite values."""
    if case.image.dtype.kind == "f" and not np.isfinite(case.image).all():
        raise UserError(say(f"case {case.id}, step {step}", "NaN or infinite pixels", "finite ones",
                            "Was the file written completely?"))


def to_steps(image: Array, levels: tuple[float, float]) -> tuple[NDArray[np.uint16 | np.uint8], int]:
    """Count grey levels from 0 at the lowest; values outside the range are clipped to it.

    Integer images keep each level as one step, so 12 bit gives 4096 steps; float images get 65536 steps.

    Returns:
        The steps, uint16 in the image's shape (or the image itself, where each level is its own step), and how many
        there are.

    Example:
        >>> to_steps(np.array([-1024, 0, 3071], np.int16), (-1024, 3071))
        (array([   0, 1024, 4095], dtype=uint16), 4096)
        >>> to_steps(np.array([0.0, 0.5, 2.0], np.float32), (0.0, 1.0))
        (array([    0, 32768, 65535], dtype=uint16), 65536)
    """
    low, high = levels
    if image.dtype.kind == "f":
        share = (image.astype(np.float64) - low) / (high - low)
        return np.rint(np.clip(share, 0, 1) * (FLOAT_STEPS - 1)).astype(np.uint16), FLOAT_STEPS
    first, last = round(low), round(high)
    if first == np.iinfo(image.dtype).min == 0 and last == np.iinfo(image.dtype).max:
        return image, last + 1
    return (np.clip(image.astype(np.int32), first, last) - first).astype(np.uint16), last - first + 1


def from_steps(steps: Array, levels: tuple[float, float], count: int, dtype: np.dtype[np.generic]) -> Array:
    """Undo `to_steps`, back into the image's own type.

    Example:
        >>> from_steps(np.array([0, 1024, 4095], np.uint16), (-1024, 3071), 4096, np.dtype(np.int16))
        array([-1024,     0,  3071], dtype=int16)
    """
    low, high = levels
    if dtype.kind == "f":
        return (low + steps.astype(np.float64) / (count - 1) * (high - low)).astype(dtype)
    if steps.dtype == dtype and round(low) == 0:
        return steps
    return (steps.astype(np.int32) + round(low)).astype(dtype)


def change_brightness(image: Array, levels: tuple[float, float], change: Callable[[Array], Array]) -> Array:
    """Apply a function of one grey plane to an image.

    Three channels are taken as red, green and blue: the function changes their brightness (BT.601 luma) and the
    same difference is added to each, so colors keep their hue and a grey picture stored as RGB stays grey. Any
    other number of channels: each by itself.

    Args:
        image: (C, Y, X) or (C, Z, Y, X).
        levels: (low, high); the result is clipped to it.
        change: takes and returns (Y, X) or (Z, Y, X) in the image's type.
    """
    if image.shape[0] == 1:
        return change(image[0])[None]
    if image.shape[0] != 3:
        return np.stack([change(plane) for plane in image])
    luma = np.tensordot(np.array(LUMA), image.astype(np.float64), axes=1)
    grey = luma.astype(image.dtype) if image.dtype.kind == "f" else np.rint(luma).astype(image.dtype)
    difference = change(grey).astype(np.float64) - grey
    return np.clip(image + difference, *levels).astype(image.dtype)
