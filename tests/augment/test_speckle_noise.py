"""Grain that grows with the signal."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.speckle_noise import SpeckleNoise, grains


@pytest.mark.parametrize(("dtype", "levels"), [("u1", (0, 255)), ("u2", (0, 4095)), ("i2", (-1000, 1000)),
                                               ("f4", (0.0, 1.0))])
def test_its_spread_is_a_share_of_the_signal(dtype, levels):
    span = levels[1] - levels[0]
    image = np.zeros((1, 200, 200), np.float64)
    image[0, :100], image[0, 100:] = levels[0] + span / 5, levels[0] + span * 3 / 5
    made = SpeckleNoise.filter(image.astype(dtype), levels, {"sigma": 0.1, "grain_px": 0.0, "seed": 1}).astype(float)
    assert made[0, :100].std() == pytest.approx(0.02 * span, rel=0.03)
    assert made[0, 100:].std() == pytest.approx(0.06 * span, rel=0.03)


def test_black_stays_black():
    image = np.full((1, 50, 50), 10, np.uint8)
    assert np.array_equal(SpeckleNoise.filter(image, (10, 200), {"sigma": 0.5, "grain_px": 1.0, "seed": 0}), image)


@pytest.mark.parametrize("grain", [0.0, 1.0, 1.5])
def test_grains_have_their_size_and_the_variance_of_one_up_to_the_edge(grain):
    field = np.stack([grains("x", seed, (60, 50), grain) for seed in range(200)]).astype(float)
    assert field.std() == pytest.approx(1, abs=0.02)
    assert field[:, 0].std() == pytest.approx(1, abs=0.04)
    neighbors = (field[:, :, 1:] * field[:, :, :-1]).mean()
    # the correlation of white noise under a Gaussian of sigma s is exp(-d^2 / 4 s^2)
    assert neighbors == pytest.approx(np.exp(-1 / (4 * grain**2)) if grain else 0, abs=0.04)
