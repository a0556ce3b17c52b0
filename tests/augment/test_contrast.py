"""Stretching about the middle or the mean."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.contrast import Contrast
from bogam.augment.plan import Plan, replay
from bogam.core.types import Case


def case_of(*values):
    return Case("a", np.array([[values]], np.uint8), (0, 200))


def test_about_the_middle_of_the_range():
    made = replay(case_of(50, 100, 120, 190), [{"augment": "contrast", "factor": 2.0}])
    assert made.image.tolist() == [[[0, 100, 140, 200]]]


def test_about_the_mean_keeps_the_mean():
    plan = Plan([Contrast(probability=1.0, factor=(1.5, 1.5), about="mean")], seed=0)
    case = case_of(40, 60, 80, 60)
    made = plan.apply(case, plan.draw(case, 0))
    assert made.image.tolist() == [[[30, 60, 90, 60]]]
    assert made.history[0]["measured"] == {"pivot": pytest.approx(0.3)}


def test_a_factor_below_one_flattens():
    assert replay(case_of(0, 200), [{"augment": "contrast", "factor": 0.5}]).image.tolist() == [[[50, 150]]]
