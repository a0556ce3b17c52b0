"""Copies that keep the mask in place leak nearly all of it; an honest split gives nothing for any expansion."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from bogam.audit.probe.expansion import expansions
from bogam.augment.family import Augment, augmentations
from bogam.core.errors import UserError
from bogam.core.types import Case
from bogam.data.phantoms.family import phantoms
from bogam.data.phantoms.write import write_phantom

EXAMPLE = Path(__file__).parents[3] / "examples" / "copy-probe" / "run.py"
SETS: dict[str, list[Augment]] = {
    "none": [], "tones": [augmentations.parse({"equalize": {}}), augmentations.parse({"gaussian-blur": {}})],
    "flips": [augmentations.parse({"flip-horizontal": {}}), augmentations.parse({"flip-vertical": {}})]}


def cases(count: int = 80) -> list[Case]:
    rng = np.random.default_rng(0)
    made = []
    for k in range(count):
        image = cv2.GaussianBlur(rng.normal(size=(48, 48)).astype(np.float32), (0, 0), 3)
        image = np.uint8(255 * (image - image.min()) / np.ptp(image))
        mask = np.zeros((48, 48), np.uint8)
        top, left = rng.integers(0, 36, 2)
        mask[top:top + 12, left:left + 12] = 1
        made.append(Case(f"c{k}", image[None], (0.0, 255.0), masks=mask[None]))
    return made


def test_the_signature_of_pooled_copies() -> None:
    made = cases()
    rows = {row.name: row for row in expansions(made, [c.id for c in made], SETS, seeds=range(2))}
    assert [row.pictures for row in rows.values()] == [80, 240, 240]
    none, tones, flips = rows.values()
    assert none.difference == pytest.approx(none.leaky - none.honest, abs=1e-9)
    assert abs(none.difference) < 0.05  # no picture has a copy
    assert tones.leaky > 0.95  # the copy lies beside it, with the mask in place
    assert tones.low is not None
    assert tones.low > 0.7
    assert flips.leaky < 0.5  # the mask moved with the picture, so that copying it is of no use
    for row in rows.values():
        assert row.honest < 0.25
        assert row.leaky_mean_iou is not None
        assert row.leaky_mean_iou < 1


def test_groups_stay_whole_in_the_honest_way() -> None:
    half = cases(40)
    twice = [*half, *(case.but(id=f"{case.id}-again") for case in half)]
    divided = expansions(twice, [c.id for c in twice], {"none": []}, seeds=range(1))[0]
    whole = expansions(twice, [c.id.split("-")[0] for c in twice], {"none": []}, seeds=range(1))[0]
    assert divided.honest > 0.75
    assert whole.honest < 0.25
    assert whole.leaky == pytest.approx(divided.leaky)


def test_classes_are_scored_by_balanced_accuracy() -> None:
    made = cases(60)
    rows = expansions(made, [c.id for c in made], {"tones": SETS["tones"]}, classes=["a"] * 45 + ["b"] * 15,
                      seeds=range(2))
    assert rows[0].metric == "balanced accuracy"
    assert rows[0].leaky > 0.9
    assert rows[0].honest == pytest.approx(0.5, abs=0.15)
    assert rows[0].leaky_mean_iou is None


@pytest.mark.parametrize(("change", "message"), [
    ({"masks": None}, "got no mask, or an empty one, expected a mask to copy"),
    ({"image": np.zeros((1, 5, 5), np.uint8)}, "got an image of shape (1, 5, 5), expected grey pictures"),
])
def test_what_cannot_be_copied_is_said(change, message: str) -> None:
    made = cases(10)
    made[3] = made[3].but(**change)
    with pytest.raises(UserError, match="case c3: "):
        expansions(made, [c.id for c in made], SETS)
    with pytest.raises(UserError) as error:
        expansions(made, [c.id for c in made], SETS)
    assert message in str(error.value)


def test_the_example_runs_on_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                        capsys: pytest.CaptureFixture[str]) -> None:
    write_phantom(phantoms.parse({"breast-ultrasound": {"images": 40, "size": (48, 48), "sites": 1}}), tmp_path / "us")
    monkeypatch.setattr(sys, "argv", ["run.py", str(tmp_path / "us" / "site-a"), "--size", "32", "--seeds", "1",
                                      "--out", str(tmp_path / "out")])
    with pytest.raises(SystemExit) as done:
        runpy.run_path(str(EXAMPLE), run_name="__main__")
    said = capsys.readouterr().out
    assert done.value.code == 0, said
    rows = (tmp_path / "out" / "copy-probe.csv").read_text(encoding="utf-8").splitlines()
    assert [row.split(",")[0] for row in rows] == ["name", "none", "geometric", "all", "filter"]
    assert "| filter |" in said
    monkeypatch.setattr(sys, "argv", ["run.py", str(tmp_path / "nowhere")])
    with pytest.raises(SystemExit) as done:
        runpy.run_path(str(EXAMPLE), run_name="__main__")
    assert done.value.code == 2
