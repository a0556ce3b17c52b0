"""The tables of a data set: checked whole, saved, loaded, cut."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from bogam.core.errors import UserError
from bogam.data.manifest import FOLDS, IMAGES, OBJECTS, PROBLEMS, Manifest, TargetSpec, table


def make() -> Manifest:
    images = [{"id": f"i{k}", "patient": f"p{k // 2}", "image": f"i{k}.png", "origin": "real", "rows": 4, "columns": 5,
               "parents": ["q", "r"] if k == 1 else [], "mean_level": 1.5} for k in range(4)]
    objects = [{"id": "i0", "kind": "mask", "label": "m", "locator": "m.png", "values": "nonzero"},
               {"id": "i1", "kind": "box", "label": "b", "y0": 0, "x0": 1, "y1": 2, "x1": 3}]
    folds = [{"id": f"i{k}", "repeat": 0, "fold": 0, "part": "train", "group": f"p{k // 2}"} for k in range(4)]
    return Manifest(Path("root"), "made", table(images, IMAGES), objects=table(objects, OBJECTS),
                    targets=pl.DataFrame({"id": [f"i{k}" for k in range(4)], "class": ["a", "b", None, "a"]}),
                    target_specs={"class": TargetSpec(kind="multiclass", labels=("a", "b"))}, mask_labels=("m",),
                    patient="given", dataset="busi", folds=table(folds, FOLDS),
                    set_aside=table([{"file": "x", "problem": "is empty"}], PROBLEMS), notes=("one", "보감"))


def change(frame: pl.DataFrame, column: str, *values: object) -> pl.DataFrame:
    return frame.with_columns(pl.Series(column, values, dtype=frame.schema[column]))


def test_a_good_manifest_passes_and_an_empty_one() -> None:
    make().check()
    Manifest(Path("."), "none", table([], IMAGES)).check()


def test_all_faults_at_once() -> None:
    good = make()
    bad = good.but(images=change(change(change(good.images, "id", "i0", "i0", "i2", None), "origin", "real", "fake",
                                        "real", None), "patient", "a", None, "c", "d"),
                   targets=change(good.targets, "class", "a", "b", "c", "a"),
                   objects=change(good.objects, "id", "i0", "gone"),
                   target_specs={**good.target_specs, "grade": TargetSpec(kind="ordinal", labels=("1", "2"))})
    with pytest.raises(UserError) as caught:
        bad.check()
    lines = str(caught.value).splitlines()
    for piece in ("1 ids twice (i0)", "1 rows without id", "table objects: got 1 unknown ids (gone)",
                  "table targets: got 2 unknown ids (i1, i3)", "got no column grade",
                  "target class: got the values ['c']", "origin ['None', 'fake']", "1 rows without patient"):
        assert sum(piece in line for line in lines) == 1, piece
    assert all(": got " in line and ", expected " in line for line in lines)


def test_missing_columns_of_all_tables_are_named() -> None:
    good = make()
    with pytest.raises(UserError) as caught:
        good.but(images=good.images.drop("origin", "bits"), folds=good.folds.drop("part"),
                 targets=good.targets.drop("id")).check()
    assert "table images: got no column origin, bits" in str(caught.value)
    assert "table folds: got no column part" in str(caught.value)
    assert "table targets: got no column id" in str(caught.value)


def test_saved_and_loaded_it_is_the_same(tmp_path: Path) -> None:
    whole = make()
    whole.save(tmp_path / "deep" / "manifest")
    again = Manifest.load(tmp_path / "deep" / "manifest")
    assert again.digest() == whole.digest()
    for name in ("images", "objects", "targets", "folds", "set_aside"):
        assert getattr(again, name).equals(getattr(whole, name)), name
        assert getattr(again, name).schema == getattr(whole, name).schema
    for name in ("root", "name", "patient", "dataset", "mask_labels", "notes", "target_specs"):
        assert getattr(again, name) == getattr(whole, name), name


def test_what_is_no_manifest_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no manifest\.json"):
        Manifest.load(tmp_path)
    make().save(tmp_path)
    (tmp_path / "folds.parquet").unlink()
    with pytest.raises(UserError, match=r"no folds\.parquet"):
        Manifest.load(tmp_path)


@pytest.mark.parametrize("differ", [
    lambda m: m.but(images=change(m.images, "pixels_sha256", "x", None, None, None)),
    lambda m: m.but(images=change(m.images, "pixels_sha256", "", None, None, None)),
    lambda m: m.but(images=change(m.images, "parents", ["q"], [], ["r"], [])),
    lambda m: m.but(images=m.images.reverse()),
    lambda m: m.but(objects=m.objects.head(1)),
    lambda m: m.but(objects=change(m.objects, "values", "=1", None)),
    lambda m: m.but(objects=change(m.objects, "pixels_sha256", "x", None)),
    lambda m: m.but(targets=change(m.targets, "class", "a", "b", "b", "a")),
    lambda m: m.but(targets=m.targets.rename({"class": "kind"})),
    lambda m: m.but(folds=change(m.folds, "part", "test", "train", "train", "train")),
    lambda m: m.but(target_specs={"class": TargetSpec(kind="multiclass", labels=("b", "a"))}),
    lambda m: m.but(mask_labels=("n",)), lambda m: m.but(patient="absent")])
def test_the_digest_changes_with_each_table(differ) -> None:
    assert differ(make()).digest() != make().digest()


def test_the_digest_is_of_the_data_not_of_words_about_it() -> None:
    assert make().digest() == make().digest()
    assert make().but(notes=("other",), root=Path("elsewhere"), name="x").digest() == make().digest()
    assert len(make().digest()) == 16


def test_take_keeps_the_asked_order_and_only_those() -> None:
    part = make().take(["i3", "i0"])
    assert part.images["id"].to_list() == ["i3", "i0"]
    assert part.targets["id"].to_list() == ["i3", "i0"]
    assert part.objects["id"].to_list() == ["i0"]
    assert sorted(part.folds["id"].to_list()) == ["i0", "i3"]
    assert part.images.schema == make().images.schema
    part.check()
    none = make().take([])
    assert len(none) == 0
    none.check()


def test_but_leaves_the_original_alone() -> None:
    whole = make()
    assert whole.but(name="new").name == "new"
    assert whole.name == "made"
