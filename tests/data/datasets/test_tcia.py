"""Collections of TCIA as the NBIA Data Retriever leaves them; NLST is one of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bogam.core.errors import UserError
from bogam.data.datasets.compare import figures
from bogam.data.layout import recognize

Put = Callable[..., Path]
HEADER = ("Series UID,Collection,3rd Party Analysis,Data Description URI,Subject ID,Study UID,Study Description,"
          "Study Date,Series Description,Manufacturer,Modality,SOP Class Name,SOP Class UID,Number of Images,File Size,"
          "File Location,Download Timestamp")


def write(root: Path, put_dicom: Put, collection: str, patients: tuple[str, ...]) -> None:
    lines = [HEADER]
    for patient in patients:
        place = f"{collection}/{patient}/01-02-1999-NA-{collection}-LSS-79599/2.000000-0OPLGESTD-04633"
        for number in range(3):
            put_dicom(root / place / f"1-{number + 1:03d}.dcm", patient, series=patient, z=2.5 * number, modality="CT")
        lines.append(f"1.2.{patient[-2:]},{collection},NO,https://doi.org/x,{patient},1.3,CHEST,01-02-1999,0OPLGESTD,GE,CT,"
                     f"CT Image Storage,1.2.840.10008.5.1.4.1.1.2,3,1 KB,./{place},2024-01-01T00:00:00.000")
    (root / "metadata.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize(("collection", "patients", "name"), [
    ("NLST", ("100002", "100004"), "nlst"), ("HNSCC", ("HNSCC-01-0001", "HNSCC-01-0002"), "tcia")])
def test_series_and_patients(tmp_path: Path, put_dicom: Put, collection: str, patients: tuple[str, ...],
                             name: str) -> None:
    write(tmp_path / "manifest-1", put_dicom, collection, patients)
    with pytest.raises(UserError, match="slices of DICOM series"):
        recognize(tmp_path)
    manifest = recognize(tmp_path, slice_axis="z")
    assert manifest.dataset == name
    assert figures(manifest) == {"images": 6, "patients": 2, "studies": 2}
    assert set(manifest.images["modality"]) == {"CT"}
    assert not set(manifest.images["patient"]) & set(patients)
    assert manifest.images["study"].n_unique() == 2


def test_dicom_files_without_the_table_are_no_collection(tmp_path: Path, put_dicom: Put) -> None:
    write(tmp_path, put_dicom, "HNSCC", ("HNSCC-01-0001",))
    (tmp_path / "metadata.csv").unlink()
    assert recognize(tmp_path, slice_axis="z").dataset is None
