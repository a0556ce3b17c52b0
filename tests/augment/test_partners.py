"""Partners: grey scales, boxes, targets, and the shares of a mix of mixes."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.family import augmentations
from bogam.augment.partners import Partners, mixed_targets, paste, paste_where, sources
from bogam.augment.plan import Plan
from bogam.core.errors import UserError
from bogam.core.types import Case


def flat(name: str, value: float, dtype: str = "u1", **more: object) -> Case:
    return Case(name, np.full((1, 8, 8), value, dtype), **({"levels": (0.0, 255.0)} | more))  # type: ignore[arg-type]


def test_hounsfield_values_mean_the_same_in_every_case() -> None:
    case = flat("a", 0, "i2", levels=(-100.0, 100.0), level_unit="hu")
    other = flat("b", 40, "i2", levels=(-1000.0, 400.0), level_unit="hu")
    plan = Plan([augmentations.parse({"cutmix": {"probability": 1.0}})], 0, Partners(("b",), {"b": other}.__getitem__))
    assert 40 in plan.apply(case, plan.draw(case, 1)).image


def test_other_units_do_not_mix_with_physical_ones() -> None:
    case = flat("a", 0, "i2", levels=(-100.0, 100.0), level_unit="hu")
    other = flat("b", 40, "i2")
    plan = Plan([augmentations.parse({"mixup": {}})], 0, Partners(("b",), {"b": other}.__getitem__))
    with pytest.raises(UserError, match="in raw, expected int16"):
        plan.apply(case, plan.draw(case, 0))


def test_a_mix_of_mixes_spreads_its_shares() -> None:
    history = ({"step": "resize"},
               {"augment": "mixup", "partners": [{"id": "b", "steps": []}], "shares": [0.5, 0.5]},
               {"augment": "gamma", "gamma": 1.0},
               {"augment": "cutmix", "partners": [{"id": "c", "steps": []}], "shares": [0.8, 0.2]},
               {"augment": "copy-paste", "partners": [{"id": "d", "steps": []}]})
    assert sources(flat("a", 0, history=history)) == pytest.approx(
        {("a", False): 0.4, ("b", False): 0.4, ("c", False): 0.2})
    first = mixed_targets([{"class": "x"}, {"class": "y"}], (0.5, 0.5))
    assert mixed_targets([first, {"class": "x"}], (0.8, 0.2)) == {"class": pytest.approx({"x": 0.6, "y": 0.4})}


def test_targets_nobody_knows_stay_unknown() -> None:
    assert mixed_targets([{"class": None}, {"class": "x"}], (0.5, 0.5)) == {"class": None}
    assert mixed_targets([{"class": "x"}, {"class": "y"}], None) == {"class": None}
    assert mixed_targets([{"class": "x"}, {"class": "x"}], None) == {"class": "x"}
    assert mixed_targets([{"class": "x"}, {"class": None}], (1.0, 0.0)) == {"class": "x"}


def boxed(name: str, *boxes: tuple[float, float, float, float]) -> Case:
    return flat(name, 0, boxes=np.array(boxes, np.float64).reshape(-1, 4), box_labels=tuple(name for _ in boxes))


def test_a_box_shrinks_to_what_is_seen_and_goes_below_half() -> None:
    case, other = boxed("a", (0, 0, 4, 4), (0, 6, 2, 8)), boxed("b", (0, 0, 4, 8))
    plane = np.zeros((8, 8), bool)
    plane[:, 3:] = True
    made = paste_where([case, other], plane)
    assert made.boxes is not None
    assert made.boxes.tolist() == [[0, 0, 4, 3], [0, 3, 4, 8]]
    assert made.box_labels == ("a", "b")


def test_boxes_move_with_their_piece() -> None:
    case, other = boxed("a"), boxed("b", (1, 1, 3, 3))
    made = paste([case, other], [(1, (slice(4, 8), slice(2, 6)), (slice(0, 4), slice(0, 4)))])
    assert made.boxes is not None
    assert made.boxes.tolist() == [[5, 3, 7, 5]]


def test_a_partner_is_a_real_case_even_after_two_mixes() -> None:
    cases = {name: flat(name, k) for k, name in enumerate("abc")}
    plan = Plan([augmentations.parse("mixup"), augmentations.parse({"cutmix": {"probability": 1.0}})], 0,
                Partners(tuple("abc"), cases.__getitem__))
    first, second = plan.draw(cases["a"], 0)
    assert first["augment"] == "mixup"
    assert second["partners"][0]["steps"] == []
