"""Inversion from a threshold upward."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.plan import replay
from bogam.augment.solarize import Solarize
from bogam.core.types import Case


def solarized(image, levels, threshold):
    return replay(Case("a", image, levels), [{"augment": "solarize", "threshold": threshold}]).image


def test_over_the_levels_not_the_dtype():
    image = np.array([[[0, 1000, 3000, 3001, 4000]]], np.uint16)
    assert solarized(image, (0, 4000), 0.75).tolist() == [[[0, 1000, 1000, 999, 0]]]



def test_a_threshold_beyond_the_range_is_refused():
    with pytest.raises(ValueError, match=r"got \(0.5, 1.5\), expected shares from 0 to 1"):
        Solarize(threshold=(0.5, 1.5))
