"""Seen from aslant."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.perspective import Perspective
from bogam.augment.plan import Plan, replay
from bogam.core.types import Case

CORNERS = [[0.1, 0.05], [0.0, -0.2], [-0.1, 0.1], [0.05, 0.15]]


def test_the_corners_go_where_they_were_drawn_to():
    case = Case("a", np.zeros((1, 40, 60), np.uint8), (0, 255),
                points=np.array([[-0.5, -0.5], [-0.5, 59.5], [39.5, -0.5], [39.5, 59.5]]))
    made = replay(case, [{"augment": "perspective", "corners": CORNERS}])
    assert made.points - case.points == pytest.approx(np.array(CORNERS) * [40, 60])
    assert made.points_inside.tolist() == [True, False, True, False]


def test_straight_lines_stay_straight_and_it_joins_with_other_matrices():
    points = np.stack([np.linspace(5, 30, 6), np.linspace(10, 50, 6)], axis=1)
    case = Case("a", np.zeros((1, 40, 60), np.uint8), (0, 255), points=points)
    made = replay(case, [{"augment": "rotate", "angle_degrees": 10.0}, {"augment": "perspective", "corners": CORNERS},
                         {"augment": "zoom", "factor": 0.8}]).points
    steps = np.diff(made, axis=0)
    assert np.abs(steps[:-1, 0] * steps[1:, 1] - steps[:-1, 1] * steps[1:, 0]).max() < 1e-9
    assert np.ptp(np.linalg.norm(steps, axis=1)) > 0.1  # but not even


def test_draws_keep_the_limit():
    plan = Plan([Perspective(probability=1.0, limit=0.1)], seed=0)
    drawn = np.array([plan.draw(Case("a", np.zeros((1, 4, 4), np.uint8), None), epoch)[0]["corners"]
                      for epoch in range(100)])
    assert drawn.shape == (100, 4, 2)
    assert 0.09 < np.abs(drawn).max() <= 0.1
