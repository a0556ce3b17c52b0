"""Every DICOM file at hand: what the source states is not in the result, the result opens, validators accept it."""

import io
import os
import re
import shutil
import subprocess
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pydicom.data
import pytest
from pydicom.uid import UID_dictionary

from bogam.core.errors import FileProblem
from bogam.data.deidentify.dicom_file import clean_dicom
from bogam.data.deidentify.keys import Pseudonyms
from bogam.data.deidentify.options import Options

MADE = Pseudonyms(b"k" * 32)
SHIPPED = Path(pydicom.data.__file__).parent
STATED = ("PatientID", "PatientBirthDate", "AccessionNumber", "OtherPatientIDs", "PatientAddress",
          "PatientTelephoneNumbers", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID")
EXPECTED_ASIDE = re.compile(r"DICOMDIR|no DICOM object|without pixels|early|looked into|document")


def candidates() -> list[Path]:
    found = [p for p in sorted(SHIPPED.rglob("*")) if p.is_file() and p.suffix not in (".py", ".json", ".txt", ".icc")]
    root = os.environ.get("BOGAM_DATA")
    return found + (sorted((Path(root) / "dicom_series").rglob("*.dcm")) if root else [])


@pytest.fixture(autouse=True)
def _odd_files_warn() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def needles(path: Path) -> dict[str, str]:
    """Return what must not be in the result, found without any code of ours."""
    dataset = pydicom.dcmread(path, force=True)
    found = {}
    for name in STATED:
        value = str(dataset.get(name) or "").strip("\0 ")
        if len(value) >= 6 and value not in UID_dictionary:
            found[name] = value
    for element in dataset:
        if element.VR == "PN":
            for value in [element.value] if element.VM <= 1 else element.value:
                for part in re.findall(r"[^\W\d_]{5,}", str(value or "")):
                    found[f"{element.keyword} {len(found)}"] = part
    return found


def holds(blob: bytes, value: str) -> bool:
    low = blob.lower()
    for encoding in ("utf-8", "latin-1", "iso2022_jp", "euc_kr", "utf-16-le"):
        try:
            form = value.lower().encode(encoding)
        except UnicodeEncodeError:
            continue
        if re.search(rb"(?<![0-9.])" + re.escape(form) + rb"(?![0-9.])", low):
            return True
    return False


@pytest.fixture(scope="module")
def cleaned() -> list[tuple[Path, bytes]]:
    found: list[tuple[Path, bytes]] = []
    aside: list[FileProblem] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in candidates():
            try:
                found.append((path, clean_dicom(path, Options(), MADE, find_text=False).blob))
            except FileProblem as problem:
                aside.append(problem)
    strange = [f"{problem.file}: {problem.problem}" for problem in aside if not EXPECTED_ASIDE.search(problem.problem)]
    assert not strange
    return found


def test_no_stated_identifier_survives_and_every_result_opens(cleaned) -> None:
    count, with_needles = 0, 0
    for path, blob in cleaned:
        known = needles(path)
        left = [name for name, value in known.items() if holds(blob, value)]
        assert not left, f"{path.name}: {left}"
        after = pydicom.dcmread(io.BytesIO(blob))
        assert after.PatientIdentityRemoved == "YES"
        assert after.file_meta.MediaStorageSOPInstanceUID == after.SOPInstanceUID
        assert not [e for e in after.iterall() if e.tag.is_private]
        count, with_needles = count + 1, with_needles + bool(known)
    assert count >= 120
    assert with_needles >= 100


def test_pixels_stay_as_they_are(cleaned) -> None:
    same = 0
    for path, blob in cleaned:
        before, after = pydicom.dcmread(path, force=True), pydicom.dcmread(io.BytesIO(blob))
        if "PixelData" not in before:
            continue
        assert after.PixelData[:1000] == before.PixelData[:1000] or after.file_meta.TransferSyntaxUID.is_compressed
        try:
            pixels = before.pixel_array
        except Exception:
            continue
        np.testing.assert_array_equal(after.pixel_array, pixels, err_msg=path.name)
        same += 1
    assert same >= 60


def test_a_real_series_stays_one_series(real_data: Path, tmp_path: Path) -> None:
    archive = real_data / "dicom_series" / "SAG-anon.zip"
    if not archive.is_file():
        pytest.skip("SAG-anon.zip is not in BOGAM_DATA")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path)
    paths = sorted(tmp_path.rglob("*.dcm"))[::4]
    headers, days = [], set()
    for path in paths:
        result = clean_dicom(path, Options(retain_modified_dates=True), MADE, find_text=False)
        before, after = pydicom.dcmread(path), pydicom.dcmread(io.BytesIO(result.blob))
        headers.append(after)
        assert after.PatientBirthDate == ""
        assert after.InstanceNumber == before.InstanceNumber
        assert after.ImagePositionPatient == before.ImagePositionPatient
        days.add(np.datetime64(f"{after.StudyDate[:4]}-{after.StudyDate[4:6]}-{after.StudyDate[6:]}")
                 - np.datetime64(f"{before.StudyDate[:4]}-{before.StudyDate[4:6]}-{before.StudyDate[6:]}"))
        assert b"20090701" not in result.blob
    assert len(headers) == 48
    assert len({h.SeriesInstanceUID for h in headers}) == len({h.PatientID for h in headers}) == 1
    assert len({h.SOPInstanceUID for h in headers}) == 48
    assert len(days) == 1
    assert next(iter(days)) < np.timedelta64(0, "D")
    assert headers[0].LongitudinalTemporalInformationModified == "MODIFIED"


def need(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed (Debian packages dcmtk, dicom3tools)")
    return found


def test_dcmtk_takes_every_result_for_dicom(tmp_path: Path, cleaned) -> None:
    program = need("dcmftest")
    folder = tmp_path / "all"
    folder.mkdir()
    for number, (_, blob) in enumerate(cleaned):
        (folder / f"{number:04}.dcm").write_bytes(blob)
    paths = sorted(folder.iterdir())
    done = subprocess.run([program, *map(str, paths)], capture_output=True, text=True, check=False)
    assert done.stdout.count("yes:") == len(paths) >= 120


def errors_of(program: str, path: Path) -> set[str]:
    done = subprocess.run([program, str(path)], capture_output=True, check=False)
    text = (done.stdout + done.stderr).decode("utf-8", "replace")
    return {re.sub(r"<[^>]*>|\[\d+\]|= \S+", "", line) for line in text.splitlines() if line.startswith("Error")}


@pytest.mark.parametrize("choice", [Options(), Options(retain_modified_dates=True, clean_descriptors=True)])
def test_cleaning_makes_no_new_fault_in_a_valid_file(tmp_path: Path, choice: Options) -> None:
    program = need("dciodvfy")
    names = ("CT_small.dcm", "MR_small.dcm", "JPEG2000.dcm", "SC_rgb_rle.dcm", "examples_ybr_color.dcm",
             "eCT_Supplemental.dcm", "liver_1frame.dcm", "rtdose_1frame.dcm", "MR-SIEMENS-DICOM-WithOverlays.dcm",
             "waveform_ecg.dcm")
    tried = 0
    for name in names:
        path = next(SHIPPED.rglob(name), None)
        if path is None:
            continue
        out = tmp_path / name
        out.write_bytes(clean_dicom(path, choice, MADE, find_text=False).blob)
        assert errors_of(program, out) <= errors_of(program, path), name
        tried += 1
    assert tried >= 6
