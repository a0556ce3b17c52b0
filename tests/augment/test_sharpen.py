"""More of the finest detail."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.sharpen import Sharpen


@pytest.mark.parametrize(("dtype", "scale"), [("u1", 1), ("u2", 100), ("i2", 100), ("f4", 0.01)])
def test_an_edge_overshoots_by_a_worked_amount(dtype, scale):
    """At a step from 100 to 152 a pixel sees 3 of 13 parts of the other side: smooth moves by 12, amount 2 adds 24."""
    image = (np.array([[[100, 100, 152, 152]] * 3]) * scale).astype(dtype)
    made = Sharpen.filter(image, (0, 255 * scale), {"amount": 2.0})
    assert np.allclose(made[0, 1], np.array([100, 76, 176, 152]) * scale, atol=1e-5)


def test_overshoot_is_cut_at_the_levels():
    image = np.array([[[10, 10, 90, 90]] * 3], np.uint8)
    made = Sharpen.filter(image, (10, 90), {"amount": 5.0})
    assert made[0, 1].tolist() == [10, 10, 90, 90]
    assert Sharpen.filter(image, (0, 255), {"amount": 5.0})[0, 1, 2] > 90


def test_none_of_it_is_nothing():
    image = np.random.default_rng(0).integers(0, 65536, (1, 20, 20)).astype(np.uint16)
    assert np.array_equal(Sharpen.filter(image, (0, 65535), {"amount": 0.0}), image)
