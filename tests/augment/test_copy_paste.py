"""Copy-paste: which lesion, where it goes, and what happens to masks, boxes and targets."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.copy_paste import CopyPaste
from bogam.augment.family import augmentations
from bogam.augment.partners import Partners
from bogam.augment.plan import Plan
from bogam.core.errors import UserError
from bogam.core.types import Case

HARD = {"which": 0.0, "feather_px": 0.0}


def case(name: str, value: int, *lesions: tuple[slice, slice], **more: object) -> Case:
    masks = np.zeros((1, 20, 30), np.uint8)
    for lesion in lesions:
        masks[0][lesion] = 1
    return Case(name, np.full((1, 20, 30), value, np.uint8), (0.0, 255.0), masks=masks, **more)  # type: ignore[arg-type]


OWN = case("a", 10, (slice(0, 4), slice(0, 4)), targets={"class": "benign"})
TWO = case("b", 90, (slice(2, 6), slice(2, 8)), (slice(12, 15), slice(20, 24)), targets={"class": "malignant"})


def test_one_lesion_comes_and_masks_add_up() -> None:
    made, shares = CopyPaste.mix([OWN, TWO], {**HARD, "which": 0.99})
    assert made.masks is not None
    assert (made.image == 90).sum() == 3 * 4
    assert np.array_equal(np.argwhere(made.image[0] == 90)[[0, -1]], [[12, 20], [14, 23]])
    assert made.masks.sum() == 16 + 12
    assert shares is None
    both = {int((CopyPaste.mix([OWN, TWO], {**HARD, "which": w})[0].image == 90).sum()) for w in (0.0, 0.49, 0.51)}
    assert both == {24, 12}


def test_what_lies_under_a_lesion_is_replaced_label_by_label() -> None:
    own, other = (Case(n, np.zeros((1, 4, 4), np.uint8), (0.0, 255.0), masks=np.zeros((2, 4, 4), np.uint8))
                  for n in "ab")
    assert own.masks is not None
    assert other.masks is not None
    own.masks[0], other.masks[1, :2] = 1, 1
    made, _ = CopyPaste.mix([own, other], HARD)
    assert made.masks is not None
    assert made.masks[0].tolist() == [[0] * 4] * 2 + [[1] * 4] * 2
    assert made.masks[1].tolist() == [[1] * 4] * 2 + [[0] * 4] * 2


@pytest.mark.parametrize("place", [(0.0, 0.0), (0.999, 0.999), (0.5, 0.2)])
def test_anywhere_keeps_all_of_the_lesion_in_the_image(place: tuple[float, float]) -> None:
    made, _ = CopyPaste.mix([OWN, TWO], {**HARD, "y": place[0], "x": place[1]})
    found = np.argwhere(made.image[0] == 90)
    assert len(found) == 24
    if place[0] == 0.0:
        assert found[0].tolist() == [0, 0]
    if place[0] == 0.999:
        assert found[-1].tolist() == [19, 29]


def test_a_feather_fades_inside_the_lesion_and_leaves_the_mask_sharp() -> None:
    made, _ = CopyPaste.mix([OWN, TWO], {"which": 0.0, "feather_px": 1.0})
    hard, _ = CopyPaste.mix([OWN, TWO], HARD)
    assert np.array_equal(made.masks, hard.masks)  # type: ignore[arg-type]
    assert 10 < made.image[0, 2, 2] < made.image[0, 3, 4] < 90
    assert (made.image[hard.image != 90] == 10).all()


def test_boxes_of_the_lesion_come_along_and_covered_ones_go() -> None:
    own = OWN.but(boxes=np.array([[2.0, 2, 6, 7], [0, 0, 4, 4]]), box_labels=("under", "beside"))
    other = TWO.but(boxes=np.array([[2.0, 2, 6, 8], [12, 20, 15, 24]]), box_labels=("first", "second"))
    made, _ = CopyPaste.mix([own, other], HARD)
    assert made.box_labels == ("beside", "first")


def test_partners_have_a_lesion_and_where_none_has_one_it_says_so() -> None:
    cases = {"a": OWN, "b": TWO, "c": case("c", 5), "d": case("d", 6)}
    part = CopyPaste(probability=1.0)
    plan = Plan([part], 0, Partners(tuple("abcd"), cases.__getitem__))
    assert {plan.draw(cases["c"], epoch)[0]["partners"][0]["id"] for epoch in range(30)} == {"a", "b"}
    assert {plan.draw(OWN, epoch)[0]["partners"][0]["id"] for epoch in range(30)} == {"b"}
    with pytest.raises(UserError, match="0 other training cases with a mask that is not empty"):
        Plan([part], 0, Partners(("c", "d"), cases.__getitem__)).draw(OWN, 0)


def test_a_lesion_that_left_the_image_pastes_nothing() -> None:
    cases = {"a": OWN, "b": TWO}
    away = augmentations.parse({"shift": {"probability": 1.0, "down": (2.0, 2.0)}})
    plan = Plan([away, CopyPaste(probability=1.0)], 0, Partners(("b",), cases.__getitem__))
    drawn = plan.draw(OWN, 0)
    made = plan.apply(OWN, drawn)
    assert made.masks is not None
    assert not made.masks.any()
    assert made.targets == {"class": "benign"}


def test_targets_on_which_the_two_differ_become_unknown_and_classification_refuses() -> None:
    plan = Plan([CopyPaste(probability=1.0)], 0, Partners(("b",), {"b": TWO}.__getitem__))
    assert plan.apply(OWN, plan.draw(OWN, 0)).targets == {"class": None}
    assert "no known class" in CopyPaste().faults("classification")[0]
    assert CopyPaste().faults("segmentation") == []
