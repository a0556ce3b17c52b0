from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from bogam.core.types import Case
from bogam.prepare.denoise import Denoise, gaussian, median


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float32])
@pytest.mark.parametrize("size", [3, 5])
def test_median_is_scipys(dtype, size):
    plane = np.random.default_rng(0).integers(0, 250, (20, 31)).astype(dtype)
    assert np.array_equal(median(plane, size), ndimage.median_filter(plane, size, mode="nearest"))


def test_gaussian_is_scipys_within_rounding():
    plane = np.random.default_rng(0).integers(0, 4096, (40, 31)).astype(np.uint16)
    wanted = ndimage.gaussian_filter(plane.astype(float), 1.5, mode="mirror", truncate=4.0)
    assert np.abs(gaussian(plane, 1.5) - wanted).max() < 2


def test_each_channel_by_itself_and_only_settings_in_use_in_the_history():
    image = np.zeros((2, 9, 9), np.uint8)
    image[0, 4, 4] = 255
    done = Denoise().apply(Case("a", image, (0, 255)))
    assert not done.image.any()
    assert done.history[-1] == {"step": "denoise", "method": "median", "size_px": 3}
    done = Denoise(method="gaussian").apply(Case("a", image, (0, 255)))
    assert done.image[0, 4, 4] < 60
    assert not done.image[1].any()
    assert done.history[-1] == {"step": "denoise", "method": "gaussian", "sigma_px": 1.0}
