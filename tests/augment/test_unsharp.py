"""The unsharp mask."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.gaussian_blur import GaussianBlur
from bogam.augment.unsharp import Unsharp


@pytest.mark.parametrize(("dtype", "levels"), [("u1", (0, 255)), ("u2", (0, 4095)), ("i2", (-1000, 1000)),
                                               ("f4", (0.0, 1.0))])
def test_it_is_the_image_plus_its_difference_from_the_blur(dtype, levels):
    image = np.random.default_rng(0).uniform(*levels, (1, 40, 50)).astype(dtype)
    blurred = GaussianBlur.filter(image.astype(np.float32), None, {"sigma_px": 1.5})
    wanted = np.clip(image + 0.7 * (image - blurred), *levels)
    made = Unsharp.filter(image, levels, {"sigma_px": 1.5, "amount": 0.7})
    tolerance = 1e-5 if dtype == "f4" else 0.502  # rounded once
    assert np.abs(made - wanted).max() <= tolerance
    assert made.dtype == image.dtype


def test_a_flat_image_stays():
    image = np.full((3, 8, 8), 123, np.uint8)
    assert np.array_equal(Unsharp.filter(image, (0, 255), {"sigma_px": 2.0, "amount": 1.0}), image)
