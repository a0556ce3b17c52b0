"""Noise of counted photons."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson

from bogam.augment.poisson_noise import PoissonNoise, counts


@pytest.mark.parametrize("expected", [0.0, 0.5, 5.0, 29.9, 30.0, 100.0, 3000.0])
def test_counts_follow_poissons_law(expected):
    drawn = counts(np.full((400, 400), expected, np.float32), seed=5).astype(float)
    assert np.array_equal(drawn, np.rint(drawn))
    values = np.arange(drawn.max() + 1)
    found = np.searchsorted(np.sort(drawn.ravel()), values, side="right") / drawn.size
    assert np.abs(found - poisson.cdf(values, expected)).max() < 0.0045  # sampling: 0.0041 in 1 of 100 trials


@pytest.mark.parametrize(("dtype", "levels"), [("u1", (0, 255)), ("u2", (0, 4095)), ("i2", (-1000, 1000)),
                                               ("f4", (0.0, 1.0))])
def test_noise_grows_with_the_root_of_the_signal(dtype, levels):
    span = levels[1] - levels[0]
    image = np.zeros((1, 200, 200))
    image[0, :100], image[0, 100:] = levels[0] + 0.16 * span, levels[0] + 0.64 * span
    made = PoissonNoise.filter(image.astype(dtype), levels, {"photons": 1000.0, "seed": 1}).astype(float)
    assert made[0, :100].std() == pytest.approx(span * 0.4 / 1000**0.5, rel=0.03)
    assert made[0, 100:].std() == pytest.approx(span * 0.8 / 1000**0.5, rel=0.03)
    assert made[0, 100:].mean() == pytest.approx(levels[0] + 0.64 * span, abs=0.002 * span)


def test_black_stays_black_and_many_photons_are_hardly_seen():
    image = np.array([[[0, 100, 250]]], np.uint8)
    made = PoissonNoise.filter(image, (0, 255), {"photons": 1e7, "seed": 2})
    assert made.tolist() == image.tolist()
    assert PoissonNoise.filter(np.zeros((1, 9, 9), np.uint8), (0, 255), {"photons": 50.0, "seed": 2}).max() == 0
