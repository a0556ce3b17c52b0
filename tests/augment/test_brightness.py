"""Adding a share of the grey range."""

from __future__ import annotations

import numpy as np

from bogam.augment.plan import replay
from bogam.core.types import Case


def test_a_fifth_of_12_bit_is_819_levels_and_white_stays_white():
    case = Case("a", np.array([[[0, 1000, 4000, 4095]]], np.uint16), (0, 4095))
    assert replay(case, [{"augment": "brightness", "add": 0.2}]).image.tolist() == [[[819, 1819, 4095, 4095]]]
    assert replay(case, [{"augment": "brightness", "add": -0.2}]).image.tolist() == [[[0, 181, 3181, 3276]]]
