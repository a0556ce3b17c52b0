"""Cells that show more or less of the image."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.grid_distortion import GridDistortion
from bogam.augment.plan import Plan, replay
from bogam.core.types import Case


def test_a_row_shows_its_step_and_the_edges_stay():
    lines = np.arange(6) * 20 - 0.5
    drawn = {"rows": [0.8, 1.2, 1.0, 1.2, 0.8], "columns": [1.0] * 5}
    y, x = GridDistortion.source((lines, lines), drawn, (100, 100))
    # by hand, a sixth of each neighbor's step and two thirds of its own: .8667 + 1.1 + 1.0667 + 1.1 + .8667 = 5
    assert np.allclose((y + 0.5) / 20, [0, 0.866667, 1.966667, 3.033333, 4.133333, 5], atol=1e-6)
    assert np.allclose(x, lines, atol=1e-12)


def test_there_is_no_crease():
    place = np.linspace(-10, 110, 12001)
    y, _ = GridDistortion.source((place, place), {"rows": [0.7, 1.3, 0.7, 1.3, 0.7], "columns": [1.0]}, (100, 100))
    slope = np.diff(y) / np.diff(place)
    assert slope.min() > 0.7
    bow = np.diff(slope) / 0.01
    assert np.abs(bow).max() < 0.035  # 0.6 over a cell of 20 pixels is 0.03 a pixel
    assert np.abs(np.diff(bow)).max() < 0.01 * 0.01  # and it does not jump
    assert slope[0] == pytest.approx(slope[900], rel=1e-6)  # beyond the edge the outer step goes on


def test_an_enlarged_cell_is_enlarged_in_image_mask_box_and_points_alike():
    image = np.zeros((1, 100, 100), np.float32)
    image[0, 40:60, 40:60] = 1.0
    case = Case("a", image, (0.0, 1.0), masks=image.astype(np.uint8), boxes=np.array([[40.0, 40.0, 60.0, 60.0]]),
                box_labels=("lesion",), points=np.array([[49.5, 49.5], [39.5, 59.5]]))
    history = [{"augment": "grid-distortion", "rows": [1.0, 1.0, 0.5, 1.0, 1.0], "columns": [1.0] * 5}]
    made = replay(case, history)
    tall = made.boxes[0, 2] - made.boxes[0, 0]
    assert 24 < tall < 30
    assert made.boxes[0, [1, 3]].tolist() == pytest.approx([40, 60], abs=0.1)
    assert abs(made.masks[0, :, 50].sum() - tall) <= 1
    assert abs(made.image[0, :, 50].sum() - tall) <= 0.5
    assert made.points.ravel().tolist() == pytest.approx([49.5, 49.5, made.boxes[0, 0] - 0.5, 59.5], abs=0.1)
    assert made.points_inside.tolist() == [True, True]


def test_draws_are_steps_about_one():
    plan = Plan([GridDistortion(probability=1.0, cells=(3, 7), limit=0.2)], seed=0)
    case = Case("a", np.zeros((1, 30, 40), np.uint8), (0, 255))
    drawn = [plan.draw(case, epoch)[0] for epoch in range(200)]
    assert {(len(d["rows"]), len(d["columns"])) for d in drawn} == {(3, 7)}
    steps = np.array([d["columns"] for d in drawn])
    assert steps.min() >= 0.8
    assert steps.max() < 1.2
    assert abs(steps.mean() - 1) < 0.01
    assert steps.std() == pytest.approx(0.4 / np.sqrt(12), rel=0.05)
