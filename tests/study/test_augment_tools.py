"""Sheet, replay and files on disk: what they show is what a training sees."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import polars as pl
import pytest
import torch

from bogam.augment.plan import replay
from bogam.cli import main
from bogam.data.layout import recognize
from bogam.data.load import load_case
from bogam.data.manifest import Manifest
from bogam.data.phantoms.family import phantoms
from bogam.data.phantoms.write import write_phantom
from bogam.study.replay import replay_sample
from bogam.train.loader import Loader

RECIPE = """\
name: tools
task: {task}
data: {{root: images/site-a, channels: gray, patient: "{{patient}}_{{rest}}"}}
split: {{kind: kfold, folds: 2, validation: 0.25}}
prepare: [{{resize: {{size: [32, 32]}}}}, {{normalize: {{to: z-score}}}}]
augment: {augment}
model: {model}
loss: {loss}
train: {{epochs: 2, batch: 8, seeds: [5]}}
"""
MASKS = RECIPE.format(task="segmentation", augment="[flip-horizontal, rotate, {contrast: {about: mean}}, noise, "
                      "copy-paste, {ricap: {probability: 0.5}}]", model="{unet: {width: 4, depth: 2}}", loss="bce")
CLASSES = RECIPE.format(task="classification", augment="[grid-distortion, mixup, {augmix: {width: 2}}]",
                        model="{residual: {width: 4, depth: 1}}", loss="cross-entropy")


def call(*arguments: object) -> int:
    """Run a command line in this process; return its exit code."""
    before = sys.argv
    sys.argv = ["bogam", *map(str, arguments)]
    try:
        main()
    except SystemExit as stop:
        return int(stop.code or 0)
    finally:
        sys.argv = before
    raise AssertionError("main() always exits")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tools")
    write_phantom(phantoms.parse({"breast-ultrasound": {"images": 36, "size": (48, 48), "sites": 1}}),
                  folder / "images")
    (folder / "masks.yaml").write_text(MASKS, encoding="utf-8")
    (folder / "classes.yaml").write_text(CLASSES, encoding="utf-8")
    return folder


def trained(place: Path, name: str) -> tuple[Path, dict[tuple[int, str], Any]]:
    """Train; return the run's folder and, for each (epoch, id), what entered the network and its target."""
    seen: dict[tuple[int, str], Any] = {}
    real = Loader.epoch

    def watched(self: Loader, epoch: int) -> Any:
        for batch in real(self, epoch):
            each = batch.image.reshape(batch.views, len(batch.ids), *batch.image.shape[1:])
            wanted = batch.masks if batch.masks is not None else batch.targets
            assert wanted is not None
            for k, one in enumerate(batch.ids):
                seen[epoch, one] = (each[:, k].clone(), wanted[k].clone())
            yield batch

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Loader, "epoch", watched)
        assert call("train", place / f"{name}.yaml", "--out", place / name, "--cache", place / "cache") == 0
    return next((place / name / "runs").glob("*/*")), seen


@pytest.fixture(scope="module")
def masks_run(place: Path) -> tuple[Path, dict[tuple[int, str], Any]]:
    return trained(place, "masks")


def test_a_replay_is_what_the_training_saw_bit_for_bit(place: Path, masks_run: Any, capsys: Any) -> None:
    run, seen = masks_run
    assert {epoch for epoch, _ in seen} == {1, 2}
    changed = 0
    for (epoch, name), (image, masks) in list(seen.items())[::7]:
        done = replay_sample(run, name, epoch, place / "cache")
        assert np.array_equal(done.tensor, image.numpy())
        assert done.views[0].masks is not None
        assert np.array_equal(done.views[0].masks, masks.numpy())
        changed += len(done.views[0].history) > 2
    assert changed > 2
    name = next(one for epoch, one in seen if epoch == 2)
    capsys.readouterr()
    assert call("augment", "--replay", run, "--epoch", 2, "--id", name, "--out", place / "again") == 0  # no cache there
    said = capsys.readouterr().out
    files = sorted((place / "again").iterdir())
    assert [f.suffix for f in files] == [".npz", ".png"]
    with np.load(files[0]) as held:
        assert np.array_equal(held["tensor"], seen[2, name][0][0].numpy())
        history = json.loads(str(held["history"]))
    for entry in history:
        if "augment" in entry:
            assert entry["augment"] in said
    assert not (place / "masks" / "cache").exists()  # prepared anew elsewhere, not kept


def test_all_views_and_shares_of_classes_are_replayed(place: Path) -> None:
    run, seen = trained(place, "classes")
    labels = json.loads((place / "classes" / "study.json").read_text())["labels"]
    soft = 0
    for (epoch, name), (image, target) in list(seen.items())[::6]:
        assert image.shape[0] == 3
        done = replay_sample(run, name, epoch, place / "cache")
        assert np.array_equal(done.tensor, image.numpy())
        found = torch.tensor([done.shares.get(label, 0.0) for label in labels])
        assert torch.equal(found, target)
        soft += bool(0 < float(target.max()) < 1)
    assert soft
    assert call("augment", "--replay", run, "--epoch", 1, "--id", next(iter(seen))[1], "--out", place / "views",
                "--cache", place / "cache") == 0
    assert len(list((place / "views").glob("*-view?.png"))) == 3


