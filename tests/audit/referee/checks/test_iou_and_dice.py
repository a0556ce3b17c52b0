"""IoU and Dice of the same masks."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.audit.referee.checks.iou_and_dice import mean_iou_span
from bogam.audit.referee.printed import parse_number

KIND = "iou-and-dice"


def row(iou: str, dice: str) -> dict[str, str]:
    return {"network": "a", "iou": iou, "dice": dice}


def test_the_published_pair(objections) -> None:
    found, = objections(KIND, row(".624", ".411"))
    assert (found.severity, found.title) == ("impossible", "IoU above Dice")
    # D / (2 - D) at .4105 is .4105 / 1.5895 = .2583; background at most 2 * .6245 - .2583 = .9907
    assert found.numbers == ("IoU .624 > Dice .411. By its Dice the IoU is 0.258 to 0.412. Read as a mean with the "
                             "background, the IoU of the foreground alone is then 0.258 to 0.412, and that of the "
                             "background 0.835 to 0.991.")


@pytest.mark.parametrize(("iou", "dice", "title"), [
    (".7", ".7", None), (".906", ".905", None), (".907", ".905", "IoU above Dice"), ("0.333", "0.500", None),
    ("0.332", "0.500", "IoU below what its Dice allows"), ("0.33", "0.50", None),  # .4995 / 1.5005 = .3329
    ("1.00", "1.00", None), ("0.00", "0.00", None), ("0.01", "0.00", None), ("0.02", "0.00", "IoU above Dice")])
def test_the_bounds(objections, iou: str, dice: str, title: str | None) -> None:
    assert [o.title for o in objections(KIND, row(iou, dice))] == ([title] if title else [])


def test_a_mean_too_high_even_with_the_background(objections) -> None:
    found, = objections(KIND, row("0.80", "0.41"))  # (1 + .415) / 2 = .7075
    assert "too high even for a mean with the background" in found.numbers


def test_pooled_values_have_an_identity(objections) -> None:
    def pooled(iou: str) -> list:
        return objections(KIND, {"network": "a", "iou_pooled": iou, "dice_pooled": "0.667"})
    assert pooled("0.500") == []
    assert [o.title for o in pooled("0.502")] == ["Pooled IoU and Dice that do not agree"]
    assert objections(KIND, {"network": "a", "iou_pooled": "0.9", "dice": "0.5"}) == []  # other averages


def test_the_mean_with_background_over_all_images(objections) -> None:
    def both(mean: str) -> list:
        return objections(KIND, {"network": "a", "mean_iou": mean, "dice_all": "0.60"})
    assert both("0.80") == []  # (1 + .6) / 2
    assert both("0.22") == []  # .6 / 1.4 / 2 = .214
    assert [o.title for o in both("0.82")] == ["A mean IoU that no background gives"]
    assert [o.title for o in both("0.20")] == ["A mean IoU that no background gives"]
    assert objections(KIND, {"network": "a", "mean_iou": "0.82", "dice": "0.60"}) == []  # other images


def test_means_of_any_masks_lie_within(objections) -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        dice = rng.beta(*rng.uniform(0.2, 5, 2), 20)
        low, high = mean_iou_span(parse_number(f"{dice.mean():.3f}"))
        assert float(low) <= (dice / (2 - dice)).mean() <= float(high)
