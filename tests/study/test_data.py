"""From the recipe's data section to a manifest that is read, audited and split."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import polars as pl
import pytest

from bogam.audit.family import Evidence
from bogam.core.errors import AuditStop, UserError
from bogam.data.load import load_case
from bogam.data.manifest import IMAGES, OBJECTS, Manifest, TargetSpec, table
from bogam.data.phantoms.family import phantoms
from bogam.data.phantoms.write import write_phantom
from bogam.study.data import (
    check_channels,
    choose_target,
    class_indices,
    include,
    labels_of,
    make_ready,
    open_data,
    read_all,
    unlabeled,
    usable,
)
from bogam.study.recipe import DataSection, Recipe, parse_recipe
from bogam.study.run import Options, plan_runs

MULTI = TargetSpec(kind="multiclass", labels=("a", "b", "c"))


def make(targets: dict[str, list[str | None]] | None = None, masks: tuple[str, ...] = (),
         **kinds: TargetSpec) -> Manifest:
    number = len(next(iter((targets or {"class": ["a", "b", "a", None]}).values())))
    ids = [f"i{k}" for k in range(number)]
    images = [{"id": i, "image": f"{i}.png", "origin": "real", "site": "xyxy"[k % 4]} for k, i in enumerate(ids)]
    objects = [{"id": i, "kind": "mask", "label": "m", "locator": None} for i in masks]
    columns = targets if targets is not None else {"class": ["a", "b", "a", None]}
    return Manifest(Path("root"), "made", table(images, IMAGES), objects=table(objects, OBJECTS),
                    targets=pl.DataFrame({"id": ids, **columns}), mask_labels=("m",) if masks else (),
                    target_specs=kinds or dict.fromkeys(columns, MULTI))


def section(**fields: object) -> DataSection:
    return DataSection(root=".", **fields)


def test_include_keeps_the_wanted_values_of_any_column() -> None:
    kept = include(make(), {"class": ["a"], "site": ["x"]})
    assert kept.images["id"].to_list() == ["i0", "i2"]
    assert kept.notes == ("data.include.class: 2 images left out.", "data.include.site: 0 images left out.")
    assert len(include(make(), {})) == 4


def test_include_names_what_there_is() -> None:
    with pytest.raises(UserError, match=r"data.include: got the column 'clas'.*Did you mean 'class'"):
        include(make(), {"clas": ["a"]})
    with pytest.raises(UserError, match=r"data.include.class: got \['A'\], which no image has, expected some of \["):
        include(make(), {"class": ["A"]})


def test_the_target_is_the_named_one_the_only_one_or_class() -> None:
    assert choose_target(make(), section(), "classification") == "class"
    assert choose_target(make({"grade": ["a"]}), section(), "classification") == "grade"
    two = {"grade": ["a", "b"], "class": ["a", "b"]}
    assert choose_target(make(two), section(), "classification") == "class"
    assert choose_target(make(two), section(target="grade"), "classification") == "grade"
    with pytest.raises(UserError, match="Did you mean 'grade'"):
        choose_target(make(two), section(target="grad"), "classification")


def test_several_columns_must_be_chosen_from_but_not_for_a_segmentation() -> None:
    whole = make({"grade": ["a"], "stage": ["b"]})
    with pytest.raises(UserError, match=r"Found: grade, stage\."):
        choose_target(whole, section(), "classification")
    assert choose_target(whole, section(), "segmentation") is None


def test_a_column_that_is_no_class_says_what_it_is() -> None:
    whole = make({"age": ["1"]}, age=TargetSpec(kind="ordinal", labels=("1",)))
    with pytest.raises(UserError, match="'age', which is ordinal"):
        choose_target(whole, section(target="age"), "classification")


def test_without_labels_the_way_out_fits_what_is_there() -> None:
    bare = make().but(target_specs={}, targets=make().targets.select("id"))
    with pytest.raises(UserError, match=r"no masks either.*one folder per class"):
        choose_target(bare, section(), "classification")
    boxes = table([{"id": "i0", "kind": "box", "label": "b"}], OBJECTS)
    assert "There are 1 boxes, but bogam cannot learn from boxes yet" in unlabeled(bare.but(objects=boxes))
    assert unlabeled(make(masks=("i0",))) == "There are masks: is it `task: segmentation`?"


def test_labels_are_those_present_in_the_declared_order() -> None:
    assert labels_of(make(), section(), "classification", "class") == ("a", "b")  # nobody has c
    assert labels_of(make(), section(labels=["b", "a"]), "classification", "class") == ("b", "a")
    assert labels_of(make(masks=("i0",)), section(), "segmentation", None) == ("m",)
    with pytest.raises(UserError, match=r"data.labels.*an order of \['a', 'b'\]"):
        labels_of(make(), section(labels=["a", "b", "c"]), "classification", "class")
    with pytest.raises(UserError, match=r"got 1 class \(a\), expected two or more"):
        labels_of(make({"class": ["a", "a"]}), section(), "classification", "class")
    with pytest.raises(UserError, match="is it `task: classification`"):
        labels_of(make(), section(), "segmentation", "class")


def test_a_missing_label_is_not_a_negative() -> None:
    kept, notes = usable(make(), "classification", "class")
    assert kept.images["id"].to_list() == ["i0", "i1", "i2"]
    assert notes == ["1 images without class take no part."]
    kept, notes = usable(make(masks=("i3", "i1")), "segmentation", None)
    assert kept.images["id"].to_list() == ["i1", "i3"]  # an empty mask is a label too
    assert notes == ["2 images without a mask take no part."]
    whole = make({"class": ["a", "b"]})
    assert usable(whole, "classification", "class") == (whole, [])


def test_class_indices_follow_the_labels() -> None:
    assert class_indices(make(), "class", ("b", "a")) == {"i0": 1, "i1": 0, "i2": 1}
    assert class_indices(make(), None, ()) == {}


def put(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(".png", image)[1].tobytes())


def recipe(root: Path, task: str = "classification", **more: object) -> Recipe:
    data = {"root": str(root), **more.pop("data", {})}  # type: ignore[dict-item]
    return parse_recipe({"task": task, "data": data, "prepare": ["normalize"],
                         "model": "residual" if task == "classification" else "unet",
                         "loss": "cross-entropy" if task == "classification" else "bce", **more})


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("phantom")
    made = phantoms.parse({"breast-ultrasound": {"images": 24, "size": (32, 32), "sites": 1}})
    write_phantom(made, root, layout="folders", overwrite=True)
    return root / "site-a"


def test_ready_data_are_split_by_patient_and_audited(phantom: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    ready = make_ready(recipe(phantom, split={"folds": 2}), tmp_path, lambda *step: told.append(step))
    assert ready.target == "class"
    assert ready.unit == "patient"
    assert ready.manifest.folds["fold"].unique().to_list() == [0, 1]
    assert {f.rule for f in ready.audit.findings} >= {"group-id", "class-counts"}
    assert ready.accepted == []
    assert {what for what, _, _ in told} == {"Reading images", "Comparing images", "Aligning pairs"}
    per_patient = ready.manifest.folds.join(ready.manifest.images.select("id", "patient"), on="id").group_by(
        "fold", "patient").agg(pl.col("part").n_unique())
    assert per_patient["part"].max() == 1


def test_the_named_order_of_mask_labels_is_that_of_the_planes(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for k in range(6):
        put(tmp_path / "images" / f"{k}.png", rng.integers(0, 256, (8, 8), np.uint8))
        values = np.zeros((8, 8), np.uint8)
        values[0, :3], values[1, :1] = 1, 2
        put(tmp_path / "masks" / f"{k}.png", values)
    data = {"mask_values": {1: "head", 2: "tail"}, "patient": "absent"}
    for order in (["head", "tail"], ["tail", "head"]):
        asked = recipe(tmp_path, "segmentation", data={**data, "labels": order}, split={"folds": 2})
        ready = make_ready(asked, tmp_path)
        assert ready.labels == ready.manifest.mask_labels == tuple(order)
        masks = load_case(ready.manifest, ready.manifest.images["id"][0]).masks
        assert masks is not None
        assert dict(zip(order, masks.sum(axis=(1, 2)).tolist(), strict=True)) == {"head": 3, "tail": 1}


def leaky(root: Path) -> Path:
    """Class folders in train and test; one test image is a copy of a training image."""
    rng = np.random.default_rng(0)
    for part, number in (("train", 8), ("test", 4)):
        for label in ("well", "sick"):
            for k in range(number):
                put(root / part / label / f"{part} {label} ({k}).png", rng.integers(0, 256, (16, 16), np.uint8))
    copied = root / "train/sick/train sick (0).png"
    (root / "test/sick/test sick (0).png").write_bytes(copied.read_bytes())
    return root


def test_a_leak_across_the_given_parts_stops_the_study(tmp_path: Path) -> None:
    root = leaky(tmp_path / "data")
    official = {"split": {"kind": "official"}, "data": {"patient": "absent"}}
    with pytest.raises(AuditStop) as caught:
        make_ready(recipe(root, **official), tmp_path / "cache")
    assert caught.value.exit_code == 3
    assert "1 identical picture lies on two sides: the test part and another." in str(caught.value)
    assert "test/sick/test sick (0).png" in str(caught.value)
    reason = "kept to compare with the published number"
    accepted = {"accept": {"same-picture-across-split": reason}}
    ready = make_ready(recipe(root, **official, audit=accepted), tmp_path / "cache")
    assert [(a["rule"], a["reason"]) for a in ready.accepted] == [("same-picture-across-split", reason)]
    own = make_ready(recipe(root, data={"patient": "absent"}, split={"folds": 2}), tmp_path / "cache")
    assert own.audit.verdict == "warnings"  # a split of bogam's own keeps the copy on one side


def test_a_reason_for_no_rule_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Did you mean 'copies'"):
        make_ready(recipe(tmp_path / "none", audit={"accept": {"copys": "because it is so"}}), tmp_path)


def test_a_folder_of_broken_files_says_so_once(tmp_path: Path) -> None:
    for k in range(3):
        for label in "ab":
            (tmp_path / "data" / label).mkdir(parents=True, exist_ok=True)
            (tmp_path / "data" / label / f"{label}{k}.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    with pytest.raises(UserError, match=r"6 images of which none can be used \(such as a/a0.png: "):
        open_data(DataSection(root=str(tmp_path / "data")), tmp_path)


def test_one_broken_file_is_set_aside(tmp_path: Path) -> None:
    root = leaky(tmp_path / "data")
    (root / "train/sick/train sick (1).png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    whole = open_data(DataSection(root=str(root)), tmp_path / "cache")
    assert len(whole) == 23
    assert whole.set_aside["file"].to_list() == ["train/sick/train sick (1).png"]
    assert len(read_all(whole, tmp_path / "cache")) == 23
    assert Evidence(whole, "class").classes  # what is left still has its labels


def masked(root: Path) -> Path:
    """Class folders of four images each, with masks beside them."""
    rng = np.random.default_rng(0)
    for label in "ab":
        for k in range(4):
            put(root / label / f"{label}{k}.png", rng.integers(0, 256, (8, 8), np.uint8))
            put(root / label / f"{label}{k}_mask.png", np.eye(8, dtype=np.uint8) * 255)
    return root


def planned(asked: Recipe, out: Path) -> set[Path]:
    return {spec.folder for spec in plan_runs(asked, make_ready(asked, out / "cache"), out, Options(device="cpu"))}


def test_a_changed_mask_leaves_no_run_done(tmp_path: Path) -> None:
    root = masked(tmp_path / "data")
    asked = recipe(root, "segmentation", data={"patient": "absent"}, split={"folds": 2})
    first = planned(asked, tmp_path / "out")
    assert len(first) == 2
    assert planned(asked, tmp_path / "out") == first
    put(root / "a/a3_mask.png", 255 - np.eye(8, dtype=np.uint8) * 255)
    assert planned(asked, tmp_path / "out").isdisjoint(first)


@pytest.mark.parametrize("task", ["segmentation", "classification"])
def test_an_image_whose_mask_does_not_fit_is_set_aside_before_the_split(tmp_path: Path, task: str) -> None:
    root = masked(tmp_path / "data")
    put(root / "a/a3_mask.png", np.zeros((8, 7), np.uint8))
    asked = {resize: recipe(root, task, data={"patient": "absent", "resize_masks": resize}, split={"folds": 2})
             for resize in (False, True)}
    ready = make_ready(asked[False], tmp_path / "cache")
    assert len(ready.manifest) == 7
    assert "a3" not in ready.manifest.folds["id"].to_list()
    assert ready.manifest.set_aside["file"].to_list() == ["a/a3.png"]
    assert "`data: {resize_masks: true}` fits it" in ready.manifest.set_aside["problem"][0]
    whole = make_ready(asked[True], tmp_path / "cache").manifest
    assert len(whole) == 8
    assert load_case(whole, "a3", resize_masks=True).masks is not None
    with pytest.raises(UserError, match="resize_masks: true"):  # what is left out is what loading refuses
        load_case(whole, "a3")


def test_gray_and_color_images_are_not_kept_as_stored(tmp_path: Path) -> None:
    root = masked(tmp_path / "data")
    rng = np.random.default_rng(1)
    for k in range(3):
        put(root / "a" / f"a{k}.png", rng.integers(0, 256, (8, 8, 3), np.uint8))
    asked = {channels: recipe(root, data={"patient": "absent", "channels": channels}, split={"folds": 2})
             for channels in ("keep", "gray", "rgb")}
    told: list[str] = []
    with pytest.raises(UserError, match=r"^data.channels: got 'keep' for 5 images of 1 channel and 3 images of 3 "
                                        r"channels, .*`data.channels: gray` or `data.channels: rgb`") as caught:
        make_ready(asked["keep"], tmp_path / "cache", lambda what, *_: told.append(what))
    assert caught.value.exit_code == 2
    assert set(told) == {"Reading images"}
    for channels in ("gray", "rgb"):
        assert len(make_ready(asked[channels], tmp_path / "cache").manifest) == 8
    alike = open_data(asked["keep"].data, tmp_path / "cache")
    check_channels(alike.take(["a3", "b0"]), asked["keep"].data)
