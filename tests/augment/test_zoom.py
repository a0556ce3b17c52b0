"""Enlarging about the center."""

from __future__ import annotations

import numpy as np

from bogam.augment.plan import replay
from bogam.core.types import Case


def test_a_disc_of_twice_the_radius_covers_four_times_the_area():
    y, x = np.mgrid[:64, :64] - 31.5
    disc = (y ** 2 + x ** 2 < 12 ** 2).astype(np.uint8)[None]
    for factor in (2.0, 0.5):
        made = replay(Case("a", disc * 200, (0, 255), masks=disc), [{"augment": "zoom", "factor": factor}])
        assert abs(made.masks.sum() / disc.sum() / factor ** 2 - 1) < 0.03
        assert abs((made.image > 100).sum() / disc.sum() / factor ** 2 - 1) < 0.03