def test_what_was_never_augmented_cannot_be_replayed(place: Path, masks_run: Any, capsys: Any) -> None:
    run, seen = masks_run
    folds = pl.read_parquet(place / "masks" / "manifest" / "folds.parquet").filter(pl.col("fold") == 0)
    test = folds.filter(pl.col("part") == "test")["id"][0]
    some = next(iter(seen))[1]
    for arguments, message in (
            (("--id", test, "--epoch", 1), "which is in the test part, expected an image of the run's training part"),
            (("--id", some + "x", "--epoch", 1), "Did you mean"), (("--id", some, "--epoch", 3), "expected 1 to 2")):
        assert call("augment", "--replay", run, *arguments, "--cache", place / "cache") == 2
        assert message in capsys.readouterr().err
    assert call("augment", "--replay", place, "--id", some, "--epoch", 1) == 2
    assert "no run within its study" in capsys.readouterr().err


def test_another_version_of_a_library_is_said(place: Path, masks_run: Any) -> None:
    run, seen = masks_run
    facts = json.loads((run / "run.json").read_text())
    changed = {**facts, "versions": {**facts["versions"], "opencv-python-headless": "1.0"}}
    (run / "run.json").write_text(json.dumps(changed), encoding="utf-8")
    done = replay_sample(run, next(iter(seen))[1], 1, place / "cache")
    (run / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    assert len(done.notes) == 1
    assert "opencv-python-headless 1.0" in done.notes[0]
    batches = {**facts, "notes": ["Augmented in whole batches on cuda, the faster way when it was tried."]}
    (run / "run.json").write_text(json.dumps(batches), encoding="utf-8")
    assert "not to the bit" in replay_sample(run, next(iter(seen))[1], 1, place / "cache").notes[0]
    (run / "run.json").write_text(json.dumps(facts), encoding="utf-8")


def test_a_sheet_shows_the_image_each_step_and_ten_draws(place: Path, capsys: Any) -> None:
    from bogam.study.sheet import sheet, try_image
    trial = try_image(None, place / "masks.yaml", [], cache=place / "cache")
    assert trial.case.masks is not None
    assert trial.case.masks.any()
    assert trial.plan.seed == 5
    folds = pl.read_parquet(place / "masks" / "manifest" / "folds.parquet") if (place / "masks").exists() else None
    if folds is not None:
        train = folds.filter((pl.col("fold") == 0) & (pl.col("part") == "train"))["id"].to_list()
        assert trial.plan.partners is not None
        assert list(trial.plan.partners.ids) == train
    figure = sheet(trial)
    svg = figure.wide
    for words in ("The image as prepared", "flip-horizontal", "copy-paste", "angle_degrees from -15 to 15", "Epoch 10"):
        assert words in svg, words
    assert svg.count("<image") == 1 + 6 + 10
    assert call("augment", place / "masks.yaml", "--set", "rotate", "--sheet", place / "sheet.png") == 0
    picture = cv2.imdecode(np.frombuffer((place / "sheet.png").read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape[1] > 1400
    assert (place / "sheet.svg").is_file()
    assert capsys.readouterr().out.strip().endswith("sheet.svg")


def test_a_sheet_of_one_image_with_its_mask_or_of_an_image_of_the_recipe(place: Path) -> None:
    from bogam.study.sheet import try_image
    masks = sorted((place / "images").rglob("*_mask.png"))
    mask = next(m for m in masks if cv2.imdecode(np.frombuffer(m.read_bytes(), np.uint8), 0).any())
    image = mask.with_name(mask.name.replace("_mask", ""))
    alone = try_image(image, None, ["[gamma, shift]"], masks=[mask])
    assert [step.kind for step in alone.plan.steps] == ["gamma", "shift"]
    assert alone.case.image.shape == (1, 48, 48)
    assert alone.case.masks is not None
    assert alone.case.masks.any()
    within = try_image(image, place / "masks.yaml", ["geometric", "train.seeds=[9]"])
    assert within.case.image.shape == (1, 32, 32)
    assert within.case.id in image.name
    assert within.plan.seed == 9


@pytest.mark.parametrize(("arguments", "message"), [
    (("{image}", "--sheet", "{out}.png"), "got no augmentation, expected an image and --recipe or --set"),
    (("{image}", "--set", "geometrix", "--sheet", "{out}.png"), "Did you mean 'geometric'"),
    (("{image}", "--set", "mixup", "--sheet", "{out}.png"), "Mixes need a training part"),
    (("{image}", "--set", "rotate", "--set", "zoom", "--sheet", "{out}.png"), "expected one augmentation"),
    (("{image}", "--set", "train.epochs=1", "--sheet", "{out}.png"), "expected --recipe RECIPE"),
    (("{image}", "--set", "rotate", "--sheet", "{out}.bmp"), "a file that ends in .png, .svg or .pdf"),
    (("{recipe}", "--id", "nobody", "--set", "rotate", "--sheet", "{out}.png"), "got 'nobody', expected an id of"),
    (("{recipe}", "--set", "none", "--sheet", "{out}.png"), "got no step, expected one or more"),
    (("{recipe}",), "expected one of --sheet, --replay and --offline"),
    (("--replay", "{image}"), "got no --id or no --epoch"),
    (("{image}", "--offline", "1"), "got no recipe, expected one: its split"),
])
def test_faults_of_the_command(place: Path, arguments: tuple[str, ...], message: str, capsys: Any) -> None:
    image = next(p for p in (place / "images").rglob("*.png") if "_mask" not in p.name)
    filled = [a.format(image=image, out=place / "fault", recipe=place / "masks.yaml") for a in arguments]
    assert call("augment", *filled) == 2
    said = capsys.readouterr().err
    assert message in " ".join(said.split())
    assert "Traceback" not in said


def test_copies_are_of_the_training_part_alone_with_their_parents(place: Path) -> None:
    out = place / "copies"
    arguments = ("augment", place / "masks.yaml", "--offline", 2, "--fold", 1, "--out", out, "--cache", place / "cache")
    assert call(*arguments) == 0
    manifest = Manifest.load(out / "manifest")
    manifest.check()
    from bogam.study.data import make_ready
    from bogam.study.recipe import load_recipe
    ready = make_ready(load_recipe(place / "masks.yaml"), place / "cache")
    from bogam.data.split import part_ids
    train = part_ids(ready.manifest, 0, 1, "train")
    assert len(manifest) == 3 * len(train)
    real = manifest.images.filter(pl.col("origin") != "derived")
    assert set(real["id"]) == set(train)
    for row in manifest.images.filter(pl.col("origin") == "derived").iter_rows(named=True):
        assert set(row["parents"]) <= set(train)
        assert row["parents"][0] == row["id"].rpartition("_aug")[0]
    assert max(len(p) for p in manifest.images["parents"].to_list()) > 2  # ricap's partners too

    lines = [json.loads(line) for line in (out / "history.jsonl").read_text(encoding="utf-8").splitlines()]
    originals = {one: load_case(manifest, one, "gray") for one in train}
    for line in lines[:: 7]:
        copy = load_case(manifest, line["id"], "gray")
        again = replay(originals[line["source"]], line["history"], originals.__getitem__)
        assert np.array_equal(copy.image, again.image)
        assert np.array_equal(copy.masks, again.masks)  # type: ignore[arg-type]

    read = recognize(out)
    assert dict(zip(read.images["id"], read.images["origin"], strict=True)) == \
        dict(zip(manifest.images["id"], manifest.images["origin"], strict=True))
    assert dict(zip(read.images["id"], read.images["parents"].to_list(), strict=True)) == \
        dict(zip(manifest.images["id"], manifest.images["parents"].to_list(), strict=True))
    stamps = {p.name: p.read_bytes() for p in sorted(out.rglob("*.png"))}
    assert call(*arguments) == 0
    assert stamps == {p.name: p.read_bytes() for p in sorted(out.rglob("*.png"))}


def test_copies_of_mixes_have_shares_of_classes(place: Path) -> None:
    out = place / "mixed"
    assert call("augment", place / "classes.yaml", "--set", "[mixup]", "--offline", 1, "--out", out, "--cache",
                place / "cache") == 0
    frame = pl.read_csv(out / "images.csv")
    shares = frame.select(pl.col("^share:.*$"))
    assert shares.width >= 2
    assert np.allclose(shares.sum_horizontal().to_numpy(), 1.0)
    copies = frame.filter(pl.col("origin") == "derived")
    assert copies["class"].null_count() > 0
    assert frame.filter(pl.col("origin") != "derived")["class"].null_count() == 0


@pytest.mark.parametrize(("extra", "message"), [
    (("--id", "{test}"), "which is in the test part of fold 0, expected an image of the training part"),
    (("--id", "{validation}"), "which is in the validation part of fold 0"),
    (("--fold", "7"), "expected 0 to 1"), (("--set", "none"), "got no step"),
    (("--set", "{{mixup: {{on_masks: blend}}}}"), "steps that leave masks of 0 and 1"),
    (("--set", "augmix"), "expected `consistency: 0`"),
])
def test_what_is_not_expanded(place: Path, tmp_path: Path, extra: tuple[str, ...], message: str, capsys: Any) -> None:
    from bogam.data.split import part_ids
    from bogam.study.data import make_ready
    from bogam.study.recipe import load_recipe
    ready = make_ready(load_recipe(place / "masks.yaml"), place / "cache")
    held = {part: part_ids(ready.manifest, 0, 0, part)[0] for part in ("validation", "test")}
    assert call("augment", place / "masks.yaml", "--offline", 1, "--out", tmp_path / "out", "--cache", place / "cache",
                *(e.format(**held) for e in extra)) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.rglob("*.png"))


def test_a_folder_with_something_else_is_left_alone(place: Path, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    assert call("augment", place / "masks.yaml", "--offline", 1, "--out", tmp_path, "--cache", place / "cache") == 2
    assert "a folder that holds something else" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
