"""A point becomes a bell."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.gaussian_blur import GaussianBlur


@pytest.mark.parametrize("dtype", ["u2", "i2", "f4"])
def test_a_point_becomes_a_bell_of_the_same_weight(dtype):
    image = np.zeros((1, 41, 41), dtype)
    image[0, 20, 20] = 30000
    made = GaussianBlur.filter(image, None, {"sigma_px": 2.0})[0].astype(float)
    x = np.arange(-20, 21)
    assert made.sum() == pytest.approx(30000, rel=0.01)
    assert (made * x ** 2).sum() / made.sum() == pytest.approx(4.0, rel=0.06)  # cut at three sigma: a little less
    assert np.allclose(made, made.T, atol=1)


def test_edges_do_not_darken_and_sigma_zero_changes_nothing():
    image = np.full((3, 9, 9), 200, np.uint8)
    assert (GaussianBlur.filter(image, None, {"sigma_px": 1.5}) == 200).all()
    rough = np.random.default_rng(0).integers(0, 256, (1, 9, 9)).astype(np.uint8)
    assert np.array_equal(GaussianBlur.filter(rough, None, {"sigma_px": 0.0}), rough)
