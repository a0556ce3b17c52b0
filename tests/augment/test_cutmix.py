"""CutMix: the rectangle and its share."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.cutmix import Cutmix
from bogam.core.types import Case


def pair(height: int = 10, width: int = 20) -> list[Case]:
    return [Case(name, np.full((1, height, width), value, np.uint8), (0.0, 255.0),
                 masks=np.full((1, height, width), value == 9, np.uint8)) for name, value in (("a", 1), ("b", 9))]


@pytest.mark.parametrize("area", [0.0, 0.01, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("center", [(0.0, 0.0), (0.5, 0.5), (0.999, 0.2)])
def test_the_share_is_the_area_that_is_seen_and_masks_move_with_pixels(area: float, center: tuple[float, float],
                                                                       ) -> None:
    mixed, shares = Cutmix.mix(pair(), {"area": area, "y": center[0], "x": center[1]})
    assert shares[1] == pytest.approx((mixed.image == 9).mean())
    assert sum(shares) == 1.0
    assert mixed.masks is not None
    assert np.array_equal(mixed.masks == 1, mixed.image == 9)


def test_a_whole_rectangle_in_the_middle_has_the_area_that_was_drawn() -> None:
    _, shares = Cutmix.mix(pair(100, 100), {"area": 0.25, "y": 0.5, "x": 0.5})
    assert shares == (0.75, 0.25)
