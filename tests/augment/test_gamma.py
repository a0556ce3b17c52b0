"""Bending with a power."""

from __future__ import annotations

import numpy as np

from bogam.augment.plan import replay
from bogam.core.types import Case


def test_ends_stay_and_the_middle_moves():
    case = Case("a", np.array([[[0, 51, 102, 255]]], np.uint8), (0, 255))
    # 255 * 0.2**2 = 10.2, 255 * 0.4**2 = 40.8; 255 * 0.2**0.5 = 114.04, 255 * 0.4**0.5 = 161.3
    assert replay(case, [{"augment": "gamma", "gamma": 2.0}]).image.tolist() == [[[0, 10, 41, 255]]]
    assert replay(case, [{"augment": "gamma", "gamma": 0.5}]).image.tolist() == [[[0, 114, 161, 255]]]


def test_each_channel_of_a_color_image_is_bent_alike():
    case = Case("a", np.array([[[51]], [[102]], [[255]]], np.uint8), (0, 255))
    assert replay(case, [{"augment": "gamma", "gamma": 2.0}]).image.ravel().tolist() == [10, 41, 255]
