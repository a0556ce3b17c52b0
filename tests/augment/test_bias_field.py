"""A smooth gain."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.bias_field import BiasField, log_field


@pytest.mark.parametrize("shape", [(64, 80), (20, 30, 40)])
@pytest.mark.parametrize("order", [1, 3])
def test_it_is_a_polynomial_of_mean_zero(shape, order):
    for seed in range(3):
        field = log_field(shape, order, seed)
        assert field.shape == shape
        assert abs(field.mean()) < 1e-5 * np.abs(field).max()
        differences = field
        for _ in range(order + 1):
            differences = np.diff(differences.astype(float), axis=-1)
        assert np.abs(differences).max() < 1e-4 * np.abs(field).max()  # of the order, along one axis
    if order == 1:
        second = np.diff(np.diff(field.astype(float), axis=0), axis=1)
        assert np.abs(second).max() < 1e-5  # a total order of 1 has no product of axes


@pytest.mark.parametrize(("dtype", "levels"), [("u2", (0, 4095)), ("i2", (-1000, 1000)), ("f4", (0.0, 1.0))])
def test_the_ratio_of_gains(dtype, levels):
    span = levels[1] - levels[0]
    image = np.full((1, 50, 60), levels[0] + 0.4 * span).astype(dtype)
    made = BiasField.filter(image, levels, {"ratio": 1.8, "order": 3, "seed": 4}).astype(float) - levels[0]
    assert made.max() / made.min() == pytest.approx(1.8, rel=0.005)
    assert np.exp(np.log(made).mean()) == pytest.approx(0.4 * span, rel=0.005)


def test_no_signal_stays_none_and_channels_share_the_field():
    image = np.zeros((3, 20, 20), np.uint8)
    image[:, 5:15, 5:15] = 100
    made = BiasField.filter(image, (0, 255), {"ratio": 2.0, "order": 2, "seed": 1})
    assert made[:, :5].max() == 0
    assert np.array_equal(made[0], made[2])


def test_one_pixel_and_a_ratio_of_one_change_nothing():
    drawn = {"ratio": 2.0, "order": 3, "seed": 1}
    assert BiasField.filter(np.array([[[77]]], np.uint8), (0, 255), drawn).item() == 77
    image = np.random.default_rng(0).integers(0, 256, (1, 9, 9)).astype(np.uint8)
    assert np.array_equal(BiasField.filter(image, (0, 255), {**drawn, "ratio": 1.0}), image)
    assert BiasField(ratio=(1.0, 1.1)).draw(np.random.default_rng(0), None)["ratio"] == pytest.approx(1.05, abs=0.05)
    with pytest.raises(ValueError, match="expected low of 1 or more"):
        BiasField(ratio=(0.5, 1.0))
