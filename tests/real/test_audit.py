"""What the audit says of real data sets is true of them.

Most tests look at a whole set but lay no pair of pictures over each other, which takes minutes; copies are sought in
parts of sets, and once in a whole one (marked slow).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from bogam.audit.family import Evidence, Finding, rules
from bogam.core.errors import UserError
from bogam.data.duplicates import similar, thumbnails
from bogam.data.layout import recognize
from bogam.data.looks import look
from bogam.study.data import choose_target, read_all
from bogam.study.look import Looked, audit_of, propose
from bogam.study.recipe import DataSection, load_recipe

ROOT = Path(os.environ.get("BOGAM_DATA", ""))
pytestmark = pytest.mark.skipif("BOGAM_DATA" not in os.environ, reason="BOGAM_DATA names no folder of real images")


def of(looked: Looked, rule: str, severity: str = "warning") -> list[Finding]:
    return [f for f in looked.audit.findings if f.rule == rule and f.severity == severity]


def said(evidence: Evidence, rule: str, severity: str = "warning") -> list[Finding]:
    return [f for f in rules.parse(rule).check(evidence) if f.severity == severity]


def told(where: Path, cache: Path, *, looked: bool = True, slice_axis: str | None = None,
         patient: str | None = None) -> Evidence:
    """Return what the rules look at of a whole set: files, and pictures where `looked`; no pair is aligned."""
    manifest = read_all(recognize(where, slice_axis=slice_axis, patient=patient), cache / "scan")
    target = choose_target(manifest, DataSection(root=str(where)), "segmentation")
    if not looked:
        return Evidence(manifest, target)
    looks = look(manifest, cache / "scan")
    return Evidence(manifest, target, similar(thumbnails(looks), len(manifest)), looks)


def part(source: Path, out: Path, files: Iterable[str]) -> Path:
    """Copy some files of a set; return the folder."""
    for file in files:
        (out / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / file, out / file)
    return out


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


BUSI = ROOT / "busi" / "Dataset_BUSI_with_GT"


@pytest.fixture(scope="module")
def busi(cache: Path) -> Evidence:
    return told(BUSI, cache)


def test_the_counts_of_busi(busi: Evidence) -> None:
    copies, *_ = said(busi, "copies")
    assert copies.title == "1 picture occurs more than once: 780 images, 779 different."
    counted, = said(busi, "derived-files", "note")
    assert counted.title == "1,578 files = 780 images + 798 mask files, which are not counted as images."
    assert said(busi, "group-id")[0].title == "Patients unknown: scores may be optimistic."
    classes, = said(busi, "class-counts", "note")
    assert classes.title == "Classes: benign 437 (56 %), malignant 210 (27 %), normal 133 (17 %)."
    assert "benign always is right in 56.0 % of images" in classes.worth


def test_the_identical_pair_of_busi_with_two_labels(busi: Evidence) -> None:
    pair, *_ = said(busi, "identical-across-labels")
    assert pair.title == "1 picture is filed under two labels."
    assert len(pair.files) == 1
    assert "benign (433).png (benign)" in pair.files[0]
    assert "malignant (145).png (malignant)" in pair.files[0]
    assert "At least 1 of 780 (0.1 %) labels is wrong" in pair.worth


def test_the_images_of_busi_with_several_masks(busi: Evidence) -> None:
    several, = said(busi, "several-masks")
    assert several.title == "17 images have several masks of one label, which are merged."
    assert several.detail == "16 with 2, 1 with 3."
    assert "benign/benign (195).png: 3 masks" in several.files


def test_marks_and_shortcuts_of_busi(busi: Evidence) -> None:
    text, callipers, color = (next(f for f in said(busi, "burnt-in-marks") if f.title.startswith(word))
                              for word in ("Burnt-in text", "Callipers", "Colored overlay"))
    assert 100 < int(text.title.split("about ")[1].split()[0]) < 180
    assert "normal: 0 of 133" in callipers.detail  # nothing was measured there
    assert color.title == "Colored overlay on grey in about 9 pictures of 780."
    shortcut, = said(busi, "shortcuts")
    assert shortcut.title.startswith("From callipers alone, normal can be told from the rest: AUC 0.5")
    assert said(busi, "suspicious-labels", "note") == []  # a linear model cannot tell these classes


SAME = (("benign (42)", "malignant (51)"), ("benign (85)", "malignant (52)"), ("benign (333)", "malignant (77)"))
"""Looked at side by side: one picture each, under benign and under malignant."""


def test_the_same_pictures_of_busi_across_benign_and_malignant(tmp_path: Path) -> None:
    names = [name for pair in SAME for name in pair] + [f"benign ({k})" for k in range(6, 30)] + [
        f"malignant ({k})" for k in range(10, 30)]
    files = [f"{name.split()[0]}/{name}{mask}.png" for name in names for mask in ("", "_mask")]
    looked = audit_of(part(BUSI, tmp_path / "busi", files), cache=tmp_path / "cache")
    assert not looked.stops
    across, = (f for f in of(looked, "identical-across-labels") if "transformed" in f.title)
    for one, other in SAME:
        assert any(one in line and other in line for line in across.files), (one, other)


@pytest.mark.slow
def test_the_whole_of_busi(tmp_path: Path) -> None:
    looked = audit_of(ROOT / "busi", cache=tmp_path)
    assert looked.audit.verdict == "warnings"
    across, = (f for f in of(looked, "identical-across-labels") if "transformed" in f.title)
    for one, other in SAME:
        assert any(one in line and other in line for line in across.files), (one, other)
    assert {f.rule for f in looked.audit.findings if f.severity == "warning"} >= {
        "copies", "identical-across-labels", "several-masks", "group-id", "burnt-in-marks"}


def test_idc(cache: Path) -> None:
    evidence = told(ROOT / "idc", cache, looked=False)
    confounded, = said(evidence, "class-confounded-with-patient")
    assert "15 of 20 patients with several images have a single class" in confounded.title
    assert "(2 only class 0, 13 only class 1)" in confounded.title
    assert said(evidence, "group-id", "note")[0].title == "5,190 images of 20 patients."
    assert said(evidence, "copies") == []  # no two files hold the same pixels


KERMANY = ROOT / "kermany_chest_xray" / "chest_xray"


@pytest.fixture(scope="module")
def kermany(cache: Path) -> Evidence:
    return told(ROOT / "kermany_chest_xray", cache)


def test_kermany(kermany: Evidence) -> None:
    unknown, = said(kermany, "group-id")
    assert "240 images without a patient id (240 of the given test part)" in unknown.title
    assert any(f.title.startswith("2 pictures occur more than once: 941 images, 939 different.")
               for f in said(kermany, "copies"))
    channels, = said(kermany, "picture-sizes")
    assert channels.title == "Different numbers of channels: 3: 737, 1: 204."
    assert said(kermany, "class-confounded-with-patient", "note")  # ill or well is a matter of the child
    assert said(kermany, "class-confounded-with-patient") == []
    assert said(kermany, "groups-across-split", "stop") == []
    assert said(kermany, "same-picture-across-split", "stop") == []


def test_what_tells_the_class_in_kermany(kermany: Evidence) -> None:
    assert any(f.title.startswith("From compression") for f in said(kermany, "shortcuts"))
    labels, = said(kermany, "suspicious-labels", "note")
    assert len(labels.files) < 10


@pytest.fixture
def some_of_kermany(tmp_path: Path) -> Path:
    files = [path.relative_to(KERMANY).as_posix() for folder in ("train", "test") for label in ("NORMAL", "PNEUMONIA")
             for path in sorted((KERMANY / folder / label).iterdir())[:24 if folder == "train" else 8]]
    return part(KERMANY, tmp_path / "chest_xray", files)


def test_a_proposed_recipe_for_a_given_split(some_of_kermany: Path, tmp_path: Path) -> None:
    text, _, _ = propose(some_of_kermany, beside=tmp_path)
    (tmp_path / "r.yaml").write_text(text, encoding="utf-8")
    assert load_recipe(tmp_path / "r.yaml").split.kind == "official"
    split = audit_of(tmp_path / "r.yaml", cache=tmp_path / "cache")
    assert "Split: never divided is a patient; the test part has 16 images." in split.manifest.notes


def test_a_split_in_two_folders(some_of_kermany: Path, tmp_path: Path) -> None:
    looked = audit_of(some_of_kermany / "train", some_of_kermany / "test", cache=tmp_path / "cache")
    assert len(looked.manifest) == 64
    assert dict(looked.manifest.images["part"].value_counts().rows()) == {"train": 48, "test": 16}
    assert any("16 of 64 images have no known patient" in note for note in looked.manifest.notes)


def test_pneumoniamnist(cache: Path) -> None:
    evidence = told(ROOT / "pneumoniamnist", cache)
    identical, = said(evidence, "same-picture-across-split")
    assert identical.title == "8 identical pictures lie on two sides: training and validation."
    assert len(identical.files) == 8
    assert all(" = " in line for line in identical.files)
    assert "of 524 validation images" in identical.worth
    similar_ones, = said(evidence, "groups-across-split")
    assert "of similar pictures" in similar_ones.title
    assert any("5,856 images, 5,827 different" in f.title for f in said(evidence, "copies"))


def test_malaria(cache: Path) -> None:
    by_name = told(ROOT / "malaria_cells", cache, looked=False)
    assert said(by_name, "group-id", "note")[0].title == "1,000 images of 193 patients."
    assert said(by_name, "groups-across-split", "stop") == []  # train and valid, no test part
    crossing, = said(by_name, "groups-across-split")
    assert crossing.title == "98 patients lie on two sides: training and validation."
    assert "of 200 validation images" in crossing.worth


def test_ids_of_malaria_that_are_declared_absent_are_seen_in_the_names(cache: Path) -> None:
    hidden, = said(told(ROOT / "malaria_cells", cache, looked=False, patient="absent"), "group-id")
    assert "193 ids" in hidden.title
    assert "98 of them lie on two sides" in hidden.detail


def test_bccd(tmp_path: Path, cache: Path) -> None:
    aside, = said(told(ROOT / "bccd", cache, looked=False), "unreadable-files")
    assert len(aside.files) == 2
    assert all("its size is zero" in f for f in aside.files)
    text, manifest, _ = propose(ROOT / "bccd", beside=tmp_path)
    assert "cannot learn from boxes yet" in manifest.notes[-1]
    (tmp_path / "r.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="no class labels"):
        audit_of(tmp_path / "r.yaml", cache=cache)


def test_covid(tmp_path: Path) -> None:
    looked = audit_of(ROOT / "covid-chestxray-dataset", cache=tmp_path)
    assert of(looked, "group-id", "note")[0].title == "91 images of 54 patients."
    assert of(looked, "class-counts")[0].title == "Few images of ARDS, No Finding, Pneumocystis, Unknown."
    assert any(f.title == "Different file formats: jpeg: 88, png: 3." for f in of(looked, "picture-sizes"))
    unknown, = of(looked, "nulls-as-negatives")
    assert unknown.title == "1 image is of a class that means that nobody knows: Unknown."
    assert of(looked, "class-confounded-with-patient") == []  # 93 % are of one class, and so are most patients


def test_hippocampus(cache: Path) -> None:
    with pytest.raises(UserError, match="--slice z"):
        audit_of(ROOT / "msd_hippocampus")
    evidence = told(ROOT / "msd_hippocampus", cache, looked=False, slice_axis="z")
    assert said(evidence, "group-id", "note")[0].title == "1,793 images of 51 patients."
    assert said(evidence, "missing-labels")[0].title == "33 images have no mask."
    assert said(evidence, "several-masks") == []
    assert {f.split(":")[0].rpartition("/")[2] for f in said(evidence, "unreadable-files")[0].files} == {
        "hippocampus_010.nii.gz", "hippocampus_281.nii.gz"}


def test_dicom_series(tmp_path: Path) -> None:
    looked = audit_of(ROOT / "dicom_series", cache=tmp_path)
    assert len(of(looked, "unreadable-files")[0].files) == 5
    patient = dict(looked.manifest.images.select("id", "patient").rows())
    alike = [pair for f in of(looked, "copies") for pair in f.pairs]
    assert all(patient[one] == patient[other] for one, other, _ in alike)  # frames of one series at other times
    assert of(looked, "copies", "note")


def test_nifti_misc(cache: Path) -> None:
    evidence = told(ROOT / "nifti_misc", cache, slice_axis="z")
    assert len(evidence.manifest) == 151
    assert [kind for kind in rules.names() if said(evidence, kind, "stop")] == []
