from __future__ import annotations

import multiprocessing
import os
import pickle
import sys
import types

import numpy as np
import polars as pl
import pytest

from bogam.core.errors import FileProblem, UserError
from bogam.core.types import Case
from bogam.data.manifest import IMAGES, OBJECTS, Manifest, TargetSpec, table
from bogam.prepare.cache import Cache
from bogam.prepare.normalize import Normalize
from bogam.prepare.resize import Resize
from bogam.prepare.run import prepare_cases


class Loader:
    """Stands for `bogam.data.load`: a "picture" is a text file with one number."""

    def __init__(self):
        self.read = []

    def load_case(self, manifest, id, channels="keep", resize_masks=False):
        self.read.append(id)
        row = manifest.images.filter(pl.col("id") == id).row(0, named=True)
        text = (manifest.root / row["image"]).read_text(encoding="utf-8")
        if text == "broken":
            raise FileProblem(row["image"], "is truncated")
        masks = [(manifest.root / o["locator"]).read_text(encoding="utf-8")
                 for o in manifest.objects.filter(pl.col("id") == id).iter_rows(named=True)]
        image = np.full((1, 12, 20), int(text), np.uint8)
        return Case(id, image, (0.0, 255.0), patient=row["patient"], spacing_mm=(0.1, 0.2),
                    masks=np.full((1, 12, 20), int(masks[0]), np.uint8) if masks else None,
                    boxes=np.array([[0.0, 0, 6, 10]]), box_labels=("a",), history=({"step": "read"},))


@pytest.fixture
def loader(monkeypatch):
    made = Loader()
    module = types.ModuleType("bogam.data.load")
    module.load_case = made.load_case
    monkeypatch.setitem(sys.modules, "bogam.data.load", module)
    return made


@pytest.fixture
def manifest(tmp_path):
    root = tmp_path / "data"
    root.mkdir()
    rows, objects, targets = [], [], []
    for k in range(10):
        (root / f"{k}.txt").write_text(str(k + 1), encoding="utf-8")
        (root / f"{k}_mask.txt").write_text("1", encoding="utf-8")
        rows.append({"id": f"case {k}", "patient": f"p{k}", "image": f"{k}.txt", "origin": "real"})
        objects.append({"id": f"case {k}", "kind": "mask", "label": "lesion", "locator": f"{k}_mask.txt"})
        targets.append({"id": f"case {k}", "class": "ab"[k % 2]})
    return Manifest(root, "toy", table(rows, IMAGES), table(objects, OBJECTS), pl.DataFrame(targets),
                    {"class": TargetSpec(kind="multiclass", labels=("a", "b"))}, ("lesion",))


STEPS = [Resize(size=(8, 8))]


def test_cases_come_back_whole_and_nothing_is_read_twice(manifest, loader, tmp_path):
    seen = []
    cache = Cache(tmp_path / "cache")
    prepared = prepare_cases(manifest, STEPS, cache, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(k, 10) for k in range(11)]
    assert prepared.ids == [f"case {k}" for k in range(10)]
    assert prepared.problems == ()
    case = prepared.case("case 3")
    direct = STEPS[0].apply(loader.load_case(manifest, "case 3"))
    for name in ("image", "masks", "boxes"):
        assert np.array_equal(getattr(case, name), getattr(direct, name))
        assert getattr(case, name).dtype == getattr(direct, name).dtype
    assert (case.levels, case.spacing_mm, case.history) == (direct.levels, direct.spacing_mm, direct.history)
    assert (case.patient, case.targets, case.box_labels) == ("p3", {"class": "b"}, ("a",))
    assert case.affine is None
    assert not case.image.flags.writeable
    assert prepared.case("case 3") is case
    loader.read.clear()
    again = prepare_cases(manifest, [*STEPS, Normalize()], Cache(tmp_path / "cache"))
    assert loader.read == []  # normalize belongs to the door
    assert [c.image.max() for c in again] == [k + 1 for k in range(10)]


def change_image(manifest):
    (manifest.root / "4.txt").write_text("99", encoding="utf-8")
    return manifest


def change_image_and_keep_its_times(manifest):
    path = manifest.root / "4.txt"
    stat = path.stat()
    path.write_text("9", encoding="utf-8")  # as long as before
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    return manifest


def change_mask(manifest):
    (manifest.root / "4_mask.txt").write_text("0", encoding="utf-8")
    return manifest


