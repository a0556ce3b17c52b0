"""Boxes, points, spacing and affine move with the pixels."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.elastic import Elastic
from bogam.augment.geometry import place
from bogam.augment.maps import Bend, join, source_of
from bogam.augment.plan import Plan, replay
from bogam.augment.rotate import Rotate
from bogam.augment.shift import Shift
from bogam.augment.zoom import Zoom
from bogam.core.errors import UserError
from bogam.core.types import Case

IMAGE = np.zeros((1, 40, 60), np.uint8)


def bend(seed=0, cells=(4, 4)):
    return Bend(Elastic.source, {"cells": list(cells), "shift": 0.4, "seed": seed})


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shape", [(40, 60), (12, 40, 60)])
def test_a_placed_point_is_read_from_where_it_was(shape, seed):
    turn = {"angle_degrees": 20.0, "tilt_degrees": [5.0, 0.0], "spacing_mm": [2.0, 1.0, 1.0]}
    axes = len(shape)
    moves = join([bend(seed, (2, 4, 4)[3 - axes:]), Rotate.matrix(turn, shape), bend(seed + 9, (4,) * axes)], axes)
    points = np.random.default_rng(seed).uniform(-5, 1.1 * np.array(shape), (50, len(shape)))
    made, found = place(moves, points, shape)
    assert found.all()
    assert np.abs(np.stack(source_of(moves, tuple(made.T), shape), axis=1) - points).max() < 0.02


def test_a_point_that_no_place_shows_is_marked_and_the_others_are_not_harmed():
    def fold(where, drawn, shape):
        return where[0], np.abs(where[1] - 20.0)

    made, found = place([Bend(fold, {})], np.array([[3.0, 5.0], [3.0, -8.0]]), (40, 60))
    assert found.tolist() == [True, False]
    assert np.isfinite(made).all()
    assert abs(made[0, 1] - 20) == pytest.approx(5)


def test_points_outside_are_marked_once_and_for_all():
    case = Case("a", IMAGE, (0, 255), points=np.array([[10.0, 10.0], [39.5, 59.5], [39.0, 30.0]]))
    assert case.points_inside is None
    down = {"augment": "shift", "down": 0.05, "right": 0.0}
    blur = {"augment": "gaussian-blur", "sigma_px": 0.5}
    out = replay(case, [down])
    assert out.points.tolist() == [[12, 10], [41.5, 59.5], [41, 30]]
    assert out.points_inside.tolist() == [True, False, False]
    back = replay(case, [down, blur, {**down, "down": -0.05}])
    assert back.points.tolist() == case.points.tolist()
    assert back.points_inside.tolist() == [True, False, False]
    joined = replay(case, [down, {**down, "down": -0.05}])
    assert joined.points_inside.tolist() == [True, True, True]  # nothing of the image was lost


def test_an_empty_list_of_points_or_boxes_stays_one():
    made = replay(Case("a", IMAGE, (0, 255), points=np.zeros((0, 2)), boxes=np.zeros((0, 4))),
                  [{"augment": "elastic", "cells": [3, 3], "shift": 0.2, "seed": 0}])
    assert made.points.shape == (0, 2)
    assert made.points_inside.shape == (0,)
    assert made.boxes.shape == (0, 4)


def test_a_box_is_cut_once_and_goes_below_the_visible_share():
    case = Case("a", IMAGE, (0, 255), boxes=np.array([[0.0, 0.0, 10.0, 10.0], [20.0, 20.0, 30.0, 30.0]]),
                box_labels=("corner", "middle"))
    out = {"augment": "shift", "down": 0.0, "right": -0.1}  # six pixels: four tenths of the first are left
    assert replay(case, [{**out, "min_visible": 0.4}]).boxes.tolist() == [[0, 0, 10, 4], [20, 14, 30, 24]]
    assert replay(case, [{**out, "min_visible": 0.41}]).box_labels == ("middle",)
    back = {"augment": "shift", "down": 0.0, "right": 0.1, "min_visible": 0.9}
    assert replay(case, [out, back]).boxes.tolist() == case.boxes.tolist()
    strictest = replay(case, [{**out, "min_visible": 0.0}, {"augment": "zoom", "factor": 1.0, "min_visible": 0.5}])
    assert strictest.box_labels == ("middle",)


def test_the_share_comes_from_the_recipe_and_is_kept_in_the_history():
    plan = Plan([Shift(probability=1.0, down=(0.0, 0.0), right=(-0.1, -0.1), min_visible=0.5)], seed=0)
    case = Case("a", IMAGE, (0, 255), boxes=np.array([[0.0, 0.0, 10.0, 10.0]]))
    drawn = plan.draw(case, 0)
    assert drawn[0]["min_visible"] == 0.5
    assert len(plan.apply(case, drawn).boxes) == 0
    assert "min_visible" not in plan.draw(case.but(boxes=None), 0)[0]


def test_a_box_under_a_bend_is_the_smallest_around_its_outline():
    shape = (200, 200)
    boxes = np.array([[40.0, 60.0, 120.0, 150.0]])
    case = Case("a", np.zeros((1, *shape), np.uint8), (0, 255), boxes=boxes)
    for seed in range(4):
        made = replay(case, [{"augment": "elastic", "cells": [3, 3], "shift": 0.35, "seed": seed}]).boxes[0]
        edge = np.linspace(0, 1, 400)
        corners = np.concatenate([np.stack([40 + 80 * edge, np.full(400, side)], 1) for side in (60, 150)]
                                 + [np.stack([np.full(400, side), 60 + 90 * edge], 1) for side in (40, 120)]) - 0.5
        moves = [Bend(Elastic.source, {"cells": [3, 3], "shift": 0.35, "seed": seed})]
        around = place(moves, corners, shape)[0] + 0.5
        assert np.abs(made - [*around.min(axis=0), *around.max(axis=0)]).max() < 0.2


def test_boxes_of_a_volume_have_six_columns():
    volume = np.zeros((1, 8, 10, 10), np.uint8)
    case = Case("v", volume, (0, 255), boxes=np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]))
    zoom = {"augment": "zoom", "factor": 2.0}
    assert replay(case, [zoom]).boxes.tolist() == [[0, 0, 1, 4, 5, 7]]
    with pytest.raises(UserError, match=r"case v: got boxes of shape \(1, 4\) with an image of shape \(1, 8, 10, 10\), "
                                        "expected 6 columns"):
        replay(case.but(boxes=np.zeros((1, 4))), [zoom])


def test_spacing_and_affine_follow_the_matrices_alone():
    case = Case("a", IMAGE, (0, 255), spacing_mm=(0.5, 0.25), affine=np.diag([1.0, 0.5, 0.25, 1.0]))
    zoom = {"augment": "zoom", "factor": 2.0}
    bent = {"augment": "elastic", "cells": [3, 3], "shift": 0.2, "seed": 0}
    assert replay(case, [bent]).spacing_mm == (0.5, 0.25)
    alone, joined = replay(case, [zoom]), replay(case, [bent, zoom])
    assert alone.spacing_mm == joined.spacing_mm == (0.25, 0.125)
    assert np.array_equal(alone.affine, joined.affine)
    assert Zoom.matrix({"factor": 2.0}, (40, 60))[0][2] == -19.5
    assert (alone.affine @ [0, 0, 0, 1])[:3].tolist() == [0, 0.5 * 9.75, 0.25 * 14.75]
