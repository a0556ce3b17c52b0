"""Local equalization with a limit."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.clahe import Clahe
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


def test_a_higher_limit_allows_more_contrast():
    spread = [Clahe.filter(scene()[None] // 8 + 100, (0, 255), {"clip": clip, "tiles": [2, 2]}).std()
              for clip in (1.0, 2.0, 4.0)]
    assert spread[0] < spread[1] - 2 < spread[2] - 4


def test_small_images_get_fewer_tiles():
    case = Case("a", np.zeros((1, 28, 100), np.uint8), (0, 255))
    assert Clahe().draw(np.random.default_rng(0), case)["tiles"] == [3, 8]
