"""RICAP: four crops meet at a point."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.ricap import Ricap
from bogam.core.types import Case


def four() -> list[Case]:
    field = np.arange(48, dtype=np.uint8).reshape(6, 8)
    return [Case(str(k), (field + 50 * k)[None], (0.0, 255.0), masks=np.full((1, 6, 8), k % 2, np.uint8))
            for k in range(4)]


def test_crops_come_from_where_the_draw_says() -> None:
    mixed, shares = Ricap.mix(four(), {"y": 0.5, "x": 0.25, "from": [[1.0, 1.0], [0.0, 0.0], [0.5, 0.0], [1.0, 0.5]]})
    field = np.arange(48).reshape(6, 8)
    expected = np.block([[field[3:6, 6:8], field[0:3, 0:6] + 50], [field[2:5, 0:2] + 100, field[3:6, 1:7] + 150]])
    assert mixed.image[0].tolist() == expected.tolist()
    assert shares == (0.125, 0.375, 0.125, 0.375)
    assert mixed.masks is not None
    assert mixed.masks[0, 0].tolist() == [0, 0, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize("corner", [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.01, 0.99)])
def test_a_point_in_a_corner_leaves_one_image(corner: tuple[float, float]) -> None:
    mixed, shares = Ricap.mix(four(), {"y": corner[0], "x": corner[1], "from": [[0.3, 0.7]] * 4})
    assert sorted(shares) == [0.0, 0.0, 0.0, 1.0]
    whole = shares.index(1.0)
    assert np.array_equal(mixed.image, four()[whole].image)


def test_most_draws_leave_one_image_nearly_whole() -> None:
    rng = np.random.default_rng(0)
    largest = [max(Ricap.mix(four(), Ricap().draw(rng, four()[0]))[1]) for _ in range(500)]
    assert np.median(largest) > 0.6
