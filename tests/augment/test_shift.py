"""Moving by a share of the size."""

from __future__ import annotations

import numpy as np

from bogam.augment.plan import replay
from bogam.core.types import Case


def test_a_quarter_down_and_half_to_the_left():
    image = np.arange(1, 9, dtype=np.uint8).reshape(1, 4, 2)
    made = replay(Case("a", image, (0, 255), points=np.array([[0.0, 1.0]])),
                  [{"augment": "shift", "down": 0.25, "right": -0.5}])
    assert made.image[0].tolist() == [[0, 0], [2, 0], [4, 0], [6, 0]]
    assert made.points.tolist() == [[1.0, 0.0]]
