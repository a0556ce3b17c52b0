"""Coarse pixels at the old size."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.low_resolution import LowResolution


def test_pairs_are_averaged_and_joined_linearly():
    image = np.array([[[0, 100, 1000, 3000]] * 2], np.uint16)
    made = LowResolution.filter(image, None, {"zoom": 0.5})
    # means 50 and 2000 at 0.5 and 2.5; pixel 1 lies a quarter of the way
    assert made[0, 0].tolist() == [50, 538, 1512, 2000]  # 537.5 and 1512.5, rounded to even


@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "f4"])
def test_no_value_beyond_the_images_and_the_mean_stays(dtype):
    image = np.random.default_rng(0).uniform(20, 200, (1, 64, 64)).astype(dtype)
    made = LowResolution.filter(image, None, {"zoom": 0.5})
    assert image.min() <= made.min()
    assert made.max() <= image.max()
    assert made.mean(dtype=float) == pytest.approx(image.mean(dtype=float), rel=0.01)
    assert made.std() < 0.6 * image.std()


def test_full_size_is_nothing_and_one_pixel_is_kept():
    image = np.random.default_rng(0).integers(0, 256, (1, 9, 7)).astype(np.uint8)
    assert np.array_equal(LowResolution.filter(image, None, {"zoom": 1.0}), image)
    assert LowResolution.filter(image[:, :1, :1], None, {"zoom": 0.3}).tolist() == image[:, :1, :1].tolist()


def test_rows_lose_as_columns_do_and_all_may_become_one_pixel():
    image = np.random.default_rng(0).integers(0, 256, (1, 12, 20)).astype(np.uint8)
    made = LowResolution.filter(image, None, {"zoom": 0.5})
    turned = LowResolution.filter(np.ascontiguousarray(image.swapaxes(1, 2)), None, {"zoom": 0.5})
    assert np.abs(made.astype(int) - turned.swapaxes(1, 2)).max() <= 1
    assert len(np.unique(LowResolution.filter(image[:, :4, :4], None, {"zoom": 0.1}))) == 1
    with pytest.raises(ValueError, match="expected shares from 0 to 1"):
        LowResolution(zoom=(0.5, 1.5))
