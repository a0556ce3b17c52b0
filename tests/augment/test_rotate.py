"""Turning about the center."""

from __future__ import annotations

import numpy as np

from bogam.augment.plan import Plan, replay
from bogam.augment.rotate import Rotate
from bogam.core.types import Case


def test_a_quarter_turn_goes_counterclockwise():
    image = np.arange(25, dtype=np.uint8).reshape(1, 5, 5)
    made = replay(Case("a", image, (0, 255), masks=(image > 11).astype(np.uint8)),
                  [{"augment": "rotate", "angle_degrees": 90.0}])
    assert np.array_equal(made.image[0], np.rot90(image[0]))
    assert np.array_equal(made.masks[0], np.rot90(image[0] > 11))


def test_the_corner_that_comes_in_is_dark():
    made = replay(Case("a", np.full((1, 20, 20), 200, np.uint8), (30, 255)),
                  [{"augment": "rotate", "angle_degrees": 45.0}])
    assert made.image[0, 0, 0] == 30
    assert made.image[0, 10, 10] == 200


def test_angles_lie_in_the_range():
    plan = Plan([Rotate(probability=1.0, angle_degrees=(10.0, 20.0))], seed=0)
    case = Case("a", np.zeros((1, 4, 4), np.uint8), (0, 255))
    angles = [plan.draw(case, epoch)[0]["angle_degrees"] for epoch in range(200)]
    assert 10 <= min(angles) < 11
    assert 19 < max(angles) < 20
