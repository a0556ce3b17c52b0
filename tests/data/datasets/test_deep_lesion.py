"""DeepLesion in its published layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from bogam.data.datasets.compare import compare
from bogam.data.datasets.deep_lesion import DeepLesion
from bogam.data.layout import recognize
from bogam.data.load import load_case

Put = Callable[..., Path]
HEADER = ("File_name,Patient_index,Study_index,Series_ID,Key_slice_index,Measurement_coordinates,Bounding_boxes,"
          "Lesion_diameters_Pixel_,Normalized_lesion_location,Coarse_lesion_type,Possibly_noisy,Slice_range,"
          "Spacing_mm_px_,Image_size,DICOM_windows,Patient_gender,Patient_age,Train_Val_Test")


def row(name: str, patient: int, box: str, kind: int, part: int, noisy: int = 0) -> str:
    key = int(name[13:16])
    return (f'{name},{patient},1,1,{key},"1, 2, 3, 4, 1, 2, 3, 4","{box}","10.5, 5.2","0.3, 0.6, 0.4",{kind},{noisy},'
            f'"{key - 1}, {key + 1}","0.8, 0.8, 5","6, 5","-175, 275",F,62,{part}')


def write(root: Path, put: Put) -> None:
    rows = [row("000001_01_01_109.png", 1, "1, 1.5, 4, 3", 3, 3), row("000001_01_01_109.png", 1, "0, 0, 2, 2", 4, 3),
            row("000002_01_01_014.png", 2, "2, 1, 5, 4", -1, 1, noisy=1),
            row("000003_02_01_007.png", 3, "1, 1, 2, 2", -1, 2),
            row("000009_01_01_001.png", 9, "1, 1, 2, 2", -1, 1)]
    (root / "DL_info.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    for name in ("000001_01_01/108", "000001_01_01/109", "000001_01_01/110", "000002_01_01/014", "000003_02_01/007"):
        put(root / f"Images_png/{name}.png", value=32768, bits=16)


def test_key_slices_boxes_patients_and_parts(tmp_path: Path, put: Put) -> None:
    write(tmp_path, put)
    manifest = recognize(tmp_path)
    assert manifest.dataset == "deep-lesion"
    assert manifest.images["image"].to_list() == [f"Images_png/{n}.png" for n in (
        "000001_01_01/109", "000002_01_01/014", "000003_02_01/007")]
    assert manifest.images["patient"].to_list() == ["1", "2", "3"]
    assert manifest.images["part"].to_list() == ["test", "train", "validation"]
    first = manifest.objects.filter(pl.col("id") == manifest.images["id"][0])
    assert first.select("y0", "x0", "y1", "x1").rows() == [(1.5, 1.0, 3.0, 4.0), (0.0, 0.0, 2.0, 2.0)]
    assert set(manifest.objects["label"]) == {"lesion"}
    text = " ".join(manifest.notes)
    assert "Coarse types are given for 2 of 4 boxes, so all are labelled lesion." in text
    assert "2 slices around the key slices are left out" in text
    assert "names 1 slices that are not in the folder" in text
    assert "1 boxes are marked as possibly noisy" in text
    rows = {r.what: (r.published, r.here) for r in compare(manifest, DeepLesion, "deep-lesion")}
    assert rows["boxes"] == (32_735, 4)
    assert rows["patients"] == (4_427, 3)


def test_types_are_labels_where_every_box_has_one(tmp_path: Path, put: Put) -> None:
    write(tmp_path, put)
    for name in ("000002_01_01", "000003_02_01"):
        next((tmp_path / "Images_png" / name).iterdir()).unlink()
    assert recognize(tmp_path).objects["label"].to_list() == ["mediastinum", "liver"]


def test_sixteen_bits_are_kept(tmp_path: Path, put: Put) -> None:
    write(tmp_path, put)
    manifest = recognize(tmp_path)
    case = load_case(manifest, manifest.images["id"][0])
    assert int(case.image.max()) == 32768 + 29


def test_a_box_that_is_none_is_set_aside(tmp_path: Path, put: Put) -> None:
    write(tmp_path, put)
    sheet = tmp_path / "DL_info.csv"
    sheet.write_text(sheet.read_text(encoding="utf-8").replace('"1, 1.5, 4, 3"', '"1, nothing"'), encoding="utf-8")
    manifest = recognize(tmp_path)
    assert manifest.set_aside["problem"].to_list() == ["000001_01_01_109.png: its box is not four numbers"]
    assert manifest.objects.height == 3
