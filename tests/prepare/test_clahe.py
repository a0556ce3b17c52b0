from __future__ import annotations

import cv2
import numpy as np

from bogam.core.types import Case
from bogam.prepare.clahe import Clahe, clahe
from bogam.prepare.equalize import equalize


def picture(top, dtype, shape=(128, 160)):
    smooth = cv2.GaussianBlur(np.random.default_rng(2).random(shape), (0, 0), 5)
    smooth = (smooth - smooth.min()) / (smooth.max() - smooth.min())
    return (smooth * top).astype(dtype)


def test_8_bit_is_opencvs():
    image = picture(90, np.uint8)
    assert np.array_equal(clahe(image, (0, 255), 3.0, (4, 8)), cv2.createCLAHE(3.0, (8, 4)).apply(image))


def test_12_bit_counts_4096_bins_not_65536():
    image = picture(1500, np.uint16)
    done = clahe(image, (0, 4095), 4.0, (2, 2))
    assert done.max() <= 4095
    naive = cv2.createCLAHE(4.0, (2, 2)).apply(image)
    assert naive.max() > 4095  # what going straight to OpenCV would do
    by_hand = _textbook(image, 4096, 4.0)
    whole = clahe(image, (0, 4095), 4.0, (1, 1))
    assert np.abs(whole.astype(int) - by_hand).max() <= 8
    assert np.abs(by_hand - equalize(image, (0, 4095)).astype(int)).max() > 100  # the limit did something


def _textbook(image, bins, clip):
    """One tile: clip the histogram at clip x flat, spread what was cut evenly, and accumulate."""
    counts = np.bincount(image.ravel(), minlength=bins).astype(float)
    limit = int(clip * image.size / bins)
    cut = np.clip(counts - limit, 0, None).sum()
    curve = np.cumsum(np.minimum(counts, limit) + cut / bins) * ((bins - 1) / image.size)
    return np.rint(curve[image]).astype(int)


def test_depths_agree_where_tiles_are_large():
    eight = picture(120, np.uint8)
    low = clahe(eight, (0, 255), 2.0, (1, 2)).astype(float)
    high = clahe(eight.astype(np.uint16) * 16, (0, 4080), 32.0, (1, 2)) / 16  # 16 empty levels between: 16 x the limit
    assert np.abs(low - high).max() < 2.5


def test_narrow_range_in_8_bit_signed_and_float():
    image = picture(90, np.uint8) + 20
    assert clahe(image, (20, 110)).max() <= 110
    assert clahe(image, (20, 110)).min() >= 20
    signed = clahe(image.astype(np.int16) - 100, (-80, 10))
    assert np.array_equal(signed + 100, clahe(image, (20, 110)))
    floats = clahe(image.astype(np.float32), (20.0, 110.0), 2.0, (1, 1))
    assert floats.dtype == np.float32
    assert floats.std() > image.std()


def test_small_pictures_and_rgb():
    assert Clahe().apply(Case("a", picture(90, np.uint8, (5, 3))[None], (0, 255))).image.shape == (1, 5, 3)
    grey = picture(90, np.uint8)
    one = Clahe().apply(Case("a", grey[None], (0, 255)))
    three = Clahe().apply(Case("a", np.stack([grey] * 3), (0, 255)))
    assert np.array_equal(three.image, np.repeat(one.image, 3, axis=0))
    assert one.image.std() > grey.std()
