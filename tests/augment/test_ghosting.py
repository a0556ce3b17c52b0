"""Copies along the phase-encoding direction."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.ghosting import Ghosting


def test_a_point_gets_its_ghosts_where_they_belong():
    """64 pixels, every 4th line halved: a point keeps 1 - 0.5 / 4, ghosts of 0.125 lie every 16 pixels."""
    image = np.zeros((1, 3, 64), np.float32)
    image[0, 1, 10] = 0.8
    made = Ghosting.filter(image, (0.0, 1.0), {"ghosts": 4, "intensity": 0.5, "direction": "rows"})[0, 1]
    center = 0.8 * 0.5 / 64  # line 0 is kept: it adds back its half everywhere
    assert made[10] == pytest.approx(0.8 * (1 - 0.125) + center, abs=1e-6)
    assert made[[26, 42, 58]] == pytest.approx([0.8 * 0.125 - center] * 3, abs=1e-6)
    assert np.delete(made, [10, 26, 42, 58]) == pytest.approx(center, abs=1e-6)


def test_columns_are_rows_turned():
    image = np.random.default_rng(0).integers(0, 4096, (1, 40, 40)).astype(np.uint16)
    drawn = {"ghosts": 3, "intensity": 0.6}
    rows = Ghosting.filter(image, (0, 4095), {**drawn, "direction": "rows"})
    columns = Ghosting.filter(np.ascontiguousarray(image.swapaxes(1, 2)), (0, 4095), {**drawn, "direction": "columns"})
    assert np.abs(rows.astype(int) - columns.swapaxes(1, 2)).max() <= 1


@pytest.mark.parametrize("side", [63, 64])
def test_the_mean_stays_and_no_intensity_is_nothing(side):
    image = np.random.default_rng(0).uniform(0.3, 0.7, (1, 20, side)).astype(np.float32)
    made = Ghosting.filter(image, (0.0, 1.0), {"ghosts": 2, "intensity": 0.7, "direction": "rows"})
    assert made.mean() == pytest.approx(image.mean(), abs=1e-5)
    same = Ghosting.filter(image, (0.0, 1.0), {"ghosts": 2, "intensity": 0.0, "direction": "rows"})
    assert np.allclose(same, image, atol=1e-6)


def test_slices_alike():
    volume = np.random.default_rng(0).integers(0, 256, (1, 3, 16, 16)).astype(np.uint8)
    drawn = {"ghosts": 2, "intensity": 0.5, "direction": "columns"}
    made = Ghosting.filter(volume, (0, 255), drawn)
    assert np.array_equal(made[:, 1], Ghosting.filter(volume[:, 1], (0, 255), drawn))


def test_a_stated_direction_is_kept():
    draws = [Ghosting(direction=d).draw(np.random.default_rng(k), None)["direction"]
             for d in ("rows", "either") for k in range(20)]
    assert set(draws[:20]) == {"rows"}
    assert set(draws[20:]) == {"rows", "columns"}
