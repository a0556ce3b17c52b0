"""Noise of magnitude images."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bogam.augment.rician_noise import RicianNoise


@pytest.mark.parametrize(("dtype", "levels"), [("u2", (0, 4095)), ("i2", (-1000, 1000)), ("f4", (0.0, 1.0))])
def test_no_signal_becomes_rayleigh(dtype, levels):
    span = levels[1] - levels[0]
    image = np.full((1, 200, 200), levels[0]).astype(dtype)
    made = (RicianNoise.filter(image, levels, {"sigma": 0.05, "seed": 3}).astype(float) - levels[0]) / span
    assert made.mean() == pytest.approx(0.05 * math.sqrt(math.pi / 2), rel=0.01)
    assert made.std() == pytest.approx(0.05 * math.sqrt(2 - math.pi / 2), rel=0.02)


def test_much_signal_sees_gaussian_noise_and_its_small_bias():
    image = np.full((1, 300, 300), 0.5, np.float32)
    made = RicianNoise.filter(image, (0.0, 1.0), {"sigma": 0.05, "seed": 3}).astype(float)
    assert made.std() == pytest.approx(0.05, rel=0.02)
    assert made.mean() == pytest.approx(0.5 + 0.05**2 / (2 * 0.5), abs=0.0006)


def test_none_is_none():
    image = np.random.default_rng(0).integers(0, 256, (1, 20, 20)).astype(np.uint8)
    assert np.array_equal(RicianNoise.filter(image, (0, 255), {"sigma": 0.0, "seed": 3}), image)
