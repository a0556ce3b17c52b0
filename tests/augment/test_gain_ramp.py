"""Gain by depth."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.gain_ramp import GainRamp
from bogam.core.types import Case


@pytest.mark.parametrize(("dtype", "levels"), [("u1", (0, 255)), ("u2", (0, 4095)), ("i2", (-1000, 1000)),
                                               ("f4", (0.0, 1.0))])
def test_sliders_are_joined_linearly(dtype, levels):
    low, span = levels[0], levels[1] - levels[0]
    image = np.full((1, 9, 3), low + 0.5 * span).astype(dtype)
    made = (GainRamp.filter(image, levels, {"gain": [0.0, 0.2, -0.2]}).astype(float)[0] - low) / span
    assert np.allclose(made[:, 1], 0.5 + np.array([0, 0.05, 0.1, 0.15, 0.2, 0.1, 0, -0.1, -0.2]), atol=0.005)


def test_black_stays_black_and_faint_echoes_gain_less():
    image = np.array([[[0, 5, 10, 50]]], np.uint8)
    made = GainRamp.filter(image, (0, 100), {"gain": [0.1]})
    assert made.tolist() == [[[0, 10, 20, 60]]]


def test_order_of_grey_levels_is_kept():
    ramp = np.linspace(0, 1, 1000, dtype=np.float32).reshape(1, 1, 1000)
    for gain in (-0.15, -0.1, 0.15):
        assert (np.diff(GainRamp.filter(ramp, (0.0, 1.0), {"gain": [gain]})) >= 0).all()


def test_as_many_settings_as_sliders():
    case = Case("a", np.zeros((1, 4, 4), np.uint8), (0, 255))
    drawn = GainRamp(sliders=8, gain=(-0.2, 0.2)).draw(np.random.default_rng(0), case)["gain"]
    assert len(drawn) == 8
    assert max(map(abs, drawn)) <= 0.2
