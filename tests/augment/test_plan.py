"""Drawing, fusing, applying and repeating."""

from __future__ import annotations

import pickle

import cv2
import numpy as np
import pytest

from bogam.augment.apply_cpu import read_levels
from bogam.augment.family import augmentations
from bogam.augment.plan import Plan, fuse, replay
from bogam.core.errors import UserError
from bogam.core.types import Case


def make_case(**changes):
    rng = np.random.default_rng(1)
    image = rng.integers(0, 256, (1, 24, 20)).astype(np.uint8)
    return Case("a", image, (0, 255), masks=(image > 128).astype(np.uint8)).but(**changes)


def groups(*kinds, **fields):
    steps = [augmentations.parse({kind: {"probability": 1.0, **fields.get(kind, {})}}) for kind in kinds]
    plan = Plan(steps, seed=0)
    drawn = plan.draw(make_case(), 0)
    return [[part.model_fields["kind"].default for part, _ in run]
            for run in fuse([(augmentations.get(entry["augment"]), entry) for entry in drawn])]


def test_only_neighbors_of_one_kind_are_fused():
    assert groups("rotate", "zoom", "gamma", "brightness", "shift") == [
        ["rotate", "zoom"], ["gamma", "brightness"], ["shift"]]
    assert groups("rotate", "noise", "gaussian-blur", "shift") == [["rotate"], ["noise"], ["gaussian-blur"], ["shift"]]


def test_a_tone_that_measures_begins_a_run_of_its_own():
    about_mean = {"contrast": {"about": "mean"}}
    assert groups("gamma", "contrast", "brightness", **about_mean) == [["gamma"], ["contrast", "brightness"]]
    assert groups("gamma", "contrast", "brightness") == [["gamma", "contrast", "brightness"]]


def test_a_warp_joins_those_before_a_tone_only_where_the_fill_passes():
    turn, move = {"augment": "rotate", "angle_degrees": 5.0}, {"augment": "shift", "down": 0.1, "right": 0.0}
    bend, flat = {"augment": "gamma", "gamma": 1.5}, {"augment": "contrast", "factor": 0.8}
    darker, lighter = ({"augment": "brightness", "add": add} for add in (-0.1, 0.1))

    def order(*entries):
        return [[entry["augment"] for _, entry in run]
                for run in fuse([(augmentations.get(entry["augment"]), entry) for entry in entries])]

    assert order(turn, bend, move) == [["rotate", "shift"], ["gamma"]]
    assert order(turn, bend, darker, move, flat) == [["rotate", "shift"], ["gamma", "brightness", "contrast"]]
    assert order(turn, lighter, move) == [["rotate"], ["brightness"], ["shift"]]
    assert order(turn, bend, flat, move) == [["rotate"], ["gamma", "contrast"], ["shift"]]
    assert order(bend, move) == [["gamma"], ["shift"]]
    mean = {"augment": "contrast", "factor": 2.0, "measured": None}
    assert order(turn, mean, move) == [["rotate"], ["contrast"], ["shift"]]
    assert order(turn, mean, bend, move) == [["rotate"], ["contrast", "gamma"], ["shift"]]

    case = make_case()
    case = case.but(image=cv2.GaussianBlur(case.image[0], (0, 0), 2)[None])
    made = replay(case, [turn, bend, move, mean])
    assert [entry["augment"] for entry in made.history] == ["rotate", "gamma", "shift", "contrast"]
    assert made.history[3]["measured"]["pivot"] > 0
    apart = replay(replay(replay(case, [turn]), [bend]), [move])
    joined = replay(case, [turn, bend, move])
    assert np.abs(joined.image[0, 5:-2, 4:-4].astype(int) - apart.image[0, 5:-2, 4:-4]).mean() < 2
    assert (joined.image[0, 0] == 0).all()


def test_the_written_order_is_the_meaning():
    shift = {"augment": "shift", "down": 0.0, "right": 0.25}
    flip = {"augment": "flip-horizontal"}
    case = Case("a", np.array([[[10, 20, 30, 40]]], np.uint8), (5, 255))
    assert replay(case, [shift, flip]).image.tolist() == [[[30, 20, 10, 5]]]
    assert replay(case, [flip, shift]).image.tolist() == [[[5, 40, 30, 20]]]


