"""Turning about the center."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.plan import Plan, replay
from bogam.augment.rotate import Rotate
from bogam.core.errors import UserError
from bogam.core.types import Case


def test_a_quarter_turn_goes_counterclockwise():
    image = np.arange(25, dtype=np.uint8).reshape(1, 5, 5)
    made = replay(Case("a", image, (0, 255), masks=(image > 11).astype(np.uint8)),
                  [{"augment": "rotate", "angle_degrees": 90.0}])
    assert np.array_equal(made.image[0], np.rot90(image[0]))
    assert np.array_equal(made.masks[0], np.rot90(image[0] > 11))


def test_the_corner_that_comes_in_is_dark():
    made = replay(Case("a", np.full((1, 20, 20), 200, np.uint8), (30, 255)),
                  [{"augment": "rotate", "angle_degrees": 45.0}])
    assert made.image[0, 0, 0] == 30
    assert made.image[0, 10, 10] == 200


def test_angles_lie_in_the_range():
    plan = Plan([Rotate(probability=1.0, angle_degrees=(10.0, 20.0))], seed=0)
    case = Case("a", np.zeros((1, 4, 4), np.uint8), (0, 255))
    angles = [plan.draw(case, epoch)[0]["angle_degrees"] for epoch in range(200)]
    assert 10 <= min(angles) < 11
    assert 19 < max(angles) < 20


def ball(spacing, radius=12.0, shape=(13, 41, 41)):
    """Return a volume with an ellipsoid that is a ball in millimetres, off the center."""
    z, y, x = (np.arange(side) - (side - 1) / 2 for side in shape)
    far = np.sqrt((z[:, None, None] * spacing[0]) ** 2 + ((y[:, None] - 4) * spacing[1]) ** 2 + (x * spacing[2]) ** 2)
    return (far < radius).astype(np.uint8)[None]


@pytest.mark.parametrize("tilt", [[0.0, 0.0], [30.0, 0.0], [0.0, 25.0], [15.0, -20.0]])
def test_a_ball_stays_a_ball_however_thick_the_slices(tilt):
    spacing = (3.0, 1.0, 1.2)
    mask = ball(spacing)
    case = Case("v", mask * 100, (0, 255), masks=mask, spacing_mm=spacing, points=np.array([[6.0, 24.0, 20.0]]))
    made = replay(case, [{"augment": "rotate", "angle_degrees": 40.0, "tilt_degrees": tilt, "spacing_mm": spacing}])
    places = np.argwhere(made.masks[0])
    assert np.abs(places.mean(axis=0) - made.points[0]).max() < 0.3
    assert np.abs(places.std(axis=0) * spacing - 12 / np.sqrt(5)).max() < 0.25
    assert abs(mask.sum() / made.masks.sum() - 1) < 0.06
    assert made.spacing_mm == pytest.approx(np.linalg.norm(
        np.diag(spacing) @ np.linalg.inv(Rotate.matrix(made.history[0], (13, 41, 41)))[:3, :3], axis=0))


def test_an_angle_without_tilt_turns_each_slice():
    volume = np.arange(75, dtype=np.uint8).reshape(1, 3, 5, 5)
    plan = Plan([Rotate(probability=1.0, angle_degrees=(90.0, 90.0))], seed=0)
    case = Case("v", volume, (0, 255))
    drawn = plan.draw(case, 0)
    assert drawn[0]["tilt_degrees"] == [0, 0]
    assert np.array_equal(plan.apply(case, drawn).image, np.rot90(volume, axes=(2, 3)))


def test_a_tilt_needs_the_spacing():
    plan = Plan([Rotate(probability=1.0, tilt_degrees=(-5.0, 5.0))], seed=0)
    case = Case("v7", np.zeros((1, 3, 5, 5), np.uint8), (0, 255))
    with pytest.raises(UserError, match="case v7, augmentation rotate: got a volume without spacing, expected"):
        plan.draw(case, 0)
    assert "spacing_mm" in plan.draw(case.but(spacing_mm=(3.0, 1.0, 1.0)), 0)[0]
