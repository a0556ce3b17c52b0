"""Barrel and pincushion."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.family import augmentations
from bogam.augment.optical_distortion import OpticalDistortion
from bogam.augment.plan import replay
from bogam.core.types import Case


def read(corner, *places, shape=(101, 201)):
    y, x = np.array(places, float).T
    return np.stack(OpticalDistortion.source((y, x), {"corner": corner}, shape), axis=1)


def test_the_center_stays_and_a_corner_is_read_from_its_share_further_out():
    made = read(0.1, (50, 100), (-0.5, -0.5), (50, 200.5))
    assert made[0].tolist() == [50, 100]
    assert made[1] == pytest.approx([50 - 50.5 * 1.1, 100 - 100.5 * 1.1])
    share = 201 ** 2 / (101 ** 2 + 201 ** 2)  # r2 of the middle of an edge
    assert made[2] == pytest.approx([50, 100 + 100.5 * (1 + 0.2 * share / (1 + share))])


@pytest.mark.parametrize("corner", [-0.4, -0.15, 0.15, 1.0])
def test_nothing_folds_far_beyond_the_corners(corner):
    radius = np.linspace(0, 2000, 20001)
    made = read(corner, *np.stack([np.full_like(radius, 50), 100 + radius], axis=1))[:, 1]
    assert np.diff(made).min() > 0


def test_barrel_shrinks_and_pincushion_enlarges_what_lies_outside():
    image = np.zeros((1, 101, 101), np.uint8)
    image[0, 10:20, 10:20] = 200
    entries = [{"augment": "optical-distortion", "corner": corner} for corner in (0.2, -0.2)]
    sizes = [(replay(Case("a", image, (0, 255)), [entry]).image > 99).sum() for entry in entries]
    assert sizes[0] < 85
    assert sizes[1] > 120


def test_folds_are_refused_in_the_users_words():
    with pytest.raises(ValueError, match=r"corner: got \(-0\.5, 0\.0\), expected -0\.4 to 1"):
        augmentations.parse({"optical-distortion": {"corner": [-0.5, 0.0]}})
