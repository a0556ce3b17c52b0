"""What every mix promises, over the whole family."""

from __future__ import annotations

import json
import pickle
from functools import partial

import numpy as np
import pytest
import yaml

from bogam.augment.family import augmentations
from bogam.augment.partners import Partners, sources
from bogam.augment.plan import Plan, replay
from bogam.core.errors import UserError
from bogam.core.types import Case

KINDS = [kind for kind in augmentations.names() if augmentations.get(kind).group == "mix"]
LEVELS = {"u1": (0.0, 255.0), "u2": (0.0, 4095.0), "i2": (-1000.0, 1500.0), "f4": (0.0, 1.0)}
IDS = tuple(f"case-{k}" for k in range(9))
BEFORE = ({"flip-horizontal": {}}, {"rotate": {"probability": 1.0}}, {"contrast": {"about": "mean"}}, {"noise": {}})


def make_case(name, dtype="u1", channels=1, shape=(33, 40)):
    rng = np.random.default_rng(int(name[5:]))
    low, high = LEVELS[dtype]
    image = (low + rng.random((channels, *shape)) * (high - low)).astype(dtype)
    masks = np.zeros((2, *shape), np.uint8)
    masks[0, 8:20, 9:26] = 1
    masks[1, 22:30, 4:12] = 1
    boxes = np.array([[8.0, 9.0, 20.0, 26.0], [22.0, 4.0, 30.0, 12.0]])
    return Case(name, image, (low, high), patient="p" + name[5:], masks=masks, boxes=boxes, box_labels=("a", "b"),
                targets={"class": ("benign", "malignant")[int(name[5:]) % 2]}, spacing_mm=(0.5, 0.5),
                history=({"step": "resize"},))


def plan_of(kind, read=make_case, seed=3, before=(), ids=IDS):
    steps = [augmentations.parse(step) for step in (*before, {kind: {"probability": 1.0}})]
    return Plan(steps, seed, Partners(ids, read))


def same(one, two):
    assert one.id == two.id
    for name in ("image", "masks", "boxes"):
        first, second = getattr(one, name), getattr(two, name)
        assert first.dtype == second.dtype
        assert np.array_equal(first, second), name
    assert (one.history, one.box_labels, one.targets) == (two.history, two.box_labels, two.targets)


@pytest.mark.parametrize("dtype", LEVELS)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_contract(kind, channels, dtype):
    read = partial(make_case, dtype=dtype, channels=channels)
    held = {name: read(name) for name in IDS}
    kept = pickle.loads(pickle.dumps(held))
    for case in held.values():
        for array in (case.image, case.masks, case.boxes):
            array.setflags(write=False)
    plan, case = plan_of(kind, held.__getitem__), held["case-1"]
    changed = 0
    for epoch in range(6):
        drawn = plan.draw(case, epoch)
        made = plan.apply(case, drawn)
        assert [entry["augment"] for entry in drawn] == [kind]
        assert (made.id, made.patient) == (case.id, case.patient)
        assert (made.image.shape, made.image.dtype) == (case.image.shape, case.image.dtype)
        assert made.image.flags.c_contiguous
        assert made.image.min() >= case.levels[0]
        assert made.image.max() <= case.levels[1]
        assert made.masks.shape == case.masks.shape
        assert made.masks.min() >= 0
        assert made.masks.max() <= 1
        if kind != "mixup":
            assert set(np.unique(made.masks)) <= {0, 1}
        assert set(made.box_labels) <= {"a", "b"}
        assert len(made.box_labels) == len(made.boxes)
        assert (made.boxes >= 0).all()
        assert (made.boxes <= [33, 40, 33, 40]).all()
        changed += not np.array_equal(made.image, case.image)

        entry = made.history[-1]
        names = [partner["id"] for partner in entry["partners"]]
        assert len({*names, case.id}) == augmentations.get(kind).partners + 1  # all different, never the case itself
        assert sum(sources(made).values()) == pytest.approx(1.0)
        assert {name for name, _ in sources(made)} <= {case.id, *names}
        if "shares" not in entry:
            mixed = held[names[0]].targets["class"] != case.targets["class"]
            assert made.targets == {"class": None if mixed else case.targets["class"]}

        same(made, plan_of(kind, held.__getitem__).apply(case, plan.draw(case, epoch)))  # same seed, same result
        recorded = json.loads(json.dumps(made.history))
        assert replay(case, recorded, held.__getitem__).image.tobytes() == made.image.tobytes()
        assert json.loads(json.dumps(replay(case, recorded, held.__getitem__).history)) == recorded
    assert changed >= 4
    for name in IDS:
        same(held[name], kept[name])  # neither the case nor a partner is touched


