"""A grid of squares taken away."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.grid_mask import GridMask


def masked(image, **changes):
    drawn = {"cell": 0.25, "hole": 0.5, "offset": [0.0, 0.0], "fill": "lowest", "seed": 0, **changes}
    return GridMask.filter(image, (3, 255), drawn)


def test_cells_holes_and_offset():
    image = np.full((1, 16, 24), 90, np.uint8)
    rows = (masked(image)[0] == 3).any(axis=1)
    assert rows.tolist() == [True, True, False, False] * 4  # a cell of 4, a hole of 2
    columns = (masked(image, offset=[0.0, 0.5])[0] == 3).any(axis=0)
    assert columns.tolist() == [False, False, True, True] * 6
    assert (masked(image) == 3).mean() == 0.25


@pytest.mark.parametrize("hole", [0.01, 0.99, 1.0])
def test_something_goes_and_something_stays(hole):
    made = masked(np.full((1, 32, 32), 90, np.uint8), hole=hole)
    assert 0 < (made == 3).mean() < 1


def test_a_volume_has_columns_and_noise_in_each_slice():
    volume = np.full((2, 4, 16, 16), 90, np.uint8)
    assert np.array_equal(masked(volume)[:, 0], masked(volume)[:, 3])
    noisy = masked(volume, fill="noise")
    assert not np.array_equal(noisy[:, 0], noisy[:, 3])
    assert (noisy != 90)[:, :, 0, 0].mean() > 0.8


def test_the_mean_leaves_a_flat_image():
    image = np.full((3, 9, 9), 77, np.uint8)
    assert np.array_equal(masked(image, fill="mean"), image)
