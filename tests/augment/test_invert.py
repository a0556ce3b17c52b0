"""Bright for dark over the case's own levels."""

from __future__ import annotations

import numpy as np

from bogam.augment.plan import replay
from bogam.core.types import Case

INVERT = [{"augment": "invert"}]


def inverted(image, levels):
    return replay(Case("a", image, levels), INVERT).image


def test_it_mirrors_about_the_middle_of_the_levels():
    assert inverted(np.array([[[0, 1000, 4095]]], np.uint16), (0, 4095)).tolist() == [[[4095, 3095, 0]]]
    assert inverted(np.array([[[-1000, -100, 400]]], np.int16), (-1000, 400)).tolist() == [[[400, -500, -1000]]]
    assert inverted(np.array([[[0.0, 0.25]]], np.float32), (0.0, 1.0)).tolist() == [[[1.0, 0.75]]]


def test_twice_is_nothing():
    image = np.random.default_rng(0).integers(0, 65536, (1, 300, 300)).astype(np.uint16)
    assert np.array_equal(inverted(inverted(image, (0, 65535)), (0, 65535)), image)
