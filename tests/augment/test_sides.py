"""Labels that name a side change places with a mirror, and only with one."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bogam.augment.family import augmentations
from bogam.augment.partners import Partners, sources
from bogam.augment.plan import Plan, replay
from bogam.augment.sides import Sides
from bogam.core.errors import UserError
from bogam.core.types import Case

SIDES = Sides.of({"left": "right"}, ["heart", "left", "right"])


def body(name: str = "a", side: str = "left") -> Case:
    """A heart in the middle, something in the left third of the image and something small in the right one."""
    masks = np.zeros((3, 6, 9), np.uint8)
    masks[0, :, 4], masks[1, :, :3], masks[2, 0, 8] = 1, 1, 1
    return Case(name, np.arange(54, dtype=np.uint8).reshape(1, 6, 9), (0.0, 255.0), masks=masks,
                boxes=np.array([[0.0, 0, 6, 3], [0, 4, 6, 5]]), box_labels=("left", "heart"),
                targets={"class": side, "age": 50, "effusion": {"left": 0.7, "none": 0.3}})


def plan(*steps: object, sides: Sides | None = SIDES) -> Plan:
    return Plan([augmentations.parse(step) for step in steps], 0, sides=sides)


ALWAYS = {kind: {kind: {"probability": 1.0}} for kind in ("flip-horizontal", "flip-vertical", "rotate")}


@pytest.mark.parametrize("kind", ["flip-horizontal", "flip-vertical"])
def test_a_mirror_exchanges_masks_box_labels_and_targets(kind: str) -> None:
    case, one = body(), plan(ALWAYS[kind])
    made = one.apply(case, one.draw(case, 0))
    plain = plan(ALWAYS[kind], sides=None).apply(case, plan(ALWAYS[kind], sides=None).draw(case, 0))
    assert made.masks is not None
    assert plain.masks is not None
    assert np.array_equal(made.masks, plain.masks[[0, 2, 1]])
    assert np.array_equal(made.image, plain.image)
    assert made.box_labels == ("right", "heart")
    assert made.targets == {"class": "right", "age": 50, "effusion": {"right": 0.7, "none": 0.3}}
    assert plain.targets == case.targets
    assert case.masks is not None
    assert case.masks[1, 0, 0] == 1  # the input is left alone
    again = replay(case, json.loads(json.dumps(made.history)))
    assert np.array_equal(again.masks, made.masks)  # type: ignore[arg-type]
    assert again.targets == made.targets


def test_two_mirrors_are_a_turn_and_a_rotation_changes_no_side() -> None:
    case = body()
    both = plan(ALWAYS["flip-horizontal"], ALWAYS["flip-vertical"])
    made = both.apply(case, both.draw(case, 0))
    assert made.targets == case.targets
    assert np.array_equal(made.masks, case.masks[:, ::-1, ::-1])  # type: ignore[index,arg-type]
    turned = plan(ALWAYS["rotate"])
    assert turned.apply(case, turned.draw(case, 0)).box_labels == case.box_labels
    assert "sides" not in turned.draw(case, 0)[0]


def test_mirrors_before_and_after_a_mix_are_counted_for_each_source() -> None:
    cases = {"a": body("a"), "b": body("b", "right")}
    steps = [augmentations.parse({"flip-horizontal": {}}), augmentations.parse({"mixup": {"on_masks": "blend"}}),
             augmentations.parse({"flip-vertical": {}})]
    mixing = Plan(steps, 0, Partners(("a", "b"), cases.__getitem__), SIDES)
    seen = set()
    for epoch in range(30):
        made = mixing.apply(cases["a"], mixing.draw(cases["a"], epoch))
        share = {name: value for (name, _), value in sources(made).items()}
        own, other = (mirrored for _, mirrored in sources(made))
        seen.add((own, other))
        expected: dict[str, float] = {}
        for name, mirrored in (("a", own), ("b", other)):
            side = {"left": "right", "right": "left"}[cases[name].targets["class"]] if mirrored \
                else cases[name].targets["class"]
            expected[side] = expected.get(side, 0.0) + share[name]
        assert made.targets["class"] == (next(iter(expected)) if len(expected) == 1 else pytest.approx(expected))
    assert len(seen) == 4


def test_every_warp_that_can_mirror_says_so() -> None:
    """For a warp with a matrix: the sign of its determinant over many draws."""
    for kind in augmentations.names():
        part = augmentations.get(kind)
        if part.group != "warp" or part.bends:
            continue
        step, axes = augmentations.parse({kind: {"probability": 1.0}}), 2 if getattr(part, "pictures", True) else 3
        case = Case("a", np.zeros((1, *(8,) * axes), np.uint8), (0.0, 255.0))
        signs = set()
        for seed in range(50):
            drawn = step.draw(np.random.default_rng(seed), case)
            signs.add(np.linalg.det(np.array(part.matrix(drawn, (8,) * axes))[:-1, :-1]) < 0)
        assert part.mirrors == (True in signs), kind


@pytest.mark.parametrize(("pairs", "message"), [
    ({"left": "wright"}, "got 'wright', expected a label of heart, left, right. Did you mean 'right'"),
    ({"left": "right", "heart": "right"}, "one other side for each label"), ({"left": "left"}, "one other side"),
])
def test_faulty_sides_are_named(pairs: dict[str, str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        Sides.of(pairs, ["heart", "left", "right"])
    assert Sides.of({"left": "right", "right": "left"}, ["heart", "left", "right"]) == SIDES
