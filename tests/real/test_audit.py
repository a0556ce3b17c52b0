"""What the audit says of real data sets is true of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bogam.audit.family import Finding
from bogam.core.errors import UserError
from bogam.study.look import Looked, audit_of, propose
from bogam.study.recipe import load_recipe

ROOT = Path(os.environ.get("BOGAM_DATA", ""))
pytestmark = [pytest.mark.slow,  # each set is aligned pair by pair: minutes
              pytest.mark.skipif("BOGAM_DATA" not in os.environ, reason="BOGAM_DATA names no folder of real images")]


def of(looked: Looked, rule: str, severity: str = "warning") -> list[Finding]:
    return [f for f in looked.audit.findings if f.rule == rule and f.severity == severity]


def test_busi() -> None:
    looked = audit_of(ROOT / "busi")
    assert looked.audit.verdict == "warnings"
    pair = of(looked, "identical-across-labels")[0]
    assert pair.title == "1 picture is filed under two labels."
    assert len(pair.files) == 1
    assert "benign (433).png (benign)" in pair.files[0]
    assert "malignant (145).png (malignant)" in pair.files[0]
    copies, near = of(looked, "copies")
    assert copies.title == "1 picture occurs more than once: 780 images, 779 different."
    assert "similar pictures" in near.title
    assert any("798 mask files" in f.title for f in of(looked, "copies", "note"))
    assert of(looked, "group-id")[0].title == "Patients unknown: scores may be optimistic."
    assert of(looked, "class-counts", "note")[0].title == (
        "Classes: benign 437 (56 %), malignant 210 (27 %), normal 133 (17 %).")


def test_idc() -> None:
    looked = audit_of(ROOT / "idc")
    confounded, = of(looked, "class-confounded-with-patient")
    assert "15 of 20 patients with several images have a single class (2 only 0, 13 only 1)" in confounded.title
    assert of(looked, "group-id", "note")[0].title == "5,190 images of 20 patients."
    assert of(looked, "copies") == []


def test_kermany(tmp_path: Path) -> None:
    looked = audit_of(ROOT / "kermany_chest_xray", cache=tmp_path)
    assert not looked.stops
    unknown, = of(looked, "group-id")
    assert "240 images without a patient id (240 of the given test part)" in unknown.title
    assert any(f.title.startswith("2 pictures occur more than once: 941 images, 939 different.")
               for f in of(looked, "copies"))
    channels, = of(looked, "picture-sizes")
    assert channels.title == "Different numbers of channels: 3: 737, 1: 204."
    assert of(looked, "class-confounded-with-patient", "note")  # ill or well is a matter of the child
    assert of(looked, "class-confounded-with-patient") == []
    text, _, _ = propose(ROOT / "kermany_chest_xray", beside=tmp_path)
    (tmp_path / "r.yaml").write_text(text, encoding="utf-8")
    assert load_recipe(tmp_path / "r.yaml").split.kind == "official"
    split = audit_of(tmp_path / "r.yaml", cache=tmp_path)
    assert not split.stops
    assert "Split: never divided is a patient; the test part has 240 images." in split.manifest.notes


def test_pneumoniamnist() -> None:
    looked = audit_of(ROOT / "pneumoniamnist")
    assert looked.audit.verdict == "warnings"
    similar, identical = of(looked, "groups-across-split")
    assert identical.title == "8 identical pictures lie on two sides: training and validation."
    assert "on two sides" in similar.title
    assert any("5,856 images, 5,827 different" in f.title for f in of(looked, "copies"))


def test_malaria() -> None:
    unsaid = audit_of(ROOT / "malaria_cells")
    hidden, = of(unsaid, "group-id")
    assert "seem to hold 193 ids" in hidden.title
    assert "98 of them lie on two sides" in hidden.detail
    pattern = hidden.do.split("'")[1]
    told = audit_of(ROOT / "malaria_cells", patient=pattern)
    assert not told.stops  # train and valid, no test part
    crossing, = of(told, "groups-across-split")
    assert crossing.title == "98 patients lie on two sides: training and validation."


def test_bccd(tmp_path: Path) -> None:
    looked = audit_of(ROOT / "bccd")
    aside, = of(looked, "unreadable-files")
    assert len(aside.files) == 2
    assert all("its size is zero" in f for f in aside.files)
    text, manifest, _ = propose(ROOT / "bccd", beside=tmp_path)
    assert "cannot learn from boxes yet" in manifest.notes[-1]
    (tmp_path / "r.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="no class labels"):
        audit_of(tmp_path / "r.yaml")


def test_covid() -> None:
    looked = audit_of(ROOT / "covid-chestxray-dataset")
    assert of(looked, "group-id", "note")[0].title == "91 images of 54 patients."
    assert of(looked, "class-counts")[0].title == "Few images of ARDS, No Finding, Pneumocystis, Unknown."
    assert any(f.title == "Different file formats: jpeg: 88, png: 3." for f in of(looked, "picture-sizes"))


def test_hippocampus() -> None:
    with pytest.raises(UserError, match="--slice z"):
        audit_of(ROOT / "msd_hippocampus")
    looked = audit_of(ROOT / "msd_hippocampus", slice_axis="z")
    assert of(looked, "group-id", "note")[0].title == "1,793 images of 51 patients."
    assert of(looked, "missing-labels")[0].title == "33 images have no mask."
    assert {f.split(":")[0].rpartition("/")[2] for f in of(looked, "unreadable-files")[0].files} == {
        "hippocampus_010.nii.gz", "hippocampus_281.nii.gz"}


def test_dicom_series() -> None:
    looked = audit_of(ROOT / "dicom_series")
    assert len(of(looked, "unreadable-files")[0].files) == 5
    assert of(looked, "copies") == []  # the alike ones are of one patient each
    assert of(looked, "copies", "note")


def test_nifti_misc() -> None:
    looked = audit_of(ROOT / "nifti_misc", slice_axis="z")
    assert len(looked.manifest) == 151
    assert looked.audit.verdict == "warnings"


def test_marks_and_shortcuts_of_busi(tmp_path: Path) -> None:
    looked = audit_of(ROOT / "busi", cache=tmp_path)
    text, callipers, color = (next(f for f in of(looked, "burnt-in-marks") if f.title.startswith(word))
                              for word in ("Burnt-in text", "Callipers", "Colored overlay"))
    assert 100 < int(text.title.split("about ")[1].split()[0]) < 180
    assert "normal: 0 of 133" in callipers.detail  # nothing was measured there
    assert color.title == "Colored overlay on grey in about 9 pictures of 780."
    shortcut, = of(looked, "shortcuts")
    assert shortcut.title.startswith("From callipers alone, normal can be told from the rest: AUC 0.5")
    assert of(looked, "suspicious-labels", "note") == []  # a linear model cannot tell these classes


def test_covid_has_a_class_that_means_unknown(tmp_path: Path) -> None:
    looked = audit_of(ROOT / "covid-chestxray-dataset", cache=tmp_path)
    unknown, = of(looked, "nulls-as-negatives")
    assert unknown.title == "1 image is of a class that means that nobody knows: Unknown."
    assert of(looked, "class-confounded-with-patient") == []  # 93 % are of one class, and so are most patients


def test_kermany_as_two_folders(tmp_path: Path) -> None:
    source = ROOT / "kermany_chest_xray" / "chest_xray"
    looked = audit_of(source / "train", source / "test", cache=tmp_path)
    assert len(looked.manifest) == 941
    assert dict(looked.manifest.images["part"].value_counts().rows()) == {"train": 701, "test": 240}
    assert any("240 of 941 images have no known patient" in note for note in looked.manifest.notes)
    assert any(f.title.startswith("From compression") for f in of(looked, "shortcuts"))
    labels, = of(looked, "suspicious-labels", "note")
    assert len(labels.files) < 10
