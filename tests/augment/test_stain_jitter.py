"""More and less hematoxylin and eosin."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.stain_jitter import EOSIN, HEMATOXYLIN, StainJitter
from bogam.core.errors import UserError
from bogam.core.types import Case

NOTHING = {"factor": [1.0, 1.0], "shift": [0.0, 0.0]}


def stained(*densities):
    """Return light through amounts of (hematoxylin, eosin), (3, 1, N), as shares."""
    vectors = np.array((HEMATOXYLIN, EOSIN))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return (10 ** -(np.array(densities) @ vectors)).T[:, None].astype(np.float32)


def test_each_stain_is_scaled_by_itself():
    made = StainJitter.filter(stained((0.5, 0.2), (0.0, 0.4)), (0.0, 1.0), {"factor": [2.0, 0.5], "shift": [0.0, 0.0]})
    assert np.allclose(made, stained((1.0, 0.1), (0.0, 0.2)), atol=1e-5)


def test_a_shift_adds_density():
    made = StainJitter.filter(stained((0.5, 0.2)), (0.0, 1.0), {"factor": [1.0, 1.0], "shift": [0.1, -0.05]})
    assert np.allclose(made, stained((0.6, 0.15)), atol=1e-5)


def test_glass_stays_white_and_black_black_under_factors():
    image = np.array([255, 0] * 3, np.uint8).reshape(3, 1, 2)
    made = StainJitter.filter(image, (0, 255), {"factor": [1.3, 0.7], "shift": [0.0, 0.0]})
    assert made[:, 0, 0].tolist() == [255, 255, 255]
    assert made[:, 0, 1].max() <= 2


@pytest.mark.parametrize(("dtype", "levels"), [("u1", (0, 255)), ("u2", (0, 4095)), ("f4", (0.0, 1.0))])
def test_nothing_is_nothing(dtype, levels):
    image = np.random.default_rng(0).uniform(levels[0] + levels[1] / 100, levels[1], (3, 20, 30)).astype(dtype)
    made = StainJitter.filter(image, levels, NOTHING)
    assert np.allclose(made, image, atol=1e-5 if dtype == "f4" else 0)


def test_a_grey_image_is_refused():
    with pytest.raises(UserError, match="case 1, augmentation stain-jitter: got an image of 1 channel"):
        StainJitter().draw(np.random.default_rng(0), Case("1", np.zeros((1, 2, 2), np.uint8), (0, 255)))
