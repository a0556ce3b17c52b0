"""Acoustic shadows."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.ultrasound_shadow import UltrasoundShadow, loss_map

SHADOW = {"center": 0.5, "width": 0.2, "depth": 0.3, "loss": 0.4}


def shadowed(image, levels, probe="linear", **changes):
    return UltrasoundShadow.filter(image, levels, {"probe": probe, "shadows": [{**SHADOW, **changes}]})


@pytest.mark.parametrize(("dtype", "levels"), [("u1", (0, 255)), ("u2", (0, 4095)), ("f4", (0.0, 1.0))])
def test_place_depth_and_loss(dtype, levels):
    image = np.full((1, 100, 100), 0.6 * levels[1]).astype(dtype)
    made = shadowed(image, levels).astype(float)[0] / levels[1]
    assert np.allclose(made[:30], 0.6, atol=0.003)  # nothing above the depth
    assert 0.2 < made[35, 50] < 0.6  # it begins softly
    assert made[60, 50] == pytest.approx(0.2, abs=0.005)
    assert made[99, 50] == pytest.approx(0.2, abs=0.005)
    assert made[60, [39, 40]].mean() == pytest.approx(0.4, abs=0.01)  # half the loss at half the width
    assert np.allclose(made[:, :15], 0.6, atol=0.003)


def test_what_falls_below_the_lowest_level_is_black():
    made = shadowed(np.full((1, 50, 50), 30, np.uint8), (10, 210))
    assert made.min() == 10


def test_convex_beams_diverge():
    linear = loss_map((100, 100), "linear", 0.7, 0.1, 0.0, 0.5)
    convex = loss_map((100, 100), "convex", 0.7, 0.1, 0.0, 0.5)
    assert {int(linear[y].argmax()) for y in (20, 50, 99)} <= {69, 70}
    # at half the height they agree; beams are 2 / 1.5 times as far from the middle at the bottom
    assert convex[50].argmax() == pytest.approx(69.5, abs=1)
    assert convex[99].argmax() == pytest.approx(50 + 20 * 2 / 1.5 - 0.5, abs=1)
    assert convex[20].argmax() == pytest.approx(50 + 20 * 1.2 / 1.5 - 0.5, abs=1)


def test_two_shadows_add():
    image = np.full((1, 40, 40), 0.9, np.float32)
    twice = UltrasoundShadow.filter(image, (0.0, 1.0), {"probe": "linear", "shadows": [SHADOW, SHADOW]})
    once = shadowed(image, (0.0, 1.0))
    assert np.allclose(0.9 - twice, 2 * (0.9 - once), atol=1e-6)


def test_it_lies_to_half_a_pixel_where_it_is_drawn():
    made = loss_map((100, 100), "linear", 0.5, 0.2, 0.3, 0.4)
    assert np.allclose(made, made[:, ::-1], atol=1e-7)
    assert made[29].max() == 0  # its center lies at 0.295 of the height
    assert made[30].max() > 0
