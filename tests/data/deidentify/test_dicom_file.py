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
