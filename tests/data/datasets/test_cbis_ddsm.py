"""CBIS-DDSM in the layout of TCIA's downloader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from bogam.data.datasets.compare import figures
from bogam.data.layout import recognize
from bogam.data.load import load_case

Put = Callable[..., Path]
HEADER = ("patient_id,breast_density,left or right breast,image view,abnormality id,abnormality type,mass shape,"
          "mass margins,assessment,pathology,subtlety,image file path,cropped image file path,ROI mask file path")


def row(case: str, finding: int, pathology: str) -> str:
    patient, side, view = case.split("_", 1)[1].rsplit("_", 2)
    return (f"{patient},3,{side},{view},{finding},mass,OVAL,SPICULATED,4,{pathology},4,{case}/1.3.6/1.3.6.1/000000.dcm,"
            f'{case}_{finding}/1.3.6/1.3.6.2/000000.dcm,"{case}_{finding}/1.3.6/1.3.6.2/000001.dcm\n"')


def write(root: Path, put_dicom: Put, second_patient: str = "P_00009") -> None:
    cases = {"Mass-Training_P_00001_LEFT_CC": ("BENIGN", "MALIGNANT"), "Mass-Training_P_00001_LEFT_MLO": ("BENIGN",),
             f"Calc-Test_{second_patient}_RIGHT_CC": ("BENIGN_WITHOUT_CALLBACK",)}
    names = [f"{kind}_case_description_{part}_set" for kind in ("mass", "calc") for part in ("train", "test")]
    sheets = {name: [HEADER] for name in names}
    for case, findings in cases.items():
        base = root / "CBIS-DDSM"
        put_dicom(base / case / "07-20-2016-DDSM-1/1.000000-full mammogram images-1/1-1.dcm", case, case)
        for number, pathology in enumerate(findings, 1):
            folder = base / f"{case}_{number}" / "07-20-2016-DDSM-2/1.000000-ROI mask images-2"
            mask, crop = ("1-2.dcm", "1-1.dcm") if number == 1 else ("1-1.dcm", "1-2.dcm")
            put_dicom(folder / mask, f"{case}_{number}", f"{case}{number}", value=255)
            put_dicom(folder / crop, f"{case}_{number}", f"{case}{number}", shape=(3, 3))
            part = "train" if "Training" in case else "test"
            sheets[f"{case[:4].lower()}_case_description_{part}_set"].append(row(case, number, pathology))
    for name, lines in sheets.items():
        (root / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_mammograms_pathologies_masks_and_parts(tmp_path: Path, put_dicom: Put) -> None:
    write(tmp_path, put_dicom)
    manifest = recognize(tmp_path)
    assert manifest.dataset == "cbis-ddsm"
    assert len(manifest) == 3
    rows = manifest.images.join(manifest.targets, on="id").sort("part", "view")
    assert rows.select("patient", "part", "view", "laterality", "class", "modality").rows() == [
        ("P_00009", "test", "CC", "R", "BENIGN_WITHOUT_CALLBACK", "MG"),
        ("P_00001", "train", "CC", "L", "MALIGNANT", "MG"), ("P_00001", "train", "MLO", "L", "BENIGN", "MG")]
    assert manifest.target_specs["class"].labels == ("BENIGN_WITHOUT_CALLBACK", "BENIGN", "MALIGNANT")
    assert manifest.mask_labels == ("lesion",)
    assert manifest.objects.filter(pl.col("locator").str.contains("_CC_1|_CC_2|_MLO_1")).height == 4
    assert any("4 cropped pictures of lesions are left out" in n for n in manifest.notes)
    assert figures(manifest)["patients"] == 2
    case = load_case(manifest, manifest.images["id"][0])
    assert case.masks is not None
    assert case.masks.sum() == 4


def test_a_patient_in_both_parts_is_a_warning(tmp_path: Path, put_dicom: Put) -> None:
    write(tmp_path, put_dicom, "P_00001")
    notes = recognize(tmp_path).notes
    assert any(n.startswith("WARNING: 1 patients are in the official training and test") for n in notes)


def test_masks_without_their_mammogram_are_set_aside(tmp_path: Path, put_dicom: Put) -> None:
    write(tmp_path, put_dicom)
    next((tmp_path / "CBIS-DDSM/Mass-Training_P_00001_LEFT_MLO").rglob("*.dcm")).unlink()
    manifest = recognize(tmp_path)
    assert len(manifest) == 2
    assert manifest.set_aside.height == 2
    assert set(manifest.set_aside["problem"]) == {"belongs to a mammogram that is missing or cannot be read"}
