"""Fields of standard normal numbers that a seed stands for."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from bogam.core.seeds import digest_key


def normal_field(name: str, seed: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return independent standard normal numbers, float32, the same for the same name, seed and shape.

    Each is one of 65536 equally likely values, the normal distribution's quantiles, found by a table: four times
    faster than drawing the exact distribution. None lies beyond 4.33 standard deviations (of a normal distribution 1
    in 67,000 does); the variance is 1.

    Args:
        name: of the augmentation, so that two with the same seed differ.
        seed: as kept in the history.
        shape: of the field.
    """
    count = math.prod(shape)
    bits = np.random.Philox(key=int.from_bytes(digest_key(name, seed), "little"))
    words = bits.random_raw(-(-count // 4)).astype("<u8", copy=False).view("<u2")[:count]
    return np.take(_quantiles(), words, mode="wrap").reshape(shape)


@lru_cache(maxsize=1)
def _quantiles() -> NDArray[np.float32]:
    half = np.array([NormalDist().inv_cdf((k + 0.5) / 65536) for k in range(32768)])
    half /= math.sqrt(np.mean(half**2))
    table = np.concatenate([half, -half[::-1]]).astype(np.float32)
    table.setflags(write=False)
    return table
