from __future__ import annotations

import cv2
import numpy as np
import pytest

from bogam.core.types import Case
from bogam.prepare.clahe import Clahe, clahe


def picture(top, dtype, shape=(128, 160)):
    smooth = cv2.GaussianBlur(np.random.default_rng(2).random(shape), (0, 0), 5)
    smooth = (smooth - smooth.min()) / (smooth.max() - smooth.min())
    return (smooth * top).astype(dtype)


def test_8_bit_is_opencvs():
    image = picture(90, np.uint8)
    assert np.array_equal(clahe(image, (0, 255), 3.0, (4, 8)), cv2.createCLAHE(3.0, (8, 4)).apply(image))


def test_12_bit_works_over_its_4096_levels_not_over_65536():
    image = picture(1500, np.uint16)
    done = clahe(image, (0, 4095), 4.0, (2, 2))
    assert done.dtype == np.uint16
    assert 2000 < done.max() <= 4095
    assert len(np.unique(done)) > 1000  # not 256
    assert cv2.createCLAHE(4.0, (2, 2)).apply(image).max() > 4095  # what going straight to OpenCV would do


def test_one_tile_by_hand():
    # 512 levels, 256 bins of two: four pixels each in the first and the last bin. clip 64: limit 64 * 8 / 256 = 2;
    # 2 + 2 are cut and spread, 4 / 256 to each bin
    image = np.array([[0, 0, 0, 0, 511, 511, 511, 511]], np.uint16)
    done = clahe(image, (0, 511), 64.0, (1, 1))
    first = (2 + 4 / 256) / 8 * 0.5  # level 0 is the first half of bin 0
    assert np.unique(done).tolist() == [round(first * 511), 511]


@pytest.mark.parametrize(("clip", "tiles"), [(1.5, (1, 1)), (4.0, (1, 1)), (4.0, (1, 2)), (40.0, (2, 3)),
                                             (80.0, (8, 8))])
def test_depth_does_not_change_the_picture(clip, tiles):
    eight = picture(200, np.uint8, (131, 163))
    low = clahe(eight, (0, 255), clip, tiles).astype(float)
    high = clahe(eight.astype(np.uint16) * 16 + 15, (0, 4095), clip, tiles) / 16
    assert np.abs(low - high).max() < 4
    assert np.abs(low - high).mean() < 1.2


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