def change_mask_values(manifest):
    return manifest.but(objects=manifest.objects.with_columns(
        pl.when(pl.col("id") == "case 4").then(pl.lit("=2")).otherwise(pl.col("values")).alias("values")))


def drop_mask(manifest):
    return manifest.but(objects=manifest.objects.filter(pl.col("id") != "case 4"))


@pytest.mark.parametrize("change", [change_image, change_image_and_keep_its_times, change_mask, change_mask_values,
                                    drop_mask])
def test_a_changed_file_or_row_is_read_again_and_nothing_else(manifest, loader, tmp_path, change):
    cache = Cache(tmp_path / "cache")
    before = prepare_cases(manifest, STEPS, cache)
    loader.read.clear()
    changed = change(manifest)
    after = prepare_cases(changed, STEPS, cache)
    assert loader.read == ["case 4"]
    direct = STEPS[0].apply(loader.load_case(changed, "case 4"))
    assert np.array_equal(after.case("case 4").image, direct.image)
    assert np.array_equal(after.case("case 4").masks, direct.masks)
    assert before.case("case 4").image.max() == 5  # who holds the old key keeps the old case


@pytest.mark.parametrize("other", [{"steps": [Resize(size=(8, 9))]}, {"channels": "gray"}, {"resize_masks": True}])
def test_a_changed_recipe_reads_no_stale_case(manifest, loader, tmp_path, other):
    cache = Cache(tmp_path / "cache")
    prepare_cases(manifest, STEPS, cache)
    loader.read.clear()
    arguments = {"steps": STEPS} | other
    prepare_cases(manifest, arguments.pop("steps"), cache, **arguments)
    assert len(loader.read) == 10


def test_broken_and_missing_files_are_set_aside_and_the_rest_goes_on(manifest, loader, tmp_path):
    (manifest.root / "2.txt").write_text("broken", encoding="utf-8")
    (manifest.root / "7.txt").unlink()
    (manifest.root / "8_mask.txt").unlink()
    prepared = prepare_cases(manifest, STEPS, Cache(tmp_path / "cache"))
    assert len(prepared) == 7
    assert [id for id, _ in prepared.problems] == ["case 2", "case 7", "case 8"]
    assert prepared.problems[0][1] == "2.txt: is truncated"
    assert "No such file" in prepared.problems[1][1]
    with pytest.raises(KeyError):
        prepared.case("case 2")


def test_a_file_that_changes_while_it_is_read_is_set_aside(manifest, loader, tmp_path, monkeypatch):
    def slow(manifest, id, channels, resize_masks):
        case = Loader().load_case(manifest, id)
        if id == "case 4":
            change_image(manifest)
        return case
    monkeypatch.setattr(sys.modules["bogam.data.load"], "load_case", slow)
    prepared = prepare_cases(manifest, STEPS, Cache(tmp_path / "cache"))
    assert prepared.problems[0][0] == "case 4"
    assert "changed while it was read" in prepared.problems[0][1]


def test_our_own_faults_are_not_hidden(manifest, loader, tmp_path, monkeypatch):
    def faulty(*_):
        raise ZeroDivisionError
    monkeypatch.setattr(sys.modules["bogam.data.load"], "load_case", faulty)
    with pytest.raises(ZeroDivisionError):
        prepare_cases(manifest, STEPS, Cache(tmp_path / "cache"))


def test_a_budget_that_cannot_hold_all_is_refused_early(manifest, loader, tmp_path):
    with pytest.raises(UserError, match="disk_gb"):
        prepare_cases(manifest, [Resize(size=(100, 100))], Cache(tmp_path / "cache", disk_gb=1.9e-4))
    assert Cache(tmp_path / "cache").used() < 9 * 20096  # a ninth case would have fitted, all ten not


def read_in_a_worker(prepared, ids):
    return [int(prepared.case(id).image.max()) for id in ids]


def test_a_worker_process_opens_it_from_a_pickle(manifest, loader, tmp_path):
    prepared = prepare_cases(manifest, STEPS, Cache(tmp_path / "cache"))
    prepared.case("case 0")
    text = pickle.dumps(prepared)
    assert len(text) < 3000
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(read_in_a_worker, (prepared, ["case 0", "case 9"])) == [1, 10]


def test_a_deleted_cache_is_named(manifest, loader, tmp_path):
    import shutil
    prepared = prepare_cases(manifest, STEPS, Cache(tmp_path / "cache"))
    shutil.rmtree(tmp_path / "cache")
    with pytest.raises(UserError, match=r"case case 1.*filled anew"):
        prepared.case("case 1")
