"""Grouped, stratified splits."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bogam.core.errors import UserError
from bogam.data.duplicates import Similar, groups, similar
from bogam.data.manifest import FOLDS, IMAGES, Manifest, TargetSpec, table
from bogam.data.split import SplitSection, check_split, part_ids, partition, split, split_notes


def manifest(patients: int = 30, per_patient: int = 4, given: bool = True) -> Manifest:
    rows, targets = [], []
    for p in range(patients):
        for k in range(per_patient):
            name = f"p{p}_{k}"
            rows.append({"id": name, "patient": f"p{p}" if given else None, "image": f"{name}.png", "origin": "real",
                         "pixels_sha256": name})
            targets.append({"id": name, "class": "sick" if p % 3 == 0 else "well"})
    return Manifest(Path("."), "made", table(rows, IMAGES), targets=pl.DataFrame(targets),
                    target_specs={"class": TargetSpec(kind="multiclass", labels=("well", "sick"))},
                    patient="given" if given else "absent")


def test_kfold_tests_each_image_once_and_divides_no_patient() -> None:
    whole = manifest()
    group, unit = groups(whole, ["patient"], None)
    done = split(whole, SplitSection(folds=5), group, "class")
    tests = done.folds.filter(pl.col("part") == "test")
    assert sorted(tests["id"].to_list()) == sorted(whole.images["id"].to_list())
    assert unit == "patient"
    for fold in range(5):
        parts = {p: {i.split("_")[0] for i in part_ids(done, 0, fold, p)} for p in ("train", "validation", "test")}
        assert all(parts.values())
        assert not parts["train"] & parts["test"]
        assert not parts["train"] & parts["validation"]
        assert not parts["validation"] & parts["test"]


def test_classes_are_shared_out_evenly() -> None:
    whole = manifest()
    done = split(whole, SplitSection(folds=5), groups(whole, ["patient"], None)[0], "class")
    joined = done.folds.filter(pl.col("part") == "test").join(done.targets, on="id")
    sick = joined.filter(pl.col("class") == "sick").group_by("fold").len()["len"].to_list()
    assert sick == [8] * 5  # 10 sick patients of 4 images over 5 folds


def test_same_seed_same_split_other_seed_another() -> None:
    whole = manifest()
    group = groups(whole, ["patient"], None)[0]
    one, two = (split(whole, SplitSection(), group, "class").folds for _ in range(2))
    assert one.equals(two)
    assert not one.equals(split(whole, SplitSection(seed=1), group, "class").folds)


def test_repeats_are_drawn_anew() -> None:
    whole = manifest()
    done = split(whole, SplitSection(folds=3, repeats=2), groups(whole, ["patient"], None)[0], "class")
    assert set(part_ids(done, 0, 0, "test")) != set(part_ids(done, 1, 0, "test"))


def test_a_torn_group_is_noticed() -> None:
    whole = manifest()
    done = split(whole, SplitSection(), groups(whole, ["patient"], None)[0], "class")
    first = done.folds["group"][0]
    torn = done.folds.with_columns(pl.when((pl.col("group") == first) & (pl.col("id") == done.folds["id"][0]))
                                   .then(pl.lit("other")).otherwise("part").alias("part"))
    with pytest.raises(AssertionError, match="two sides"):
        check_split(done.but(folds=torn))


def test_official_parts_are_kept_and_validation_is_taken_from_train() -> None:
    whole = manifest()
    parts = ["test" if int(i[1:].split("_")[0]) < 6 else "train" for i in whole.images["id"].to_list()]
    whole = whole.but(images=whole.images.with_columns(part=pl.Series(parts)))
    done = split(whole, SplitSection(kind="official", validation=0.25), groups(whole, ["patient"], None)[0], "class")
    assert {i.split("_")[0] for i in part_ids(done, 0, 0, "test")} == {f"p{k}" for k in range(6)}
    assert 16 <= len(part_ids(done, 0, 0, "validation")) <= 32


def test_too_few_groups_say_so() -> None:
    whole = manifest(patients=3)
    with pytest.raises(UserError, match="3 groups, expected at least 5"):
        split(whole, SplitSection(folds=5), groups(whole, ["patient"], None)[0], "class")
    with pytest.raises(UserError, match="official with parts none"):
        split(whole, SplitSection(kind="official"), groups(whole, ["patient"], None)[0], "class")


def test_a_fold_without_a_class_is_named() -> None:
    whole = manifest(patients=6)
    labels = whole.targets.with_columns(pl.Series("class", ["sick"] * 4 + ["well"] * 20))
    whole = whole.but(targets=labels)
    done = split(whole, SplitSection(folds=3), groups(whole, ["patient"], None)[0], "class")
    tested = next(f for f in range(3) if {"p0_0"} <= set(part_ids(done, 0, f, "test")))
    notes = split_notes(done, "class")
    others = ", ".join(str(f) for f in range(3) if f != tested)  # one sick patient, three folds
    assert f"The test part of folds {others} (repeat 0) has no image of class sick: its AUC is undefined." in notes
    assert any(n.startswith("The training part of fold") and n.endswith("it cannot be learned there.") for n in notes)
    assert any(n.startswith("The validation part of fold") and
               n.endswith("it has no say in the choice of epoch and threshold.") for n in notes)


def noted(parts: dict[str, tuple[str, ...]], labels: tuple[str, ...]) -> list[str]:
    """Return the notes of a fold with one image of each named class in each part."""
    rows = [(f"{part}-{label}", part, label) for part, held in parts.items() for label in held]
    ids = [name for name, _, _ in rows]
    return split_notes(Manifest(
        Path("."), "made", table([{"id": name, "image": name, "origin": "real"} for name in ids], IMAGES),
        targets=pl.DataFrame({"id": ids, "class": [label for _, _, label in rows]}),
        target_specs={"class": TargetSpec(kind="multiclass", labels=labels)},
        folds=table([{"id": name, "repeat": 0, "fold": 0, "part": part, "group": name} for name, part, _ in rows],
                    FOLDS)), "class")


def test_with_three_classes_the_auc_is_over_those_that_are_there() -> None:
    full = ("a", "b", "c")
    head = "The test part of fold 0 (repeat 0) has no image of class "
    assert noted({"train": full, "validation": full, "test": full}, full) == []
    assert noted({"train": full, "validation": full, "test": ("a", "b")}, full) == [
        head + "c: its AUC is over the other classes."]
    assert noted({"train": full, "validation": full, "test": ("a",)}, full) == [head + "b, c: its AUC is undefined."]
    assert noted({"train": ("a", "b"), "validation": ("a",), "test": full}, full) == [
        "The training part of fold 0 (repeat 0) has no image of class c: it cannot be learned there.",
        "The validation part of fold 0 (repeat 0) has no image of class b, c: it has no say in the choice of epoch and "
        "threshold."]


def test_partition_fills_unequal_shares() -> None:
    counts = np.ones((100, 1))
    place = partition(counts, [0.2, 0.8], np.random.default_rng(0))
    assert np.bincount(place).tolist() == [20, 80]


def test_identical_pixels_join_even_across_patients() -> None:
    whole = manifest(patients=4)
    hashes = whole.images["pixels_sha256"].to_list()
    hashes[0] = hashes[5]
    whole = whole.but(images=whole.images.with_columns(pixels_sha256=pl.Series(hashes)))
    group = groups(whole, ["patient"], None)[0]
    assert group["p0_0"] == group["p1_0"]
    assert group["p0_0"] != group["p2_0"]


def test_similar_pictures_join_only_where_patients_are_unknown() -> None:
    near = Similar((("p0_0", "p1_0", 0.99),), 0.95, "")
    group, unit = groups(manifest(given=False), ["patient", "duplicate"], near)
    assert group["p0_0"] == group["p1_0"]
    assert "may be optimistic" in unit
    group, unit = groups(manifest(), ["patient", "duplicate"], near)
    assert group["p0_0"] != group["p1_0"]
    assert unit == "patient"


def test_similar_raises_its_threshold_where_all_look_alike() -> None:
    rng = np.random.default_rng(0)
    base = rng.normal(size=200)
    def unit(v: np.ndarray) -> np.ndarray:
        v = v - v.mean()
        return (v / np.linalg.norm(v)).astype(np.float32)
    alike = {f"i{k}": unit(base + 0.12 * rng.normal(size=200)) for k in range(60)}  # r about .985 among all
    alike["copy"] = unit(base * 3 + 0.12 * rng.normal(size=200) * 0)
    alike["copy2"] = alike["copy"]
    found = similar(alike, len(alike))
    assert found.threshold is not None
    assert found.threshold > 0.95
    assert ("copy", "copy2") in {p[:2] for p in found.pairs}
    different = {f"d{k}": unit(rng.normal(size=200)) for k in range(40)}
    assert similar(different, 40).pairs == ()
