from __future__ import annotations

import cv2
import numpy as np
import pytest

from bogam.core.errors import UserError
from bogam.core.types import Case
from bogam.prepare.equalize import Equalize, equalize


def picture(top, dtype, shape=(64, 80)):
    return (np.random.default_rng(1).beta(2, 6, shape) * top).astype(dtype)


def test_8_bit_is_opencvs():
    image = picture(200, np.uint8)
    assert np.array_equal(equalize(image, (0, 255)), cv2.equalizeHist(image))


def test_12_bit_uses_its_own_4096_levels():
    image = picture(3000, np.uint16)
    done = equalize(image, (0, 4095))
    assert (done.min(), done.max()) == (0, 4095)
    shares = np.histogram(done, 8, (0, 4096))[0] / done.size
    assert np.abs(shares - 1 / 8).max() < 0.01  # flat
    assert len(np.unique(done)) > 1000  # not 256


def test_signed_and_float_images_follow_the_same_curve():
    image = picture(3000, np.uint16)
    plain = equalize(image, (0, 4095))
    signed = equalize((image.astype(np.int32) - 1024).astype(np.int16), (-1024, 3071))
    assert np.array_equal(signed, plain.astype(np.int32) - 1024)
    floats = equalize(image.astype(np.float32) / 4095, (0.0, 1.0))
    assert floats.dtype == np.float32
    assert np.abs(floats - plain / 4095).max() < 1 / 4095


def test_one_level_stays():
    assert (equalize(np.full((3, 3), 9, np.uint8), (0, 255)) == 9).all()


def test_rgb_keeps_grey_grey_and_hue():
    grey = picture(200, np.uint8)
    one = Equalize().apply(Case("a", grey[None], (0, 255))).image
    three = Equalize().apply(Case("a", np.stack([grey] * 3), (0, 255))).image
    assert np.array_equal(three, np.repeat(one, 3, axis=0))
    color = np.stack([grey // 4 + 60, grey // 4 + 40, grey // 4 + 50])
    done = Equalize().apply(Case("a", color, (0, 255))).image.astype(int)
    inside = (done.min(axis=0) > 0) & (done.max(axis=0) < 255)
    assert ((done[0] - done[1])[inside] == 20).all()


def test_levels_that_the_pixels_cannot_hold_are_refused():
    with pytest.raises(UserError, match="uint8 pixels"):
        Equalize().apply(Case("a", np.zeros((1, 2, 2), np.uint8), (0, 4095)))
    with pytest.raises(UserError, match="NaN"):
        Equalize().apply(Case("a", np.full((1, 2, 2), np.nan, np.float32), (0, 1)))
