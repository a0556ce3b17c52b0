"""Local equalization with a limit."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.clahe import Clahe, equalize_tiles
from bogam.core.types import Case


def scene(side=256):
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:side, :side] / side
    return np.clip(80 + 60 * np.sin(6 * x) * np.cos(4 * y) + rng.normal(0, 8, (side, side)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("clip", [1.0, 2.0, 3.0])
def test_deep_images_come_out_as_opencv_does_it_at_8_bit(clip):
    drawn = {"clip": clip, "tiles": [4, 4]}
    eight = Clahe.filter(scene()[None], (0, 255), drawn)[0].astype(float)
    sixteen = Clahe.filter(scene()[None].astype(np.uint16) * 257, (0, 65535), drawn)[0] / 257
    real = Clahe.filter(scene()[None].astype(np.float32), (0, 255), drawn)[0]
    assert np.abs(eight - sixteen).max() <= 8
    assert np.abs(real - sixteen).max() <= 0.01
    assert np.abs(eight - scene()).mean() > 14  # so the agreement is not that of doing nothing


def test_depth_is_kept():
    ramp = np.linspace(1000, 1100, 64 * 64).astype(np.uint16).reshape(1, 64, 64)
    made = Clahe.filter(ramp, (0, 4095), {"clip": 2.0, "tiles": [1, 1]})
    assert len(np.unique(made)) >= len(np.unique(ramp)) - 1


def test_one_tile_and_no_limit_is_plain_equalization():
    level = np.random.default_rng(0).beta(2, 5, (64, 64)).astype(np.float32)
    made = equalize_tiles(level, 1, 1, 256.0)
    rank = level.ravel().argsort().argsort().reshape(64, 64) / level.size
    assert np.abs(made - rank).max() < 0.01


def test_a_flat_image_stays_flat():
    made = equalize_tiles(np.full((30, 50), 0.4, np.float32), 3, 4, 2.0)
    assert np.ptp(made) < 1e-6


def test_small_images_get_fewer_tiles():
    case = Case("a", np.zeros((1, 28, 100), np.uint8), (0, 255))
    assert Clahe().draw(np.random.default_rng(0), case)["tiles"] == [3, 8]
