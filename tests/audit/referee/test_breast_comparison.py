"""The example: what is known to be wrong in the published tables is found, and the committed page is current."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from bogam.audit.referee.results import Reading
from bogam.audit.referee.run import referee

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "breast-comparison"


@pytest.fixture(scope="module")
def judged():
    return referee(EXAMPLE / "results.csv", EXAMPLE / "counts.csv", EXAMPLE / "claims.csv", Reading(scale="fraction"))


def has(judged, check: str, severity: str, *words: str) -> bool:
    return any(all(word in f"{o.where}: {o.numbers}" for word in words) for o in judged.objections
               if (o.check, o.severity) == (check, severity))


def test_masks_counted_as_images(judged) -> None:
    assert has(judged, "counts-add", "suspicious", "1,578 images = 780 images + 798 masks")
    assert has(judged, "counts-add", "suspicious", "891 images = 437 images + 454 masks")
    assert has(judged, "counts-add", "suspicious", "10,239 images = 3,103 images + 3,568 crops + 3,568 masks")


def test_counts_that_do_not_add(judged) -> None:
    assert has(judged, "counts-add", "impossible", "10,239", "4,090 + 4,090 + 2,040 = 10,220")
    assert has(judged, "counts-add", "impossible", "2,040, but there are none")
    assert has(judged, "counts-add", "suspicious", "15,921 / 3,185", "4.9987", "15,925")
    assert has(judged, "counts-add", "suspicious", "1,578, but ultrasound_vanilla is 1,568")
    assert has(judged, "counts-add", "impossible", "1,568, but there are only 647")
    assert not any("7,840" in o.numbers or "277,524" in o.numbers for o in judged.objections)  # those are right


def test_every_iou_above_its_dice_and_no_other(judged) -> None:
    found = {o.lines[0] for o in judged.objections if o.check == "iou-and-dice"}
    rows = [row for row in judged.submission.results.rows if "iou" in row.values]
    assert len(rows) == 66
    above = {row.line for row in rows if row.values["iou"].value - row.values["iou"].unit / 2
             > row.values["dice"].value + row.values["dice"].unit / 2}
    assert found == above
    assert len(above) == 58
    assert has(judged, "iou-and-dice", "impossible", "Table 5: mammography, vanilla, UNet, Dice", "0.258 to 0.412")


def test_gains_across_cells(judged) -> None:
    assert has(judged, "claimed-gains", "suspicious", "33.3 %", "+20.8 points", ".634 -> .832 is +19.8 points")
    assert has(judged, "claimed-gains", "suspicious", "22.8 %", "+18.0 points", ".84 -> .97 is +13.0 points, 15.5 %")


def test_winners_within_noise(judged) -> None:
    assert has(judged, "claimed-best", "remark", "IoU .639", ".634", "0.5 points", "no repeated run")
    assert has(judged, "claimed-best", "remark", "IoU .793", ".792", "0.1 points")
    assert has(judged, "claimed-best", "suspicious", "Dice .764 in both")
    assert sum(o.check == "within-noise" for o in judged.objections) == 5


def test_repeats(judged) -> None:
    # two of them in 48 cells: chance alone gives as many in one of 50 such tables, so they are named, not accused
    assert has(judged, "repeated-cells", "remark", "2 or more have a probability of 0.0", "DeepLabV3, Dice",
               "DeepLabV3, Tversky", ".691", ".557", "ResUNet++, Tversky", ".812", ".789")
    assert has(judged, "printed-twice", "suspicious", "Table 6", "Table 7", "Dice .77 and .764")


def test_read_as_a_mean_with_the_background_nothing_is_above_anything() -> None:
    other = referee(EXAMPLE / "results.csv", reading=Reading({"iou": "mean_iou"}, "fraction"))
    assert not [o for o in other.objections if o.severity == "impossible"]
    assert has(other, "mean-iou-and-background", "remark", "Mean IoU .624, Dice .411", "0.258 to 0.412")


def test_the_committed_page_is_current() -> None:
    spec = importlib.util.spec_from_file_location("referee_page", ROOT / "docs" / "referee_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    held = module.PAGE.read_text(encoding="utf-8")
    assert held == module.page(), "run `python docs/referee_page.py`"
    assert "does not describe its split" in held
    assert not re.search(r"\b(fraud|cheat|fake|manipulat)", held, re.IGNORECASE)
