"""One matrix on color."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.color_jitter import LUMA, ColorJitter, color_matrix
from bogam.core.errors import UserError
from bogam.core.types import Case

NOTHING = {"brightness": 1.0, "contrast": 1.0, "saturation": 1.0, "hue_degrees": 0.0}


def pixel(*values, dtype=np.uint8):
    return np.array(values, dtype).reshape(3, 1, -1)


def test_contrast_is_about_the_mean_luma_after_brightness():
    """Grey 40 and 120, brightness 0.5: 20 and 60, mean 40; contrast 2: 0 and 80."""
    image = pixel(40, 120, 40, 120, 40, 120)
    made = ColorJitter.filter(image, (0, 255), {**NOTHING, "brightness": 0.5, "contrast": 2.0})
    assert made.reshape(3, 2).tolist() == [[0, 80]] * 3


def test_saturation_is_the_distance_from_luma():
    """Luma of (200, 100, 100): 129.9. Half the saturation: halfway there."""
    made = ColorJitter.filter(pixel(200, 100, 100), (0, 255), {**NOTHING, "saturation": 0.5})
    assert made.ravel().tolist() == [165, 115, 115]


@pytest.mark.parametrize("hue", [-120.0, 30.0, 180.0])
def test_hue_keeps_luma_and_grey(hue):
    matrix = color_matrix(1.0, hue)
    assert np.allclose(matrix @ np.ones(3), 1, atol=1e-6)
    assert np.allclose(LUMA @ matrix, LUMA, atol=1e-6)
    assert np.allclose(np.linalg.matrix_power(color_matrix(1.0, 120.0), 3), np.eye(3), atol=1e-9)


@pytest.mark.parametrize(("dtype", "levels"), [("u1", (0, 255)), ("u2", (0, 4095)), ("f4", (0.0, 1.0))])
def test_nothing_is_nothing(dtype, levels):
    image = np.random.default_rng(0).uniform(*levels, (3, 20, 30)).astype(dtype)
    made = ColorJitter.filter(image, levels, NOTHING)
    assert np.allclose(made, image, atol=1e-6 if dtype == "f4" else 0)


def test_a_grey_image_is_refused():
    with pytest.raises(UserError, match="case 1, augmentation color-jitter: got an image of 1 channel"):
        ColorJitter().draw(np.random.default_rng(0), Case("1", np.zeros((1, 2, 2), np.uint8), (0, 255)))
