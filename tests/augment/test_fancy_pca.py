"""Gain and shifts along the image's own color axes."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.fancy_pca import FancyPca
from bogam.core.types import Case


def test_one_channel_is_gain_and_bias_over_the_levels():
    drawn = {"gain": 1.5, "bias": [0.1]}
    eight = FancyPca.filter(np.array([[[0, 50, 100, 200]]], np.uint8), (0, 200), drawn)
    assert eight.tolist() == [[[20, 95, 170, 200]]]
    signed = FancyPca.filter(np.array([[[-1000, -500, 0]]], np.int16), (-1000, 1000), drawn)
    assert signed.tolist() == [[[-800, -50, 700]]]  # levels 0, 1/4, 1/2 become 0.1, 0.475, 0.85


def test_the_breast_variant_is_expressed_exactly():
    """v * (1 + 0.1 N) + 10 N of 8-bit pixels, written out."""
    image = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    step = FancyPca(probability=1.0, gain_sigma=0.1, bias_sigma=10 / 255)
    for seed in range(20):
        gain, bias = np.random.default_rng(seed).standard_normal(2)
        wanted = np.clip(image * (1 + 0.1 * gain) + 10 * bias, 0, 255)
        drawn = step.draw(np.random.default_rng(seed), Case("a", image, (0, 255)))
        made = FancyPca.filter(image, (0, 255), drawn)
        assert np.abs(made - wanted).max() <= 0.5001


def test_the_shift_follows_the_main_color_axis():
    """Red alone varies: the main axis is red, and only red moves, by bias * sqrt(3) of the range."""
    image = np.full((3, 1, 5), 100, np.uint8)
    image[0, 0] = [80, 90, 100, 110, 120]
    made = FancyPca.filter(image, (0, 255), {"gain": 1.0, "bias": [0.05, 9.0, 9.0]})
    assert (made[0].astype(int) - image[0]).tolist() == [[22] * 5]  # 0.05 * 1.7321 * 255 = 22.08
    assert np.array_equal(made[1:], image[1:])  # the other axes have no variance, so no shift however large the draw


def test_weaker_axes_shift_in_proportion_to_their_variance():
    """Red varies by +-40, green, apart from it, by +-20: a quarter of the variance, a quarter of the shift."""
    image = np.full((3, 1, 4), 100.0, np.float32)
    image[0, 0], image[1, 0] = [60, 60, 140, 140], [80, 120, 80, 120]
    made = FancyPca.filter(image, (0, 255), {"gain": 1.0, "bias": [0.04, 0.08, 0.0]})
    unit = 3 ** 0.5 * 255
    assert made[0, 0] - image[0, 0] == pytest.approx(0.04 * unit, abs=1e-3)
    assert made[1, 0] - image[1, 0] == pytest.approx(0.02 * unit, abs=1e-3)
    assert made[2, 0] - image[2, 0] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(("dtype", "high"), [("u1", 255), ("u2", 4095), ("f4", 1.0)])
def test_a_grey_image_stored_as_color_gives_what_grey_gives(dtype, high):
    grey = (np.random.default_rng(0).random((1, 20, 30)) * high).astype(dtype)
    one = FancyPca.filter(grey, (0, high), {"gain": 0.9, "bias": [0.07]})
    three = FancyPca.filter(np.repeat(grey, 3, axis=0), (0, high), {"gain": 0.9, "bias": [0.07, -0.2, 0.3]})
    assert np.allclose(three.astype(float), np.repeat(one, 3, axis=0).astype(float), atol=1e-4 * high)


def test_a_flat_color_image_moves_along_grey():
    image = np.array([100, 50, 200], np.uint8).reshape(3, 1, 1)
    made = FancyPca.filter(image, (0, 255), {"gain": 1.0, "bias": [0.11, 5.0, 5.0]})
    assert made.ravel().tolist() == [128, 78, 228]  # 28.05 each


def test_strength_of_the_draws():
    step, rng = FancyPca(gain_sigma=0.2, bias_sigma=0.05), np.random.default_rng(0)
    case = Case("a", np.zeros((3, 2, 2), np.uint8), (0, 255))
    drawn = [step.draw(rng, case) for _ in range(2000)]
    assert np.std([d["gain"] for d in drawn]) == pytest.approx(0.2, rel=0.05)
    assert np.mean([d["gain"] for d in drawn]) == pytest.approx(1, abs=0.02)
    assert np.std([d["bias"] for d in drawn], axis=0) == pytest.approx([0.05] * 3, rel=0.07)
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        FancyPca(gain_sigma=-0.1)
