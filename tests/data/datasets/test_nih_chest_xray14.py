"""NIH ChestX-ray14 in its published layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bogam.data.datasets.compare import figures
from bogam.data.layout import recognize

Put = Callable[..., Path]
HEADER = ("Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
          "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],")
ROWS = ("00000001_000.png,Cardiomegaly,0,1,58,M,PA,2682,2749,0.143,0.143,",
        "00000001_001.png,Cardiomegaly|Emphysema,1,1,58,M,PA,2894,2729,0.143,0.143,",
        "00000002_000.png,No Finding,0,2,81,M,PA,2500,2048,0.171,0.171,",
        "00000003_000.png,Hernia,0,3,81,F,AP,2582,2991,0.143,0.143,")


def write(root: Path, put: Put) -> None:
    (root / "Data_Entry_2017.csv").write_text("\n".join([HEADER, *ROWS]) + "\n", encoding="utf-8")
    (root / "BBox_List_2017.csv").write_text(
        "Image Index,Finding Label,Bbox [x,y,w,h],,,\n00000003_000.png,Hernia,1,2,3,4,\n", encoding="utf-8")
    (root / "train_val_list.txt").write_text("00000001_000.png\n00000001_001.png\n00000003_000.png", encoding="utf-8")
    (root / "test_list.txt").write_text("00000002_000.png\r\n", encoding="utf-8", newline="")
    for number, row in enumerate(ROWS):
        put(root / f"images_00{1 + number // 2}/images/{row.split(',')[0]}")


def test_findings_patients_views_and_parts(tmp_path: Path, put: Put) -> None:
    write(tmp_path, put)
    manifest = recognize(tmp_path)
    assert manifest.dataset == "nih-chest-xray14"
    assert manifest.target_specs["Finding Labels"].kind == "multilabel"
    assert len(manifest.target_specs["Finding Labels"].labels) == 14
    assert manifest.targets["Finding Labels"].to_list() == ["Cardiomegaly", "Cardiomegaly|Emphysema", "", "Hernia"]
    assert manifest.images["patient"].to_list() == ["1", "1", "2", "3"]
    assert manifest.images["part"].to_list() == ["train", "train", "test", "train"]
    assert manifest.images["view"].to_list() == ["PA", "PA", "PA", "AP"]
    assert figures(manifest) == {"images": 4, "patients": 3, "train/images": 3, "test/images": 1, "Cardiomegaly": 2,
                                 "Emphysema": 1, "Hernia": 1, "train/Cardiomegaly": 2, "train/Emphysema": 1,
                                 "train/Hernia": 1}


def test_an_image_in_no_list_is_told(tmp_path: Path, put: Put) -> None:
    write(tmp_path, put)
    (tmp_path / "test_list.txt").write_text("", encoding="utf-8")
    manifest = recognize(tmp_path)
    assert manifest.images["part"].to_list() == ["train", "train", None, "train"]
    assert "1 images are in none of the lists of parts." in manifest.notes


def test_the_users_targets_come_first(tmp_path: Path, put: Put) -> None:
    write(tmp_path, put)
    manifest = recognize(tmp_path, targets={"Patient Gender": "multiclass"}, labels=["F", "M"])
    assert list(manifest.target_specs) == ["Patient Gender"]
    assert manifest.target_specs["Patient Gender"].labels == ("F", "M")
