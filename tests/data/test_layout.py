"""Folders as people keep them, and what `recognize` makes of each."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import nibabel
import numpy as np
import polars as pl
import pytest
from PIL import Image

from bogam.core.errors import UserError
from bogam.data.layout import apparent_groups, recognize


def put(path: Path, value: int = 7, shape: tuple[int, ...] = (6, 5)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, np.full(shape, value, np.uint8))[1].tobytes())
    return path


def put_mask(path: Path, *marked: tuple[int, int]) -> Path:
    mask = np.zeros((6, 5), np.uint8)
    for y, x in marked:
        mask[y, x] = 255
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), mask)
    return path


def busi_like(root: Path) -> None:
    for name in ("benign", "malignant", "normal"):
        for number in (1, 2, 10):
            put(root / "Set" / name / f"{name} ({number}).png", number)
            put_mask(root / "Set" / name / f"{name} ({number})_mask.png", *([(1, 1)] if name != "normal" else []))
    put_mask(root / "Set/benign/benign (2)_mask_1.png", (4, 4))


def test_class_folders_with_masks_beside_them(tmp_path: Path) -> None:
    busi_like(tmp_path)
    manifest = recognize(tmp_path)
    assert len(manifest) == 9
    assert manifest.dataset == "busi"
    assert manifest.mask_labels == ("lesion",)
    assert manifest.target_specs["class"].labels == ("benign", "malignant", "normal")
    assert manifest.images["id"].to_list()[:3] == ["benign (1)", "benign (2)", "benign (10)"]
    of = manifest.objects.filter(pl.col("id") == "benign (2)")["locator"].to_list()
    assert of == ["Set/benign/benign (2)_mask.png", "Set/benign/benign (2)_mask_1.png"]
    assert manifest.objects.height == 10
    assert manifest.patient == "absent"


def test_what_lies_beside_the_data_set_is_named_and_not_taken(tmp_path: Path) -> None:
    busi_like(tmp_path)
    for part in range(3):
        for number in range(10, 50):
            put(tmp_path / "Set" / ("benign", "malignant", "normal")[part] / f"x{number}.png")
    for name in ("benign", "malignant"):
        put(tmp_path / "originals" / name / f"{name} (1).png")
    (tmp_path / "README.md").write_text("hello", encoding="utf-8")
    (tmp_path / "Thumbs.db").write_bytes(b"x")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "a.png").write_bytes(b"x")
    manifest = recognize(tmp_path)
    assert not any("originals" in name for name in manifest.images["image"].to_list())
    text = " ".join(manifest.notes)
    assert "Taken: Set/ (129 images, 10 mask files)." in text
    assert "originals/ (2 pictures)" in text
    assert "README.md" in text
    assert "2 leavings of the operating system" in text


def test_two_equal_data_sets_are_a_question_not_a_guess(tmp_path: Path) -> None:
    for site in ("hospital-a", "hospital-b"):
        for name in ("ill", "well"):
            for number in range(3):
                put(tmp_path / site / name / f"{number}.png")
    with pytest.raises(UserError, match="fit equally well") as caught:
        recognize(tmp_path)
    assert "hospital-a" in str(caught.value)
    assert "data: {root:" in str(caught.value)
    assert len(recognize(tmp_path / "hospital-a")) == 6


def test_parts_are_matched_in_any_case(tmp_path: Path) -> None:
    for part in ("Train", "VALID", "test"):
        for name in ("a", "b"):
            put(tmp_path / part / name / f"{part}{name}.png")
    manifest = recognize(tmp_path)
    assert sorted(manifest.images["part"].to_list()) == ["test", "test", "train", "train", "validation", "validation"]
    assert set(manifest.targets["class"].to_list()) == {"a", "b"}


def test_patient_folders_with_class_folders(tmp_path: Path) -> None:
    for patient, names in (("8863", "01"), ("8864", "0"), ("8865", "1")):
        for name in names:
            put(tmp_path / patient / name / f"{patient}_{name}.png")
    manifest = recognize(tmp_path)
    rows = dict(zip(manifest.images["id"], manifest.images["patient"], strict=True))
    assert manifest.patient == "given"
    assert rows["8863_0"] == rows["8863_1"] == "8863"
    assert manifest.targets.filter(pl.col("id") == "8863_1")["class"].item() == "1"


def test_crossed_folders_are_a_question(tmp_path: Path) -> None:
    for first in ("a", "b"):
        for second in ("c", "d"):
            put(tmp_path / first / second / f"{first}{second}.png")
    with pytest.raises(UserError, match="fit equally well"):
        recognize(tmp_path)
    assert recognize(tmp_path, layout="patient-class").images["patient"].n_unique() == 2


def test_images_beside_masks_of_several_values(tmp_path: Path) -> None:
    for number in range(3):
        put(tmp_path / "images" / f"i{number}.png")
        mask = np.zeros((6, 5), np.uint8)
        mask[0], mask[1] = 1, 2
        (tmp_path / "labels").mkdir(exist_ok=True)
        if number:
            cv2.imwrite(str(tmp_path / "labels" / f"i{number}.png"), mask)
    put_mask(tmp_path / "labels" / "orphan.png")
    manifest = recognize(tmp_path)
    assert len(manifest) == 3
    assert manifest.mask_labels == ("value-1", "value-2")
    assert set(manifest.objects["values"].to_list()) == {"=1", "=2"}
    assert "i0" not in manifest.objects["id"].to_list()
    assert any("not looked at" in note for note in manifest.notes)
    assert manifest.set_aside["file"].to_list() == ["labels/orphan.png"]
    assert recognize(tmp_path, mask_values={1: "head", 2: "tail"}).mask_labels == ("head", "tail")


def test_parts_within_images_and_masks(tmp_path: Path) -> None:
    for part in ("train", "test"):
        put(tmp_path / part / "images" / "a.png")
        put_mask(tmp_path / part / "masks" / "a_mask.png", (0, 0))
    manifest = recognize(tmp_path)
    assert dict(zip(manifest.images["part"], manifest.images["id"], strict=True)) == {
        "train": "train/images/a", "test": "test/images/a"}
    assert manifest.objects.height == 2


def test_a_table_with_columns_of_any_name(tmp_path: Path) -> None:
    for number in range(4):
        put(tmp_path / "files" / f"s{number}.png")
    (tmp_path / "list.csv").write_text("Bild,Person,Befund,Alter\ns0.png,A,ja,40\ns1.png,A,nein,\n"
                                       "s2.png,B,ja,50\ngone.png,C,ja,60\ns3.png,,,1\n", encoding="utf-8")
    manifest = recognize(tmp_path, columns={"patient": "Person"},
                         targets={"Befund": "multiclass", "Alter": "regression"})
    assert manifest.targets["Befund"].to_list() == ["ja", "nein", "ja", None]
    assert manifest.targets["Alter"].to_list() == [40.0, None, 50.0, 1.0]
    assert manifest.images["patient"].to_list() == ["A", "A", "B", "unknown-s3"]
    assert any("1 rows of list.csv name images that are not in the folder" in n for n in manifest.notes)
    assert recognize(tmp_path / "list.csv", patient="column:Person").images["patient"].to_list()[0] == "A"
    with pytest.raises(UserError, match="Did you mean 'Person'"):
        recognize(tmp_path, columns={"patient": "Persn"})


def test_a_table_that_contradicts_the_folders_is_a_question(tmp_path: Path) -> None:
    for name in ("a", "b"):
        put(tmp_path / name / f"{name}.png")
    table = tmp_path / "t.csv"
    table.write_text("file,class\na.png,a\nb.png,b\n", encoding="utf-8")
    assert "table" in recognize(tmp_path).notes[0]
    table.write_text("file,class\na.png,b\nb.png,a\n", encoding="utf-8")
    with pytest.raises(UserError, match="layout: class-folders"):
        recognize(tmp_path)


def test_a_table_without_target_takes_the_class_from_the_folder(tmp_path: Path) -> None:
    for name in ("a", "b"):
        put(tmp_path / name / f"{name}1.png")
    pl.DataFrame({"file": ["a1.png", "b1.png"], "patient_id": [1, 2]}).write_parquet(tmp_path / "t.parquet")
    manifest = recognize(tmp_path)
    assert manifest.targets["class"].to_list() == ["a", "b"]
    assert manifest.images["patient"].to_list() == ["1", "2"]


def test_coco_beside_images(tmp_path: Path) -> None:
    for number in range(2):
        put(tmp_path / "images" / f"i{number}.png")
    (tmp_path / "boxes.json").write_text(json.dumps({
        "images": [{"id": 1, "file_name": "i0.png", "height": 6, "width": 5},
                   {"id": 2, "file_name": "i1.png", "height": 6, "width": 5}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}],
        "categories": [{"id": 1, "name": "cell"}]}), encoding="utf-8")
    manifest = recognize(tmp_path)
    real = manifest.objects.drop_nulls("y0")
    assert real.select("id", "label", "y0", "x0", "y1", "x1").row(0) == ("i0", "cell", 2.0, 1.0, 6.0, 4.0)
    assert manifest.objects["id"].to_list() == ["i0", "i1"]


def test_coco_tells_images_of_one_name_apart_by_their_folder(tmp_path: Path) -> None:
    for folder in ("a", "b", "c"):
        put(tmp_path / folder / "0.png")
    (tmp_path / "boxes.json").write_text(json.dumps({
        "images": [{"id": k, "file_name": name, "height": 6, "width": 5}
                   for k, name in enumerate(["a/0.png", "b/0.png", "0.png"])],
        "annotations": [{"id": k, "image_id": k, "category_id": 1, "bbox": [0, 0, 1 + k, 1]} for k in range(3)],
        "categories": [{"id": 1, "name": "cell"}]}), encoding="utf-8")
    manifest = recognize(tmp_path)
    assert manifest.objects.select("id", "x1").rows() == [("a/0", 1.0), ("b/0", 2.0)]
    assert "1 entries whose file name several images bear" in manifest.set_aside["problem"][0]


def test_voc(tmp_path: Path) -> None:
    for number in range(2):
        put(tmp_path / "JPEGImages" / f"i{number}.jpg")
    (tmp_path / "Annotations").mkdir()
    box = "<object><name>cell</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object>"
    (tmp_path / "Annotations/i0.xml").write_text(f"<annotation>{box}</annotation>", encoding="utf-8")
    (tmp_path / "ImageSets/Main").mkdir(parents=True)
    (tmp_path / "ImageSets/Main/val.txt").write_text("i1\n", encoding="utf-8")
    manifest = recognize(tmp_path)
    assert manifest.objects.select("id", "y0", "x0", "y1", "x1").rows() == [("i0", 1.0, 0.0, 4.0, 3.0)]
    assert manifest.images["part"].to_list() == [None, "validation"]


def test_npz_of_medmnist(tmp_path: Path) -> None:
    arrays = {f"{part}_images": np.zeros((count, 28, 28), np.uint8)
              for part, count in (("train", 3), ("val", 1), ("test", 2))}
    labels = {f"{part}_labels": np.arange(count, dtype=np.uint8)[:, None] % 2
              for part, count in (("train", 3), ("val", 1), ("test", 2))}
    np.savez_compressed(tmp_path / "pneumoniamnist.npz", **arrays, **labels)
    for where in (tmp_path, tmp_path / "pneumoniamnist.npz"):
        manifest = recognize(where)
        assert manifest.dataset == "pneumoniamnist"
        assert manifest.targets["class"].to_list() == ["normal", "pneumonia", "normal", "normal", "normal", "pneumonia"]
        assert manifest.images["part"].to_list() == ["train"] * 3 + ["validation"] + ["test"] * 2
        assert manifest.images["image"][4] == "pneumoniamnist.npz#array=test_images&row=0"
        assert manifest.images["id"][4] == "test-00000"


def _volumes(root: Path) -> None:
    for name in ("imagesTr", "labelsTr"):
        (root / name).mkdir()
        for number in range(2):
            values = np.zeros((5, 6, 7), np.uint8)
            values[..., 3] = 1 + number
            nibabel.Nifti1Image(values, np.eye(4)).to_filename(root / name / f"v{number}.nii.gz")
    (root / "dataset.json").write_text(json.dumps({"labels": {"0": "background", "1": "head", "2": "tail"}}),
                                       encoding="utf-8")


def test_volumes_are_refused_with_the_line_that_cuts_them(tmp_path: Path) -> None:
    _volumes(tmp_path)
    with pytest.raises(UserError, match=r"data: \{slice: z\}"):
        recognize(tmp_path)


@pytest.mark.parametrize(("axis", "count"), [("z", 7), ("y", 6), ("x", 5)])
def test_volumes_are_cut_and_stay_together(tmp_path: Path, axis: str, count: int) -> None:
    _volumes(tmp_path)
    manifest = recognize(tmp_path, slice_axis=axis)  # type: ignore[arg-type]
    assert len(manifest) == 2 * count
    assert manifest.mask_labels == ("head", "tail")
    assert manifest.images["image"][1] == f"imagesTr/v0.nii.gz#{axis}=1"
    assert manifest.images["patient"].to_list() == ["v0"] * count + ["v1"] * count
    assert manifest.images["study"].to_list() == manifest.images["patient"].to_list()
    assert manifest.objects.filter(pl.col("id") == f"v1-{axis}002")["locator"].to_list() == [
        f"labelsTr/v1.nii.gz#{axis}=2"] * 2
    assert len(recognize(tmp_path, slice_axis=axis, slice_every=3)) == 2 * len(range(1, count, 3))  # type: ignore[arg-type]
    kept = recognize(tmp_path, slice_axis=axis, patient="absent")  # type: ignore[arg-type]
    assert kept.patient == "given"
    assert kept.images["patient"].n_unique() == 2


def test_boxes_of_volumes_that_are_cut_are_counted_and_named(tmp_path: Path) -> None:
    put(tmp_path / "images/flat.png")
    pages = [Image.fromarray(np.full((6, 5), k, np.uint8)) for k in range(3)]
    pages[0].save(tmp_path / "images/stack.tif", save_all=True, append_images=pages[1:])
    (tmp_path / "boxes.json").write_text(json.dumps({
        "images": [{"id": k, "file_name": name, "height": 6, "width": 5} for k, name in
                   enumerate(["flat.png", "stack.tif"])],
        "annotations": [{"id": k, "image_id": int(k > 0), "category_id": 1, "bbox": [0, 0, 1, 1]} for k in range(3)],
        "categories": [{"id": 1, "name": "cell"}]}), encoding="utf-8")
    manifest = recognize(tmp_path, slice_axis="z")
    assert len(manifest) == 4
    assert manifest.objects["id"].to_list() == ["flat"]
    lost = [note for note in manifest.notes if "boxes" in note and note.startswith("WARNING")]
    assert lost == ["WARNING: 2 boxes of volumes that were cut are not used: nothing says on which slices they lie."]


def test_a_pattern_that_fits_nothing_names_one_that_does(tmp_path: Path) -> None:
    for number in range(6):
        put(tmp_path / "ab"[number % 2] / f"person{number // 2}_{number}.png")
    with pytest.raises(UserError, match=r"person\\d\+"):
        recognize(tmp_path, patient="{patient}-scan{rest}")
    assert recognize(tmp_path, patient=r"(?P<patient>person\d+)").images["patient"].n_unique() == 3
    assert recognize(tmp_path, patient="{patient}_{rest}").images["patient"].n_unique() == 3
    assert any("hold 3 ids" in note for note in recognize(tmp_path).notes)
    assert recognize(tmp_path, patient="absent").images["patient"].null_count() == 6


def test_unknown_patients_are_told_loudly(tmp_path: Path) -> None:
    for number in range(4):
        put(tmp_path / "train" / "ab"[number % 2] / f"person{number // 2}_{number}.png")
        put(tmp_path / "test" / "ab"[number % 2] / f"chest_{number}.png")
    manifest = recognize(tmp_path, patient=r"(?P<patient>person\d+)")
    assert manifest.images["patient"].null_count() == 0
    assert manifest.images["patient"].n_unique() == 2 + 4
    assert any(n.startswith("WARNING: 4 images of 8") and "4 in test" in n for n in manifest.notes)


@pytest.mark.parametrize(("names", "groups"), [
    (["person1_bacteria_1.jpeg", "person1_virus_2.jpeg", "IM-0012-0001.jpeg", "IM-0012-0002.jpeg"], 2),
    (["C100P61ThinF_1.png", "C100P61ThinF_2.png", "C5NThinF_1.png", "C5NThinF_3.png"], 2),
    (["a/8863_idx5_1.png", "a/8863_idx5_2.png", "b/8864_idx5_1.png", "b/8864_idx5_2.png"], 2),
    (["benign (1).png", "benign (2).png"], None),
    (["BloodImage_00001.jpg", "BloodImage_00002.jpg"], None)])
def test_ids_hidden_in_names(names: list[str], groups: int | None) -> None:
    from bogam.data.layouts.patients import match_patients
    pattern = apparent_groups(names)
    assert (pattern is None) == (groups is None)
    if pattern is not None:
        assert len(set(match_patients(pattern, names))) == groups


@pytest.mark.parametrize(("make", "words"), [
    (lambda root: (root / "a.txt").write_text("x", encoding="utf-8"), "no image among them"),
    (lambda root: root.rmdir(), "expected a folder")])
def test_a_folder_without_images(tmp_path: Path, make: Callable[[Path], object], words: str) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    make(folder)
    with pytest.raises(UserError, match=words):
        recognize(folder)


def test_unknown_layout_and_forced_layout(tmp_path: Path) -> None:
    put(tmp_path / "a.png")
    with pytest.raises(UserError, match="Did you mean 'class-folders'"):
        recognize(tmp_path, layout="class-folder")
    with pytest.raises(UserError, match="do not lie so"):
        recognize(tmp_path, layout="voc")
    assert recognize(tmp_path).notes[0].startswith("Read as flat")


def test_a_renamed_part_of_a_known_set_is_read_without_its_patients(tmp_path: Path) -> None:
    for label in ("NORMAL", "PNEUMONIA"):
        for k in range(3):
            put(tmp_path / "chest_xray" / "test" / label / f"chest_{k}.jpeg")
    found = recognize(tmp_path / "chest_xray" / "test")
    assert found.dataset == "kermany"
    assert found.patient == "absent"
    assert any("but none of these does: absent" in note for note in found.notes)
    with pytest.raises(UserError, match="which fits no file"):
        recognize(tmp_path / "chest_xray" / "test", patient=r"(?P<patient>person\d+)")


def test_ids_that_stand_somewhere_unused_are_kept_for_the_audit(tmp_path: Path) -> None:
    rows = ["file,case_no,age,dx"]
    for k in range(6):
        put(tmp_path / f"{k}.png")
        rows.append(f"{k}.png,c{k // 2},{50 + k // 2},{'ab'[k % 2]}")
    (tmp_path / "t.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = recognize(tmp_path)
    assert found.patient == "absent"
    assert found.unused.columns == ["id", "column case_no of t.csv"]
    assert found.unused["column case_no of t.csv"].to_list() == ["c0", "c0", "c1", "c1", "c2", "c2"]
    assert found.take(["5", "0"]).unused.height == 2
    told = recognize(tmp_path, patient="column:case_no")
    assert told.unused.columns == ["id"]
    hidden = recognize(tmp_path, patient="absent", columns={"patient": "case_no"})
    assert hidden.patient == "absent"
    assert hidden.unused.columns == ["id", "Patient ID, though patients are declared absent"]


def test_a_column_of_ids_that_never_repeat_groups_nothing(tmp_path: Path) -> None:
    rows = ["file,study_uid,series,dx"]
    for k in range(4):
        put(tmp_path / f"{k}.png")
        rows.append(f"{k}.png,u{k},s,{'ab'[k % 2]}")
    (tmp_path / "t.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert recognize(tmp_path).unused.columns == ["id"]
