"""Averages along a line."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.motion_blur import MotionBlur, line_kernel


def test_length_and_direction():
    image = np.zeros((1, 7, 7), np.uint16)
    image[0, 3, 3] = 50000
    along_rows = MotionBlur.filter(image, None, {"length_px": 5.0, "angle_degrees": 0.0})[0]
    assert along_rows[3].tolist() == [0, 10000, 10000, 10000, 10000, 10000, 0]
    assert along_rows.sum() == 50000
    upward = MotionBlur.filter(image, None, {"length_px": 5.0, "angle_degrees": 90.0})[0]
    assert np.array_equal(upward, along_rows.T)


def test_45_degrees_goes_up_to_the_right():
    """4 pixels on the diagonal span 2.83 columns: 1 of them in the middle, 0.914 on either side."""
    kernel = line_kernel(4.0, 45.0)
    assert kernel[::-1].diagonal() == pytest.approx(np.array([0.914, 1, 0.914]) / 2.828, abs=1e-3)
    assert kernel.sum() == pytest.approx(kernel[::-1].diagonal().sum())


def test_between_pixels_it_is_divided_by_distance():
    kernel = line_kernel(3 / np.cos(np.arctan(0.25)), np.degrees(np.arctan(0.25)))  # 3 columns, a quarter up in each
    assert kernel[:, 2] == pytest.approx(np.array([0.25, 0.75, 0]) / 3)
    assert kernel[:, 0] == pytest.approx(np.array([0, 0.75, 0.25]) / 3)
    assert np.allclose(kernel, line_kernel(3 / np.cos(np.arctan(0.25)), 90 - np.degrees(np.arctan(0.25)))[::-1, ::-1].T)


@pytest.mark.parametrize("length", [1.0, 1.5, 2.0, 6.9])
@pytest.mark.parametrize("angle", [0.0, 17.0, 90.0, 133.0])
def test_a_kernel_weighs_one_and_a_length_of_one_does_nothing(length, angle):
    kernel = line_kernel(length, angle)
    assert kernel.sum() == pytest.approx(1)
    assert kernel.min() >= -1e-7
    if length == 1:
        image = np.random.default_rng(0).integers(0, 256, (1, 9, 9)).astype(np.uint8)
        assert np.array_equal(MotionBlur.filter(image, None, {"length_px": length, "angle_degrees": angle}), image)


def test_a_length_below_one_is_refused():
    with pytest.raises(ValueError, match="expected low of 1 or more"):
        MotionBlur(length_px=(0.5, 3.0))
