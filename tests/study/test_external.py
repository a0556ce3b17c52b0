"""External validation: another site in another layout, and what is refused."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bogam.cli import main
from bogam.core.errors import AuditStop, UserError
from bogam.data.phantoms.family import phantoms
from bogam.data.phantoms.write import write_phantom
from bogam.evaluate.external import evaluate_external, pairs_of

RECIPE = """\
task: segmentation
data: {root: images/site-a, channels: gray, patient: "{patient}_{rest}"}
split: {kind: holdout, test: 0.4, validation: 0.25}
prepare: [{resize: {size: [32, 32]}}, normalize]
model: {unet: {width: 4, depth: 2}}
loss: bce-dice
train: {epochs: 8, batch: 8, optimizer: {adamw: {learning_rate: 0.01}}}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("external")
    phantom = phantoms.parse({"breast-ultrasound": {"images": 80, "size": (48, 48), "sites": 2, "difficulty": 0.2}})
    write_phantom(phantom, folder / "images")
    (folder / "a.yaml").write_text(RECIPE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run(place: Path) -> Path:
    sys.argv = ["bogam", "train", str(place / "a.yaml"), "--out", str(place / "study")]
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    return next((place / "study").glob("runs/*/*"))


def test_another_site_in_another_layout_gives_the_drop_with_an_interval(run: Path, place: Path) -> None:
    words = evaluate_external(run, place / "images" / "site-b", resamples=200)
    assert "In-domain test part: dice" in words
    assert "Change: dice_change" in words
    table = {row["metric"]: row for row in
             pl.read_csv(next((run / "external").glob("*/external.csv"))).iter_rows(named=True)}["dice"]
    assert table["change"] == pytest.approx(table["external"] - table["in_domain"])
    assert table["change_low"] <= table["change"] <= table["change_high"]
    assert table["external_low"] <= table["external"] <= table["external_high"]


def test_where_patients_are_unknown_copies_count_as_one_group(run: Path, place: Path, tmp_path: Path) -> None:
    site = place / "images" / "site-b"
    for picture in sorted(site.rglob("*.png")):
        for copy in ("one", "two"):
            target = tmp_path / "b" / picture.relative_to(site).parent / f"{copy}-{picture.name}"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(picture, target)
    words = evaluate_external(run, tmp_path / "b", tmp_path / "out", patient="absent", resamples=50)
    assert "Unit of the external intervals: duplicate group" in words
    cases = pl.read_parquet(tmp_path / "out" / "cases.parquet")
    assert cases["group"].n_unique() <= cases["id"].n_unique() / 2


def test_pictures_that_the_model_has_seen_are_refused(run: Path, place: Path, tmp_path: Path) -> None:
    seen = json.loads((run / "model" / "model.json").read_text())["facts"]["seen_pixels"]
    assert len(seen) > 10
    shutil.copytree(place / "images" / "site-a", tmp_path / "again")
    with pytest.raises(AuditStop, match="trained on, pixel for pixel"):
        evaluate_external(run, tmp_path / "again", resamples=100)


def test_data_sets_that_share_patients_are_refused(run: Path, tmp_path: Path) -> None:
    other = tmp_path / "run"
    shutil.copytree(run, other)
    head = json.loads((other / "model" / "model.json").read_text())
    head["facts"]["dataset"] = "kermany"
    (other / "model" / "model.json").write_text(json.dumps(head))
    empty = {f"{part}_{what}": np.zeros((4, 28, 28) if what == "images" else (4, 1), np.uint8)
             for part in ("train", "val", "test") for what in ("images", "labels")}
    np.savez(tmp_path / "pneumoniamnist.npz", **empty)  # type: ignore[arg-type]
    with pytest.raises(AuditStop, match="kermany and pneumoniamnist hold images of the same patients"):
        evaluate_external(other, tmp_path / "pneumoniamnist.npz")


def test_pairs() -> None:
    assert pairs_of("--label", ["a=b", "c=d"]) == {"a": "b", "c": "d"}
    with pytest.raises(UserError, match="expected A=B"):
        pairs_of("--label", ["ab"])
