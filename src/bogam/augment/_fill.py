"""What an erase puts where it takes pixels away."""

from __future__ import annotations

from typing import Literal

import numpy as np

from bogam.augment._grey import pixels
from bogam.core.seeds import generator
from bogam.core.types import Array

Fill = Literal["lowest", "mean", "noise"]
"""lowest: the lowest grey level; mean: of the whole image, for each channel;
noise: every level equally likely, pixel by pixel."""


def filling(image: Array, levels: tuple[float, float], fill: Fill, seed: int, shape: tuple[int, ...]) -> Array:
    """Return pixels of the image's type to put in.

    Args:
        image: whole, (C, Y, X) or (C, Z, Y, X).
        levels: (low, high).
        fill: what to put in.
        seed: of the noise.
        shape: of what is taken away, without channels; only noise fills it, the others broadcast to it.

    Returns:
        (C, ...), of shape `(C, *shape)` or broadcasting to it.
    """
    channels = len(image)
    one = (channels,) + (1,) * (image.ndim - 1)
    if fill == "noise":
        return pixels(generator("erase", seed).random((channels, *shape), dtype=np.float32), levels, image.dtype)
    if fill == "mean":
        mean = image.reshape(channels, -1).mean(axis=1, dtype=np.float64)
        return np.asarray(np.rint(mean) if image.dtype.kind != "f" else mean).astype(image.dtype).reshape(one)
    lowest = float(levels[0])
    return np.full(one, lowest if image.dtype.kind == "f" else round(lowest), image.dtype)
