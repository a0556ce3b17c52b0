"""Through a JPEG file, at every depth."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from bogam.augment.jpeg_compression import JpegCompression


def scene(side=64):
    y, x = np.mgrid[:side, :side] / side
    noise = np.random.default_rng(0).normal(0, 5, (side, side))
    return np.clip(120 + 80 * np.sin(9 * x) * np.cos(7 * y) + noise, 0, 255).astype(np.uint8)[None]


def test_8_bit_is_what_opencv_reads_back():
    image = scene()
    wanted = cv2.imdecode(cv2.imencode(".jpg", image[0], (cv2.IMWRITE_JPEG_QUALITY, 30))[1], cv2.IMREAD_GRAYSCALE)
    assert np.array_equal(JpegCompression.filter(image, (0, 255), {"quality": 30})[0], wanted)


@pytest.mark.parametrize(("dtype", "low", "factor"), [("u2", 0, 257), ("i2", -1000, 16), ("f4", 0.0, 1 / 255)])
def test_deeper_images_get_the_error_of_8_bit(dtype, low, factor):
    eight = scene()
    error = JpegCompression.filter(eight, (0, 255), {"quality": 30}).astype(float) - eight
    deep = (eight.astype(float) * factor + low).astype(dtype)
    made = JpegCompression.filter(deep, (low, low + 255 * factor), {"quality": 30})
    assert made.dtype == deep.dtype
    wanted = np.clip(deep.astype(float) + error * factor, low, low + 255 * factor)
    assert np.allclose(made, wanted, rtol=1e-6, atol=0.5 if dtype != "f4" else 1e-6)


def test_12_bit_keeps_its_fine_steps():
    """A ramp within one 8-bit level survives: nothing is rounded to 8 bit."""
    ramp = np.tile(np.linspace(1000, 1010, 64).astype(np.uint16), (64, 1))[None]
    assert len(np.unique(JpegCompression.filter(ramp, (0, 4095), {"quality": 50}))) >= 10


def test_lower_quality_is_worse():
    errors = [np.abs(JpegCompression.filter(scene(), (0, 255), {"quality": q}).astype(int) - scene()).mean()
              for q in (95, 60, 20)]
    assert errors[0] < errors[1] < errors[2]


def test_color_is_red_green_blue():
    image = np.zeros((3, 16, 16), np.uint8)
    image[0], image[1] = 200, 100
    made = JpegCompression.filter(image, (0, 255), {"quality": 90})
    assert made[0].min() > 190
    assert np.abs(made[1].astype(int) - 100).max() < 10
    assert made[2].max() < 10


def test_the_scale_ends_at_100():
    with pytest.raises(ValueError, match="from 1 to 100"):
        JpegCompression(quality=(50, 101))
