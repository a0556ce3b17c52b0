"""mixup: the blend, in numbers."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.mixup import Mixup
from bogam.core.types import Case


def pair(dtype: str, *values: float) -> list[Case]:
    masks = [np.array([[[1, 1, 0, 0]]], np.uint8), np.array([[[1, 0, 1, 0]]], np.uint8)]
    return [Case(name, np.array([[[value] * 4]], dtype), (0.0, 4095.0), masks=mask,
                 boxes=np.array([[0.0, k, 1.0, k + 2]]), box_labels=(name,))
            for k, (name, value, mask) in enumerate(zip("ab", values, masks, strict=True))]


@pytest.mark.parametrize(("dtype", "expected"), [("u1", 61), ("u2", 61), ("i2", 61), ("f4", 60.75)])
def test_values_blend_and_integers_round_once(dtype: str, expected: float) -> None:
    mixed, shares = Mixup.mix(pair(dtype, 50, 93), {"share": 0.75})  # 37.5 + 23.25
    assert mixed.image.ravel().tolist() == [expected] * 4
    assert shares == (0.75, 0.25)


def test_masks_become_shares_and_boxes_of_both_stay() -> None:
    mixed, _ = Mixup.mix(pair("u1", 0, 0), {"share": 0.75})
    assert mixed.masks is not None
    assert mixed.masks.dtype == np.float32
    assert mixed.masks.ravel().tolist() == [1.0, 0.75, 0.25, 0.0]
    assert mixed.box_labels == ("a", "b")


def test_small_alpha_leaves_most_images_nearly_pure() -> None:
    rng = np.random.default_rng(0)
    shares = np.array([Mixup(alpha=0.2).draw(rng, pair("u1", 0, 0)[0])["share"] for _ in range(2000)])
    assert 0.45 < shares.mean() < 0.55
    assert np.mean((shares < 0.1) | (shares > 0.9)) > 0.5


def test_a_segmentation_has_to_ask_for_it() -> None:
    assert Mixup().faults("classification") == []
    assert "mixup: {on_masks: blend}" in Mixup().faults("segmentation")[0]
    assert Mixup(on_masks="blend").faults("segmentation") == []


def test_soft_masks_go_through_a_warp_unrounded() -> None:
    from bogam.augment.family import augmentations
    from bogam.augment.partners import Partners
    from bogam.augment.plan import Plan
    cases = {name: Case(name, np.zeros((1, 16, 16), np.uint8), (0.0, 255.0), masks=np.full((1, 16, 16), value, "u1"))
             for name, value in (("a", 0), ("b", 1))}
    plan = Plan([Mixup(on_masks="blend", alpha=9.0), augmentations.parse({"rotate": {"probability": 1.0}}),
                 augmentations.parse({"grid-distortion": {"probability": 1.0}})], 0,
                Partners(("a", "b"), cases.__getitem__))
    made = plan.apply(cases["a"], plan.draw(cases["a"], 0))
    assert made.masks is not None
    share = np.float32(made.history[0]["shares"][1])
    assert np.allclose(made.masks[0, 6:10, 6:10], share)
    assert set(np.unique(made.masks)) <= {np.float32(0), share}
