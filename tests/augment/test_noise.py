"""Noise of a stated strength, kept as a seed."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.noise import Noise


@pytest.mark.parametrize(("dtype", "levels"), [("u1", (0, 255)), ("u2", (0, 4095)), ("i2", (-1000, 1000)),
                                               ("f4", (-1.0, 1.0))])
def test_its_spread_is_a_share_of_the_grey_range(dtype, levels):
    middle = (levels[0] + levels[1]) / 2
    image = np.full((1, 100, 100), middle).astype(dtype)
    made = Noise.filter(image, levels, {"sigma": 0.05, "seed": 1}).astype(float)
    assert made.std() == pytest.approx(0.05 * (levels[1] - levels[0]), rel=0.03)
    assert made.mean() == pytest.approx(middle, abs=0.003 * (levels[1] - levels[0]))


def test_the_seed_is_the_field_and_channels_differ():
    image = np.full((3, 8, 8), 100, np.uint8)
    one, again, other = (Noise.filter(image, (0, 255), {"sigma": 0.05, "seed": s}) for s in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert not np.array_equal(one[0], one[1])


def test_black_stays_within_the_levels():
    made = Noise.filter(np.full((1, 50, 50), 10, np.uint8), (10, 20), {"sigma": 0.5, "seed": 0})
    assert made.min() == 10
    assert made.max() == 20
