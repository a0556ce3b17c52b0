"""Haze of scattered radiation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from bogam.augment.scatter import Scatter, wide_blur

HALF = {"fraction": 0.5, "spread": 0.1, "decades": 1.0, "dense": "bright"}


def test_dense_tissue_in_an_open_field_loses_what_is_worked_out():
    """A small bone of level 1 passes 0.1 of the light. Half of what arrives comes from all around (about 1):
    0.05 + 0.5 = 0.55, level -log10(0.55) = 0.26. The field around hardly changes."""
    image = np.zeros((1, 101, 101), np.float32)
    image[0, 49:52, 49:52] = 1.0
    made = Scatter.filter(image, (0.0, 1.0), HALF)[0]
    assert made[50, 50] == pytest.approx(0.26, abs=0.01)
    assert made[0, 0] == pytest.approx(0, abs=1e-3)


def test_a_flat_image_stays_and_nothing_leaves_the_range():
    flat = np.full((1, 30, 30), 2000, np.uint16)
    assert np.abs(Scatter.filter(flat, (0, 4095), HALF).astype(int) - 2000).max() <= 1
    image = np.random.default_rng(0).integers(500, 3500, (1, 60, 60)).astype(np.uint16)
    made = Scatter.filter(image, (0, 4095), HALF)
    assert image.min() - 1 <= made.min()
    assert made.max() <= image.max() + 1


def test_the_open_field_stays_black():
    """Without the last scaling the air beside a body would turn grey."""
    image = np.zeros((1, 64, 64), np.float32)
    image[0, :, 20:44] = 0.8
    made = Scatter.filter(image, (0.0, 1.0), HALF)
    assert made.min() == pytest.approx(0, abs=1e-6)
    # 0.158 of the light passes; a Gaussian of 6.4 pixels sees 6 % of the field beyond 12: 0.158 + 0.06 * 0.842 = 0.209
    assert made[0, 32, 32] == pytest.approx(-np.log10((0.158 + 0.209) / 2), abs=0.01)
    assert Scatter.filter(image, (0.0, 1.0), {**HALF, "fraction": 1.0}).max() < 0.8


def test_the_other_polarity_is_the_mirror():
    image = np.random.default_rng(0).uniform(0, 1, (1, 40, 40)).astype(np.float32)
    dark = Scatter.filter(1 - image, (0.0, 1.0), {**HALF, "dense": "dark"})
    assert np.allclose(1 - dark, Scatter.filter(image, (0.0, 1.0), HALF), atol=1e-5)


@pytest.mark.parametrize("sigma", [2.0, 9.0, 30.0])
def test_the_wide_blur_is_a_gaussian(sigma):
    plane = np.zeros((200, 240), np.float32)
    plane[60:120, 90:200] = 1
    wanted = gaussian_filter(plane.astype(float), sigma, mode="nearest")
    assert np.abs(wide_blur(plane, sigma) - wanted).max() < 0.03
