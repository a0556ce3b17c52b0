"""Spreading the histogram."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from bogam.augment.equalize import Equalize


def test_it_does_what_opencv_does_on_8_bit():
    image = np.random.default_rng(0).normal(90, 20, (1, 60, 60)).clip(0, 255).astype(np.uint8)
    ours = Equalize.filter(image, (0, 255), {})[0].astype(int)
    assert np.abs(ours - cv2.equalizeHist(image[0])).max() <= 1  # rounding of halves


@pytest.mark.parametrize(("dtype", "levels"), [("u2", (0, 4095)), ("i2", (-1000, 1000)), ("f4", (0.0, 1.0))])
def test_each_tenth_of_the_range_holds_a_tenth_of_the_pixels(dtype, levels):
    low, high = levels
    share = np.random.default_rng(0).beta(2, 8, (1, 80, 80))
    made = Equalize.filter((low + share * (high - low)).astype(dtype), levels, {})
    assert made.dtype == dtype
    count, _ = np.histogram(made, bins=10, range=levels)
    assert np.abs(count / made.size - 0.1).max() < 0.01


def test_an_image_of_one_level_is_left_alone():
    image = np.full((1, 4, 4), 77, np.uint8)
    assert np.array_equal(Equalize.filter(image, (0, 255), {}), image)


def test_a_color_image_keeps_its_hue():
    gray = np.random.default_rng(0).integers(80, 120, (1, 30, 30))
    image = (gray + np.array([30, 0, -30])[:, None, None]).astype(np.uint8)
    made = Equalize.filter(image, (0, 255), {}).astype(int)
    inside = ((made > 0) & (made < 255)).all(axis=0)
    assert inside.mean() > 0.4
    assert np.abs((made[0] - made[2])[inside] - 60).max() <= 1
    assert made.std() > 2 * image.std()
