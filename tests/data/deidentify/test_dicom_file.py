import io
import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest

from bogam.core.errors import FileProblem
from bogam.data.deidentify.dicom_file import clean_dicom
from bogam.data.deidentify.keys import Pseudonyms
from bogam.data.deidentify.options import Options

MADE = Pseudonyms(b"k" * 32)
CHOICES = {
    "basic": Options(), "shifted dates": Options(retain_modified_dates=True),
    "cleaned descriptors": Options(clean_descriptors=True), "device": Options(retain_device=True),
    "characteristics": Options(retain_characteristics=True), "safe private": Options(retain_safe_private=True)}
ALLOWED = {"device": {"serial", "station"}}


def read(blob: bytes) -> pydicom.Dataset:
    return pydicom.dcmread(io.BytesIO(blob))


@pytest.fixture(autouse=True)
def _values_of_plants_may_be_odd() -> None:
    warnings.filterwarnings("ignore", module="pydicom")


@pytest.mark.parametrize("choice", CHOICES)
def test_no_planted_identifier_survives(tmp_path: Path, planted, leaked, choice: str) -> None:
    (path,) = planted(tmp_path)
    assert len(leaked(path.read_bytes())) >= 19
    result = clean_dicom(path, CHOICES[choice], MADE, find_text=False)
    assert set(leaked(result.blob)) <= ALLOWED.get(choice, set())
    assert not leaked(repr((result.done, result.notes)).encode())


def test_no_planted_identifier_survives_in_compressed_pixels(tmp_path: Path, planted, leaked, replant) -> None:
    (path,) = planted(tmp_path)
    replant(path, jpeg=True)
    result = clean_dicom(path, Options(), MADE, find_text=False)
    assert not leaked(result.blob)
    before, after = pydicom.dcmread(path), read(result.blob)
    np.testing.assert_array_equal(before.pixel_array, after.pixel_array)
    assert after.file_meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID


def test_text_in_pixels_is_masked_and_stated(tmp_path: Path, planted, replant) -> None:
    import cv2

    (path,) = planted(tmp_path)
    for compressed in (False, True):
        dataset = pydicom.dcmread(path)
        if compressed:
            replant(path, jpeg=True)
            dataset = pydicom.dcmread(path)
            dataset.decompress()
        dataset.Rows, dataset.Columns = 200, 320
        picture = np.full((200, 320), 300, np.uint16)
        drawn = cv2.putText(np.zeros((200, 320), np.uint8), "DOE JOHN 1953", (20, 60), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 255, 2)
        picture[drawn > 0] = 4000
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
        dataset["PixelData"].VR = "OW"
        dataset.PixelData = picture.tobytes()
        if compressed:
            dataset.compress("1.2.840.10008.1.2.5")
        dataset.save_as(path, enforce_file_format=True)
        found = clean_dicom(path, Options(), MADE)
        assert found.text_regions
        assert not found.masked
        assert "BurnedInAnnotation" in (after := read(found.blob)) and after.PatientIdentityRemoved == "YES"
        np.testing.assert_array_equal(after.pixel_array, picture)
        masked = clean_dicom(path, Options(mask_text=True), MADE)
        after = read(masked.blob)
        assert (after.pixel_array == 300).all()
        assert after.BurnedInAnnotation == "NO"
        assert [item.CodeValue for item in after.DeidentificationMethodCodeSequence] == ["113100", "113101"]
        assert not after.file_meta.TransferSyntaxUID.is_compressed
