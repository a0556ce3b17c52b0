"""External validation: another site in another layout, and what is refused."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import cv2
import nibabel
import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from bogam.cli import main
from bogam.cli.evaluate import evaluate
from bogam.core.errors import AuditStop, BogamError, FileProblem, UserError
from bogam.core.types import Case
from bogam.data.manifest import Manifest
from bogam.data.phantoms.family import phantoms
from bogam.data.phantoms.write import write_phantom
from bogam.evaluate import external
from bogam.evaluate.external import evaluate_external, mask_values_of, pairs_of

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


def site_of(place: Path, target: Path) -> Path:
    """Copy site b, whose images and masks lie in two folders."""
    shutil.copytree(place / "images" / "site-b", target)
    return target


def masks_in(site: Path) -> list[Path]:
    masks = sorted(p for p in site.rglob("*.png") if "mask" in p.relative_to(site).as_posix())
    assert masks
    return masks


def evaluated(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(evaluate, [str(a) for a in arguments])
    if isinstance(done.exception, BogamError):
        return done.exception.exit_code, str(done.exception)
    return done.exit_code, done.output


def test_broken_images_and_masks_of_another_size_are_set_aside_and_the_evaluation_goes_on(
        run: Path, place: Path, tmp_path: Path) -> None:
    site = site_of(place, tmp_path / "b")
    first, second = masks_in(site)[:2]
    first.write_bytes(first.read_bytes()[:60])
    cv2.imwrite(str(second), cv2.resize(cv2.imread(str(second), cv2.IMREAD_UNCHANGED), (20, 24)))
    before = evaluate_external(run, place / "images" / "site-b", tmp_path / "whole", resamples=50)
    assert "Set aside" not in before
    words = evaluate_external(run, site, tmp_path / "out", resamples=50)
    whole, scored = (pl.read_parquet(tmp_path / name / "cases.parquet")["id"].n_unique() for name in ("whole", "out"))
    assert scored == whole - 2
    assert "Set aside and not scored: 2 files" in words
    assert "--resize-masks" in words
    aside = pl.read_csv(tmp_path / "out" / "set_aside.csv")
    assert all(file in words for file in aside["file"].to_list())
    assert any(second.name in problem for problem in aside["problem"].to_list())
    words = evaluate_external(run, site, tmp_path / "resized", resize_masks=True, resamples=50)
    assert "Set aside and not scored: 1 file," in words
    assert pl.read_parquet(tmp_path / "resized" / "cases.parquet")["id"].n_unique() == whole - 1


def test_an_image_that_breaks_after_the_scan_is_set_aside(run: Path, place: Path, tmp_path: Path,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    load = external.load_case
    lost: list[str] = []

    def broken(manifest: Manifest, name: str, **options: Any) -> Case:
        if not lost or name in lost:
            lost.append(name)
            raise FileProblem(name, "cannot be read any more")
        return load(manifest, name, **options)

    monkeypatch.setattr(external, "load_case", broken)
    words = evaluate_external(run, place / "images" / "site-b", tmp_path / "out", resamples=50)
    assert "cannot be read any more" in words
    assert lost[0] not in pl.read_parquet(tmp_path / "out" / "cases.parquet")["id"].to_list()


def test_an_image_of_other_channels_than_the_models_is_set_aside(run: Path, place: Path, tmp_path: Path) -> None:
    color = tmp_path / "run"
    shutil.copytree(run, color)
    path = color / "model" / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"channels": "keep"}))
    site = site_of(place, tmp_path / "b")
    picture = next(p for p in sorted(site.rglob("*.png")) if p not in masks_in(site))
    gray = cv2.imread(str(picture), cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(str(picture), np.stack([gray, gray // 2, gray], axis=-1))
    words = evaluate_external(color, site, tmp_path / "out", resamples=50)
    assert "an image of 3 channels, expected 1" in words
    assert "Set aside and not scored: 1 file," in words


def test_a_folder_where_every_file_is_broken_says_so(run: Path, place: Path, tmp_path: Path) -> None:
    site = site_of(place, tmp_path / "b")
    for picture in sorted(site.rglob("*.png")):
        picture.write_bytes(picture.read_bytes()[:60])
    code, words = evaluated(run, site)
    assert code == 2
    assert re.search(r"got \d+ images of which none can be scored \(such as .*png: .*expected at least one", words)


def test_values_of_masks_are_named_on_the_command_line(run: Path, place: Path, tmp_path: Path) -> None:
    site = site_of(place, tmp_path / "b")
    for mask in masks_in(site):
        values = cv2.imread(str(mask), cv2.IMREAD_UNCHANGED)
        marked = np.where(values > 0, 2, 0).astype(np.uint8)
        marked[:4][marked[:4] == 0] = 1  # something else, which is no lesion
        cv2.imwrite(str(mask), marked)
    label = json.loads((run / "model" / "model.json").read_text())["labels"][0]
    code, words = evaluated(run, site, "--out", tmp_path / "out", "--mask-value", "1=frame", "--mask-value",
                            f"2={label}")
    assert code == 0, words
    expected = evaluate_external(run, place / "images" / "site-b", tmp_path / "plain", resamples=50)
    assert expected
    frames = [pl.read_parquet(tmp_path / name / "cases.parquet").sort("id") for name in ("out", "plain")]
    assert frames[0].select("tp", "fp", "fn").equals(frames[1].select("tp", "fp", "fn"))


def test_volumes_are_cut_into_slices(run: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for part in ("images", "masks"):
        (tmp_path / "ct" / part).mkdir(parents=True)
    for name in ("v1", "v2", "v3"):
        levels = rng.integers(0, 200, (24, 20, 6)).astype(np.int16)
        nibabel.save(nibabel.Nifti1Image(levels, np.eye(4)), tmp_path / "ct" / "images" / f"{name}.nii.gz")
        marked = (levels > 150).astype(np.uint8)
        nibabel.save(nibabel.Nifti1Image(marked, np.eye(4)), tmp_path / "ct" / "masks" / f"{name}.nii.gz")
    code, words = evaluated(run, tmp_path / "ct", "--out", tmp_path / "refused")
    assert code == 2
    assert "--slice z" in words
    code, words = evaluated(run, tmp_path / "ct", "--out", tmp_path / "out", "--slice", "z", "--slice-every", "2")
    assert code == 0, words
    assert pl.read_parquet(tmp_path / "out" / "cases.parquet")["id"].n_unique() == 9


def test_mask_values_are_whole_numbers() -> None:
    with pytest.raises(UserError, match="VALUE=LABEL with a whole number"):
        mask_values_of(["one=lesion"])


def test_pairs() -> None:
    assert pairs_of("--label", ["a=b", "c=d"]) == {"a": "b", "c": "d"}
    with pytest.raises(UserError, match="expected A=B"):
        pairs_of("--label", ["ab"])
