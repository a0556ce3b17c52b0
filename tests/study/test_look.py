"""A proposed recipe loads, fits its folder, and can be audited, for every layout."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bogam.core.errors import UserError
from bogam.data.phantoms.family import phantoms
from bogam.data.phantoms.write import write_phantom
from bogam.study.look import audit_of, propose
from bogam.study.recipe import load_recipe


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sites of one phantom: class folders with masks, and a table with images/ and masks/."""
    root = tmp_path_factory.mktemp("phantom")
    made = phantoms.parse({"breast-ultrasound": {"images": 40, "size": (32, 32), "images_per_patient": (2, 2)}})
    write_phantom(made, root, overwrite=True)
    return root


def folders(source: Path, out: Path) -> None:
    shutil.copytree(source / "site-a", out)


def table(source: Path, out: Path) -> None:
    shutil.copytree(source / "site-b", out)


def images_masks(source: Path, out: Path) -> None:
    for kind in ("images", "masks"):
        shutil.copytree(source / "site-b" / kind, out / kind)


def masks_beside(source: Path, out: Path) -> None:
    out.mkdir()
    for path in (source / "site-a").rglob("*.png"):
        shutil.copy(path, out / path.name)


def class_folders(source: Path, out: Path) -> None:
    for path in (source / "site-a").rglob("*.png"):
        if not path.stem.endswith("_mask"):
            (out / path.parent.name).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, out / path.parent.name / path.name)


def parts(source: Path, out: Path) -> None:
    for path in sorted((source / "site-a").rglob("*.png")):
        if not path.stem.endswith("_mask"):
            place = out / ("test" if int(path.stem[1:5]) % 3 == 0 else "train") / path.parent.name
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place / path.name)


def patient_class(source: Path, out: Path) -> None:
    for path in (source / "site-a").rglob("*.png"):
        if not path.stem.endswith("_mask"):
            label = "0" if path.parent.name == "benign" else "1"
            for side in (label, str(1 - int(label))):
                place = out / path.stem[:5] / side
                place.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, out / path.stem[:5] / label / path.name)


def npz(source: Path, out: Path) -> None:
    rng = np.random.default_rng(0)
    arrays = {}
    for part, number in (("train", 20), ("val", 8), ("test", 8)):
        arrays[f"{part}_images"] = rng.integers(0, 256, (number, 28, 28), np.uint8)
        arrays[f"{part}_labels"] = (np.arange(number) % 2)[:, None].astype(np.uint8)
    out.mkdir()
    np.savez(out / "pneumoniamnist.npz", **arrays)


LAYOUTS: dict[str, tuple[Callable[[Path, Path], None], str, str]] = {
    "class folders with masks": (folders, "segmentation", "kfold"), "table": (table, "segmentation", "kfold"),
    "images and masks": (images_masks, "segmentation", "kfold"),
    "masks beside images": (masks_beside, "segmentation", "kfold"),
    "class folders": (class_folders, "classification", "kfold"), "parts": (parts, "classification", "official"),
    "patient, class": (patient_class, "classification", "kfold"), "npz": (npz, "classification", "official")}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_proposed_recipe_loads_and_can_be_audited(layout: str, phantom: Path, tmp_path: Path) -> None:
    build, task, kind = LAYOUTS[layout]
    build(phantom, tmp_path / "My Data")
    text, manifest, name = propose(tmp_path / "My Data", beside=tmp_path)
    assert name == "my-data"
    assert manifest.notes
    path = tmp_path / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    recipe = load_recipe(path)
    assert (recipe.task, recipe.split.kind, recipe.data.channels) == (task, kind, "gray")
    assert Path(recipe.data.root) == (tmp_path / "My Data").resolve()
    assert "root: My Data" in text
    looked = audit_of(path, cache=tmp_path / "cache")
    assert not looked.stops, [f.title for f in looked.audit.findings]
    assert looked.manifest.folds.height
    assert any(n.startswith("Split: never divided is a ") for n in looked.manifest.notes)
    assert len(audit_of(tmp_path / "My Data", cache=tmp_path / "cache").manifest) == len(manifest)


def test_a_suggested_patient_is_filled_in_and_said(phantom: Path, tmp_path: Path) -> None:
    class_folders(phantom, tmp_path / "data")
    text, _, _ = propose(tmp_path / "data", beside=tmp_path)
    assert "# CHECK THIS: the file names seem to hold an id" in text
    (tmp_path / "r.yaml").write_text(text, encoding="utf-8")
    looked = audit_of(tmp_path / "r.yaml")
    assert looked.manifest.patient == "given"
    assert any("is a patient;" in n for n in looked.manifest.notes)
    assert "absent" in propose(tmp_path / "data", patient="absent")[0]


def test_a_phantom_brings_its_own_patients(phantom: Path) -> None:
    text, manifest, _ = propose(phantom / "site-a")
    assert manifest.patient == "given"
    assert "CHECK THIS" not in text
    assert "`classification` is possible too" in text


def test_color_makes_three_channels(tmp_path: Path) -> None:
    made = phantoms.parse({"histology": {"images": 8, "size": (32, 32), "sites": 1}})
    write_phantom(made, tmp_path / "h", layout="folders")
    assert "channels: rgb" in propose(tmp_path / "h/site-a")[0]


def test_what_the_recipe_lacks_is_said_where_no_labels_are_found(phantom: Path, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    for path in sorted((phantom / "site-b/images").glob("*.png"))[:4]:
        shutil.copy(path, tmp_path / "bare" / path.name)
    text, manifest, _ = propose(tmp_path / "bare")
    assert manifest.notes[-1].startswith("WARNING: no class labels were found, so the recipe cannot run as it is.")
    assert "# No class labels were found." in text


def test_options_that_say_nothing_are_refused(phantom: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--set for a folder"):
        audit_of(phantom / "site-a", sets=["train.epochs=3"])
    path = tmp_path / "r.yaml"
    path.write_text(propose(phantom / "site-a", beside=tmp_path)[0], encoding="utf-8")
    with pytest.raises(UserError, match=r"override it with --set data\.patient"):
        audit_of(path, patient="absent")
    assert audit_of(path, sets=["data.patient=absent", "split.folds=2"]).manifest.patient == "absent"


def test_broken_pictures_are_passed_over_unless_all_are(phantom: Path, tmp_path: Path) -> None:
    class_folders(phantom, tmp_path / "data")
    paths = sorted((tmp_path / "data").rglob("*.png"))
    paths[0].write_bytes(b"\x89PNG\r\n\x1a\n broken")
    propose(tmp_path / "data")
    for path in paths:
        path.write_bytes(b"\x89PNG\r\n\x1a\n broken")
    with pytest.raises(UserError, match="none that was opened can be read"):
        propose(tmp_path / "data")
    with pytest.raises(UserError, match="of which none can be used"):
        audit_of(tmp_path / "data")
