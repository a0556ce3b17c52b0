"""Bending along a spline of control points."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.elastic import Elastic
from bogam.augment.family import augmentations
from bogam.augment.plan import Plan, replay
from bogam.core.types import Case


def slopes(shape, drawn):
    """Return the determinant of the map's derivative at places a tenth of a pixel apart from their neighbors."""
    axes = len(shape)
    where = tuple(np.meshgrid(*(np.arange(-3, side + 3, 0.5) for side in shape), indexing="ij"))
    made = Elastic.source(where, drawn, shape)
    slope = np.stack([np.stack(np.gradient(axis, 0.5), axis=-1) for axis in made], axis=-2)
    assert slope.shape[-2:] == (axes, axes)
    return np.linalg.det(slope)


@pytest.mark.parametrize(("shape", "cells"), [((60, 75), [5, 5]), ((64, 64), [16, 3]), ((10, 24, 30), [2, 3, 4])])
def test_nothing_folds_at_the_largest_shift(shape, cells):
    for seed in range(6):
        drawn = {"cells": cells, "shift": 0.4, "seed": seed}
        assert slopes(shape, drawn).min() > 0.01
    assert slopes(shape, {**drawn, "shift": 1.5}).min() < 0  # so the bound is not an empty one


def test_the_shift_dies_out_beyond_the_image():
    y = np.array([-61.0, 20.0, 161.0])
    drawn = {"cells": [5, 5], "shift": 0.3, "seed": 1}
    moved, _ = Elastic.source((y, np.full(3, 50.0)), drawn, (100, 100))
    assert moved[[0, 2]].tolist() == [-61.0, 161.0]
    assert abs(moved[1] - 20) > 0.1


def test_large_and_small_sets_of_places_are_shifted_alike():
    drawn = {"cells": [3, 4], "shift": 0.3, "seed": 2}
    y, x = np.meshgrid(np.arange(200.0), np.arange(150.0), indexing="ij")
    whole = Elastic.source((y, x), drawn, (200, 150))
    apart = Elastic.source((np.arange(200.0)[:, None], np.arange(150.0)[None]), drawn, (200, 150))
    one = Elastic.source((y[77:78, 31:32], x[77:78, 31:32]), drawn, (200, 150))
    for axis in range(2):
        assert np.allclose(whole[axis], apart[axis], atol=1e-9)
        assert whole[axis][77, 31] == pytest.approx(one[axis].item(), abs=1e-9)


def test_points_and_boxes_follow_the_pixels():
    image = np.zeros((1, 128, 128), np.float32)
    image[0, 40:90, 50:100] = 1.0
    image[0, 60, 70] = 9.0
    case = Case("a", image, (0.0, 9.0), points=np.array([[60.0, 70.0]]), boxes=np.array([[40.0, 50.0, 90.0, 100.0]]))
    for seed in range(5):
        made = replay(case, [{"augment": "elastic", "cells": [4, 4], "shift": 0.35, "seed": seed}])
        assert np.abs(np.argwhere(made.image[0] == made.image.max())[0] - made.points[0]).max() <= 1
        rows, columns = (np.flatnonzero((made.image[0] > 0.5).any(axis=axis)) for axis in (1, 0))
        edges = [rows[0], columns[0], rows[-1] + 1, columns[-1] + 1]
        assert np.abs(made.boxes[0] - edges).max() <= 1.5
        assert np.abs(made.boxes[0] - case.boxes[0]).max() > 1


def test_folds_are_refused_in_the_users_words():
    with pytest.raises(ValueError, match=r"elastic\.shift: got \(0\.1, 0\.6\), expected 0 to 0\.4"):
        augmentations.parse({"elastic": {"shift": [0.1, 0.6]}})


def test_a_volume_bends_along_its_slices_too():
    case = Case("v", np.zeros((1, 8, 20, 20), np.uint8), (0, 255))
    drawn = Plan([Elastic(probability=1.0, depth_cells=2)], 0).draw(case, 0)[0]
    assert drawn["cells"] == [2, 5, 5]
    z, _, _ = Elastic.source(tuple(np.full((1, 1, 1), v) for v in (4.0, 10.0, 10.0)), drawn, (8, 20, 20))
    assert abs(z.item() - 4) > 0.01
