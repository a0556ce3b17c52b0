"""Moving by a share of the size."""

from __future__ import annotations

import numpy as np

from bogam.augment.plan import Plan, replay
from bogam.augment.shift import Shift
from bogam.core.types import Case


def test_a_quarter_down_and_half_to_the_left():
    image = np.arange(1, 9, dtype=np.uint8).reshape(1, 4, 2)
    made = replay(Case("a", image, (0, 255), points=np.array([[0.0, 1.0]])),
                  [{"augment": "shift", "down": 0.25, "right": -0.5}])
    assert made.image[0].tolist() == [[0, 0], [2, 0], [4, 0], [6, 0]]
    assert made.points.tolist() == [[1.0, 0.0]]


def test_a_volume_moves_along_its_slices_too():
    volume = np.arange(1, 9, dtype=np.uint8).reshape(1, 4, 2, 1)
    made = replay(Case("v", volume, (0, 255)), [{"augment": "shift", "down": 0.0, "right": 0.0, "deep": 0.25}])
    assert made.image[0, :, :, 0].tolist() == [[0, 0], [1, 2], [3, 4], [5, 6]]
    half = replay(Case("v", volume, (0, 255)), [{"augment": "shift", "down": 0.0, "right": 0.0, "deep": 0.125}])
    assert half.image[0, :, :, 0].tolist() == [[0, 1], [2, 3], [4, 5], [6, 7]]  # halves are rounded to even
    plan = Plan([Shift(probability=1.0)], seed=0)
    assert set(plan.draw(Case("v", volume, (0, 255)), 0)[0]) == {"augment", "down", "right", "deep"}
    assert set(plan.draw(Case("a", volume[0], (0, 255)), 0)[0]) == {"augment", "down", "right"}