@pytest.mark.parametrize("kind", KINDS)
def test_partners_are_augmented_by_the_steps_before_and_the_history_repeats_them(kind):
    plan = plan_of(kind, before=BEFORE)
    case = make_case("case-4")
    seen = set()
    for epoch in range(5):
        made = plan.apply(case, plan.draw(case, epoch))
        for partner in made.history[-1]["partners"]:
            kinds = [entry["augment"] for entry in partner["steps"]]
            assert "rotate" in kinds
            assert set(kinds) <= {"flip-horizontal", "rotate", "contrast", "noise"}
            assert all("pivot" in entry["measured"] for entry in partner["steps"] if entry["augment"] == "contrast")
            seen.add(json.dumps(partner["steps"]))
        again = replay(case, json.loads(json.dumps(made.history)), make_case)
        assert again.image.tobytes() == made.image.tobytes()
        assert again.masks.tobytes() == made.masks.tobytes()
    assert len(seen) >= 5  # a draw of its own for every sample that takes a partner


@pytest.mark.parametrize("kind", KINDS)
def test_two_cases_that_take_the_same_partner_take_it_differently_augmented(kind):
    plan = plan_of(kind, before=({"rotate": {"probability": 1.0}},))
    angles = [partner["steps"][0]["angle_degrees"] for name in IDS
              for partner in plan.draw(make_case(name), 0)[-1]["partners"]]
    assert len(set(angles)) == len(angles) >= len(IDS)


@pytest.mark.parametrize("kind", KINDS)
def test_partners_do_not_depend_on_the_order_of_calls_or_the_process(kind):
    plan = plan_of(kind, before=BEFORE)
    forward = [plan.draw(make_case(name), epoch) for epoch in range(3) for name in IDS]
    backward = [plan.draw(make_case(name), epoch) for epoch in reversed(range(3)) for name in reversed(IDS)]
    assert forward == backward[::-1]
    moved = pickle.loads(pickle.dumps(plan))
    assert [moved.draw(make_case(name), 1) for name in IDS] == forward[9:18]
    assert len({json.dumps(drawn) for drawn in forward}) == len(forward)


@pytest.mark.parametrize("kind", KINDS)
def test_partners_come_from_the_given_ids_alone_and_all_of_them_come(kind):
    fold = IDS[:6]
    plan = plan_of(kind, ids=fold)
    taken = [partner["id"] for epoch in range(60) for partner in plan.draw(make_case("case-2"), epoch)[0]["partners"]]
    assert set(taken) == set(fold) - {"case-2"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_part_survives_yaml_and_pickling(kind):
    part = augmentations.parse(kind)
    assert augmentations.parse(yaml.safe_load(yaml.safe_dump(part.to_yaml()))) == part
    assert pickle.loads(pickle.dumps(part)) == part
    assert all(field.description for name, field in type(part).model_fields.items() if name != "kind")


@pytest.mark.parametrize("kind", KINDS)
def test_classification_cases_without_masks_mix_without_reading_the_partners_masks(kind):
    case = make_case("case-1").but(masks=None, boxes=None, box_labels=())
    plan = plan_of(kind)
    drawn = plan.draw(case, 0)
    if augmentations.get(kind).needs_lesion:
        with pytest.raises(UserError, match=f"case case-1, augmentation {kind}: got a case without masks"):
            plan.apply(case, drawn)
        return
    made = plan.apply(case, drawn)
    assert made.masks is None
    assert made.boxes is None


@pytest.mark.parametrize("kind", KINDS)
def test_what_does_not_fit_is_refused(kind):
    case = make_case("case-1")
    with pytest.raises(UserError, match="got no training cases, expected some to draw partners from"):
        Plan([augmentations.parse({kind: {"probability": 1.0}})], 0).draw(case, 0)
    with pytest.raises(UserError, match=r"got 0 other training cases.*, expected at least"):
        plan_of(kind, ids=("case-1",)).draw(case, 0)
    drawn = plan_of(kind).draw(case, 0)
    with pytest.raises(UserError, match=r"got no access to the partners, expected the cases case-\d"):
        replay(case, drawn)
    with pytest.raises(UserError, match=r"partner case-\d of shape \(1, 30, 40\), expected \(1, 33, 40\)"):
        replay(case, drawn, partial(make_case, shape=(30, 40)))
    with pytest.raises(UserError, match=r"partner case-\d without masks"):
        replay(case, drawn, lambda name: make_case(name).but(masks=None))
    with pytest.raises(UserError, match="got a case with points"):
        replay(case.but(points=np.zeros((1, 2))), drawn, make_case)
    with pytest.raises(UserError, match=r"float32 pixels, levels None"):
        replay(case, drawn, lambda name: make_case(name, "f4").but(levels=None))


@pytest.mark.parametrize("kind", KINDS)
def test_a_partner_on_another_grey_scale_is_brought_to_that_of_the_case(kind):
    """The same picture in 8 and in 12 bit: mixed with either, the case looks the same, up to rounding."""
    case = make_case("case-1").but(boxes=None, box_labels=())
    drawn = plan_of(kind).draw(case, 0)

    def deep(name):
        shallow = make_case(name)
        return shallow.but(image=(shallow.image.astype(np.uint16) * 16), levels=(0.0, 255.0 * 16))

    one, two = replay(case, drawn, make_case), replay(case, drawn, deep)
    assert two.image.dtype == np.uint8
    assert np.array_equal(one.image, two.image)