def test_fused_warps_interpolate_once(monkeypatch):
    calls = []
    real = cv2.warpAffine
    monkeypatch.setattr(cv2, "warpAffine", lambda *a, **k: calls.append(k["flags"]) or real(*a, **k))
    there = [{"augment": "rotate", "angle_degrees": 33.0}, {"augment": "zoom", "factor": 0.8}]
    back = [{"augment": "zoom", "factor": 1.25}, {"augment": "rotate", "angle_degrees": -33.0}]
    case = make_case()
    made = replay(case, there + back)
    assert calls == [cv2.INTER_LINEAR, cv2.INTER_NEAREST]  # one for the image, one for its one mask
    inside = (slice(None), slice(1, -1), slice(1, -1))
    assert np.abs(made.image[inside].astype(int) - case.image[inside]).max() <= 8  # apart, they would blur
    assert np.array_equal(made.masks[inside], case.masks[inside])


def test_a_measured_value_is_taken_at_its_place_and_kept_in_the_history():
    darker = {"augment": "brightness", "add": -0.2}
    contrast = {"augment": "contrast", "factor": 1.5, "measured": None}
    case = make_case()
    made = replay(case, [darker, contrast])
    seen = read_levels(replay(case, [darker]).image, (0, 255)).mean(dtype=np.float64)
    assert made.history[1]["measured"]["pivot"] == pytest.approx(seen, abs=1e-12)
    assert made.history[1]["measured"]["pivot"] < read_levels(case.image, (0, 255)).mean() - 0.1
    assert contrast["measured"] is None
    assert np.array_equal(replay(case, made.history).image, made.image)


def test_what_is_not_drawn_leaves_no_trace():
    plan = Plan([augmentations.parse({"gamma": {"probability": 0.0}})], seed=0)
    case = make_case()
    assert plan.draw(case, 0) == ()
    assert plan.apply(case, ()) is case


def test_probability_is_the_share_of_draws():
    plan = Plan([augmentations.parse({"flip-vertical": {"probability": 0.2}})], seed=0)
    case = make_case()
    assert abs(sum(len(plan.draw(case, epoch)) for epoch in range(3000)) / 3000 - 0.2) < 0.03


def test_the_same_step_twice_is_drawn_twice():
    step = augmentations.parse({"rotate": {"probability": 1.0}})
    one, two = Plan([step, step], seed=0).draw(make_case(), 0)
    assert one["angle_degrees"] != two["angle_degrees"]


def test_the_draw_of_a_position_does_not_depend_on_the_other_steps():
    shift, gamma = (augmentations.parse({k: {"probability": 1.0}}) for k in ("shift", "gamma"))
    zoom = augmentations.parse({"zoom": {"probability": 1.0}})
    case = make_case()
    assert Plan([shift, gamma], 0).draw(case, 0)[1] == Plan([zoom, gamma], 0).draw(case, 0)[1]


def test_a_history_of_an_unknown_kind_is_refused():
    with pytest.raises(UserError, match="history: got augmentation 'gama', expected one that this version has"):
        replay(make_case(), [{"augment": "gama"}])


def test_a_users_own_part_is_used_as_an_object():
    from typing import ClassVar, Literal

    from bogam.augment.family import Augment

    class Invert(Augment):
        group: ClassVar[Literal["tone"]] = "tone"
        kind: Literal["my-invert"] = "my-invert"

        @staticmethod
        def tone(level, drawn):
            return 1.0 - level

    plan = Plan([Invert(probability=1.0)], seed=0)
    case = make_case()
    assert np.array_equal(plan.apply(case, plan.draw(case, 0)).image, 255 - case.image)


def test_a_plan_survives_pickling_after_use():
    plan = Plan([augmentations.parse({"gamma": {"probability": 1.0}})], seed=4)
    drawn = plan.draw(make_case(), 0)
    assert pickle.loads(pickle.dumps(plan)).draw(make_case(), 0) == drawn
