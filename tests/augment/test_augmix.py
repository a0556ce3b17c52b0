"""AugMix: the blend of chains, and the views of a case."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bogam.augment.augmix import Augmix
from bogam.augment.family import augmentations
from bogam.augment.plan import Plan, replay
from bogam.core.errors import UserError
from bogam.core.types import Case


def case(dtype: str = "u1", masks: bool = True) -> Case:
    rng = np.random.default_rng(2)
    image = rng.integers(20, 230, (1, 24, 30)).astype(dtype)
    return Case("a", image, (0.0, 255.0), masks=(image > 120).astype(np.uint8) if masks else None, patient="p",
                targets={"class": "x"}, history=({"step": "resize"},))


def entry(share: float, *chains: tuple[float, list[dict[str, object]]]) -> dict[str, object]:
    return {"augment": "augmix", "views": [{"share": share, "chains": [{"weight": w, "steps": s} for w, s in chains]}]}


def test_the_blend_is_the_weighted_sum() -> None:
    plain = case()
    made = replay(plain, [entry(0.4, (0.75, [{"augment": "invert"}]), (0.25, []))])
    whole = plain.image.astype(float)
    expected = 0.4 * whole + 0.6 * (0.75 * (255 - whole) + 0.25 * whole)
    assert np.abs(made.image - expected).max() <= 0.5 + 1e-4
    assert made.masks is plain.masks


def test_a_share_of_one_is_the_image_itself() -> None:
    assert np.array_equal(replay(case(), [entry(1.0, (1.0, [{"augment": "invert"}]))]).image, case().image)


@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "f4"])
def test_views_share_what_comes_before_and_after_and_replay(dtype: str) -> None:
    plan = Plan([augmentations.parse(step) for step in (
        {"gamma": {"probability": 1.0}}, "augmix", {"flip-horizontal": {"probability": 1.0}})], seed=0)
    assert (plan.views, plan.consistency) == (3, 12.0)
    plain = case(dtype)
    plain.image.setflags(write=False)
    for epoch in range(3):
        drawn = plan.draw(plain, epoch)
        views = plan.apply_views(plain, drawn)
        assert len(views) == 3
        alone = Plan([plan.steps[0], plan.steps[2]], 0).apply(plain, [drawn[0], drawn[2]])
        assert np.array_equal(views[0].image, alone.image)
        assert len({view.image.tobytes() for view in views}) == 3
        for number, view in enumerate(views):
            assert view.image.dtype == plain.image.dtype
            assert np.array_equal(view.masks, alone.masks)  # type: ignore[arg-type]
            assert view.targets == plain.targets
            recorded = json.loads(json.dumps(view.history))
            assert recorded[2]["view"] == number
            assert replay(plain, recorded).image.tobytes() == view.image.tobytes()


def test_without_consistency_one_blend_takes_the_images_place() -> None:
    plan = Plan([Augmix(consistency=0.0)], seed=0)
    assert plan.views == 1
    views = plan.apply_views(case(), plan.draw(case(), 0))
    assert len(views) == 1
    assert not np.array_equal(views[0].image, case().image)


def test_where_it_does_not_happen_all_views_are_the_image() -> None:
    plan = Plan([Augmix(probability=0.0)], seed=0)
    views = plan.apply_views(case(), plan.draw(case(), 0))
    assert [np.array_equal(view.image, case().image) for view in views] == [True] * 3


def test_what_a_chain_measured_is_in_the_history() -> None:
    plan = Plan([Augmix(steps=[{"contrast": {"about": "mean"}}], views=1)], seed=0)  # type: ignore[arg-type]
    view = plan.apply_views(case(), plan.draw(case(), 0))[1]
    steps = view.history[-1]["views"][0]["chains"][0]["steps"]
    assert steps
    assert all(step["measured"] is not None for step in steps)


def test_chains_that_move_are_refused_where_there_is_a_mask_and_work_where_there_is_none() -> None:
    part = Augmix(steps=["rotate"])  # type: ignore[arg-type]
    assert "rotate for a segmentation" in part.faults("segmentation")[0]
    assert part.faults("classification") == []
    assert Augmix().faults("segmentation") == []
    plan = Plan([part], seed=0)
    plan.apply_views(case(masks=False), plan.draw(case(masks=False), 0))
    with pytest.raises(UserError, match="got a chain that moves masks"):
        plan.apply_views(case(), plan.draw(case(), 0))


@pytest.mark.parametrize("steps", [["mixup"], ["augmix"], []])
def test_chains_hold_no_mixes_and_no_branches(steps: list[str]) -> None:
    with pytest.raises(ValueError, match="steps that need no other case"):
        augmentations.parse({"augmix": {"steps": steps}})


def test_yaml() -> None:
    part = Augmix(width=2, depth=(1, 1))
    assert augmentations.parse(json.loads(json.dumps(part.to_yaml()))) == part
