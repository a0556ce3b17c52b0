"""Medians at every depth."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.median import Median


def test_worked_by_hand_with_the_edge_continued():
    image = np.array([[[5, 1, 9], [2, 8, 3], [7, 4, 6]]], np.uint8)
    made = Median.filter(image, None, {"side_px": 3})[0]
    assert made[1, 1] == 5
    assert made[0, 0] == 5  # 5 5 1 / 5 5 1 / 2 2 8


@pytest.mark.parametrize("side", [3, 5, 7])
@pytest.mark.parametrize(("dtype", "span"), [("u1", (0, 255)), ("u2", (0, 65535)), ("i2", (-32768, 32767)),
                                             ("f4", (-1e4, 1e4))])
def test_every_depth_is_its_own(dtype, span, side):
    """Where other libraries squeeze 16 bit into 8, every value here is one of the image's."""
    image = np.random.default_rng(0).uniform(*span, (2, 30, 31)).astype(dtype)
    made = Median.filter(image, None, {"side_px": side})
    y, x, reach = 12, 20, side // 2
    around = image[1, y - reach:y + reach + 1, x - reach:x + reach + 1]
    assert made[1, y, x] == np.median(around)
    assert made.dtype == image.dtype
    assert np.isin(made, image).all()


def test_a_volume_is_filtered_slice_by_slice():
    volume = np.random.default_rng(0).integers(0, 4096, (1, 4, 20, 20)).astype(np.uint16)
    made = Median.filter(volume, None, {"side_px": 3})
    for z in range(4):
        assert np.array_equal(made[:, z], Median.filter(volume[:, z], None, {"side_px": 3}))


def test_sides_are_odd():
    assert {Median(side_px=(3, 7)).draw(np.random.default_rng(k), None)["side_px"] for k in range(60)} == {3, 5, 7}
    with pytest.raises(ValueError, match=r"got \(2, 5\), expected odd numbers of 3 or more"):
        Median(side_px=(2, 5))
