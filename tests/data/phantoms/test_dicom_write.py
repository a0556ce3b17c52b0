"""DICOM files of phantoms: headers, pixels, identifiers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest

from bogam.data.phantoms.dicom_write import uid_of, write_dicom
from bogam.data.phantoms.family import phantoms


@pytest.mark.parametrize(("kind", "bits", "modality"), [
    ("breast-ultrasound", 8, "US"), ("mammogram", 12, "MG"), ("chest-x-ray", 16, "CR"), ("histology", 8, "SM")])
def test_headers_and_pixels(tmp_path: Path, kind: str, bits: int, modality: str) -> None:
    phantom = phantoms.parse({kind: {"size": (33, 47), "bits": bits}})
    for patient in (0, 1):
        drawn = phantom.draw(patient, 1)
        path = tmp_path / f"{patient}.dcm"
        write_dicom(drawn, phantom, path)
        dataset = pydicom.dcmread(path)
        pixels = dataset.pixel_array
        if dataset.PhotometricInterpretation == "MONOCHROME1":
            assert (modality, drawn.site) == ("CR", "site-b")
            pixels = 2**bits - 1 - pixels
        assert np.array_equal(pixels, drawn.image[0] if len(drawn.image) == 1 else np.moveaxis(drawn.image, 0, 2))
        assert dataset.Modality == modality
        assert (dataset.BitsStored, dataset.HighBit) == (bits, bits - 1)
        assert dataset.PatientID == drawn.patient.upper()
        assert dataset.Manufacturer == drawn.scanner.manufacturer
        assert [float(s) for s in dataset.PixelSpacing] == pytest.approx(drawn.spacing_mm, rel=1e-5)
        assert dataset.StudyDate == dataset.ContentDate == "20200102"
        if modality != "SM":
            assert float(dataset.WindowWidth) == 2**bits
            assert float(dataset.WindowCenter) == 2**bits / 2
        if modality == "MG":
            assert (dataset.ViewPosition, dataset.ImageLaterality) == ("MLO", drawn.laterality)
        for name in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"):
            assert pydicom.uid.UID(dataset[name].value).is_valid


def test_images_of_a_patient_share_the_study_and_nothing_else(tmp_path: Path) -> None:
    phantom = phantoms.parse({"mammogram": {"size": (32, 32)}})
    found = []
    for patient, index in ((0, 0), (0, 1), (2, 0)):
        write_dicom(phantom.draw(patient, index), phantom, tmp_path / "one.dcm")
        found.append(pydicom.dcmread(tmp_path / "one.dcm"))
    assert found[0].StudyInstanceUID == found[1].StudyInstanceUID != found[2].StudyInstanceUID
    assert len({d.SOPInstanceUID for d in found}) == len({d.SeriesInstanceUID for d in found}) == 3


def test_another_phantom_has_other_identifiers(tmp_path: Path) -> None:
    seen = set()
    for seed in (0, 1):
        phantom = phantoms.parse({"chest-x-ray": {"size": (32, 32), "seed": seed}})
        write_dicom(phantom.draw(0, 0), phantom, tmp_path / "one.dcm")
        seen.add(str(pydicom.dcmread(tmp_path / "one.dcm").SOPInstanceUID))
    assert len(seen) == 2
    assert max(len(uid_of("any", k)) for k in range(50)) <= 64
