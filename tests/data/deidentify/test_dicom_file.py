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
        drawn = cv2.putText(np.zeros((200, 320), np.uint8), "DOE JOHN 1953", (20, 60), cv2.FONT_HERSHEY_SIMPLEX, 0.9,
                            255, 2)
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
        after = read(found.blob)
        assert after.PatientIdentityRemoved == "YES"
        np.testing.assert_array_equal(after.pixel_array, picture)
        masked = clean_dicom(path, Options(mask_text=True), MADE)
        after = read(masked.blob)
        assert (after.pixel_array == 300).all()
        assert after.BurnedInAnnotation == "NO"
        assert [item.CodeValue for item in after.DeidentificationMethodCodeSequence] == ["113100", "113101"]
        assert not after.file_meta.TransferSyntaxUID.is_compressed


def edited(path: Path, **values: object) -> Path:
    dataset = pydicom.dcmread(path)
    for name, value in values.items():
        setattr(dataset, name, value)
    dataset.save_as(path)
    return path


def test_uids_and_pseudonyms_are_the_same_in_all_files_and_differ_between_keys(tmp_path: Path, planted) -> None:
    first, second = (read(clean_dicom(path, Options(), MADE, find_text=False).blob)
                     for path in planted(tmp_path, images=2))
    assert first.StudyInstanceUID == second.StudyInstanceUID
    assert first.PatientID == second.PatientID
    assert first.SOPInstanceUID != second.SOPInstanceUID
    assert first.ReferencedImageSequence[0].ReferencedSOPInstanceUID == first.SOPInstanceUID
    assert first.ReferencedImageSequence[0].ReferencedSOPClassUID == "1.2.840.10008.5.1.4.1.1.1"
    assert first.SOPInstanceUID.startswith("2.25.")
    assert len(first.SOPInstanceUID) <= 64
    (path, _) = planted(tmp_path, images=2)
    other = read(clean_dicom(path, Options(), Pseudonyms(b"o" * 32), find_text=False).blob)
    assert other.PatientID != first.PatientID
    assert other.StudyInstanceUID != first.StudyInstanceUID


def test_intervals_between_dates_stay_and_patients_move_differently(tmp_path: Path, planted) -> None:
    from datetime import datetime

    def days(path: Path) -> list[datetime]:
        after = read(clean_dicom(path, Options(retain_modified_dates=True), MADE, find_text=False).blob)
        return [datetime.strptime(after.StudyDate, "%Y%m%d"), datetime.strptime(after.SeriesDate, "%Y%m%d")]

    one, two = planted(tmp_path, images=2)
    edited(one, StudyDate="20170228", SeriesDate="20170302")
    edited(two, StudyDate="20180228", SeriesDate="20180302")
    first, second = days(one), days(two)
    assert (first[1] - first[0]).days == 2
    assert (second[0] - first[0]).days == 365
    assert first[0] < datetime(2017, 2, 28)
    edited(two, PatientID="ANOTHER-ONE-17")
    assert days(two)[0] != second[0]


def test_each_stated_method_ran(tmp_path: Path, planted) -> None:
    (path,) = planted(tmp_path)
    for options, codes, dates in (
            (Options(), ["113100"], "REMOVED"), (Options(retain_full_dates=True), ["113100", "113106"], "UNMODIFIED"),
            (Options(retain_modified_dates=True, retain_device=True), ["113100", "113107", "113109"], "MODIFIED")):
        after = read(clean_dicom(path, options, MADE, find_text=False).blob)
        assert [item.CodeValue for item in after.DeidentificationMethodCodeSequence] == codes
        assert after.LongitudinalTemporalInformationModified == dates
        assert len(after.DeidentificationMethod) <= 64


def test_private_elements_stay_only_if_listed_and_asked_for(tmp_path: Path, planted) -> None:
    (path,) = planted(tmp_path)
    assert not [e for e in read(clean_dicom(path, Options(), MADE, find_text=False).blob).iterall() if e.tag.is_private]
    kept = read(clean_dicom(path, Options(retain_safe_private=True), MADE, find_text=False).blob)
    assert kept.private_block(0x0019, "SIEMENS MR HEADER")[0x0C].value == 1000
    assert len([e for e in kept if e.tag.is_private]) == 2
    dataset = pydicom.dcmread(path)
    dataset.PatientID = "1000"
    dataset.private_block(0x0019, "SIEMENS MR HEADER").add_new(0x0D, "CS", "QUIXOTESSON")
    dataset.save_as(path)
    kept = read(clean_dicom(path, Options(retain_safe_private=True), MADE, find_text=False).blob)
    block = kept.private_block(0x0019, "SIEMENS MR HEADER")
    assert 0x0C in block
    assert 0x0D not in block


def test_an_overlay_inside_the_pixels_goes_too(tmp_path: Path, planted) -> None:
    (path,) = planted(tmp_path)
    dataset = pydicom.dcmread(path)
    del dataset[0x60023000]
    dataset[0x60020100].value, dataset[0x60020102].value = 16, 12
    pixels = np.frombuffer(dataset.PixelData[:64 * 64 * 2], np.uint16)
    dataset.PixelData = (pixels | np.uint16(0x1000)).tobytes()
    dataset.save_as(path)
    result = clean_dicom(path, Options(), MADE, find_text=False)
    after = np.frombuffer(read(result.blob).PixelData, np.uint16)
    np.testing.assert_array_equal(after, pixels)
    assert "overlay bits in the pixels zeroed" in result.notes


def test_ages_and_numbers_that_equal_no_identifier_stay(tmp_path: Path, planted) -> None:
    (path,) = planted(tmp_path)
    edited(path, KVP="120", SliceThickness="3.5", PatientAge="064Y", RescaleIntercept="-1024", PatientSize="1.7")
    after = read(clean_dicom(path, Options(retain_characteristics=True), MADE, find_text=False).blob)
    assert (after.KVP, after.SliceThickness, after.PatientAge, after.RescaleIntercept) == (120, 3.5, "064Y", -1024)
    assert "PatientAge" not in read(clean_dicom(path, Options(), MADE, find_text=False).blob)


@pytest.mark.parametrize(("change", "words"), [
    ({"EncapsulatedDocument": b"%PDF"}, "holds a document"), ({"DirectoryRecordSequence": []}, "DICOMDIR"),
    ({"PixelData": b"\0\0"}, "pixels end early")])
def test_what_cannot_be_cleaned_is_refused(tmp_path: Path, planted, change: dict, words: str) -> None:
    (path,) = planted(tmp_path)
    with pytest.raises(FileProblem, match=words):
        clean_dicom(edited(path, **change), Options(), MADE, find_text=False)


def test_video_and_unknown_compressions_are_refused(tmp_path: Path, planted, replant) -> None:
    (path,) = planted(tmp_path)
    replant(path, jpeg=True)
    dataset = pydicom.dcmread(path)
    for syntax in ("1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.4.94"):
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.save_as(path)
        with pytest.raises(FileProblem, match="not looked into"):
            clean_dicom(path, Options(), MADE, find_text=False)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"])
def test_every_uncompressed_syntax_is_cleaned_and_kept(tmp_path: Path, planted, leaked, syntax: str) -> None:
    (path,) = planted(tmp_path)
    dataset = pydicom.dcmread(path)
    for vr in ("OD", "OL"):
        for item in dataset.iterall():
            if vr == item.VR:
                item.value = b""
    dataset.PixelData = dataset.PixelData[:64 * 64 * 2]
    if syntax.endswith("2.2"):
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    dataset.file_meta.TransferSyntaxUID = syntax
    pydicom.dcmwrite(path, dataset, implicit_vr=syntax == "1.2.840.10008.1.2",
                     little_endian=not syntax.endswith("2.2"))
    pixels = pydicom.dcmread(path).pixel_array
    blob = clean_dicom(path, Options(), MADE, find_text=False).blob
    after = read(blob)
    assert after.file_meta.TransferSyntaxUID == syntax
    np.testing.assert_array_equal(after.pixel_array, pixels)
    plain = io.BytesIO()
    after.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    if syntax.endswith(".99"):
        after.save_as(plain)
        assert not leaked(plain.getvalue())
    assert not leaked(blob)


def test_a_file_without_meta_information_gets_one(tmp_path: Path, planted, leaked) -> None:
    (path,) = planted(tmp_path)
    dataset = pydicom.dcmread(path)
    del dataset.SOPInstanceUID
    bare = pydicom.Dataset()
    bare.update(dataset)
    pydicom.dcmwrite(path, bare, implicit_vr=True, little_endian=True)
    blob = clean_dicom(path, Options(), MADE, find_text=False).blob
    after = read(blob)
    assert blob[128:132] == b"DICM"
    assert after.SOPInstanceUID == after.file_meta.MediaStorageSOPInstanceUID
    assert not leaked(blob)


def test_the_search_afterwards_finds_what_cleaning_would_leave(tmp_path: Path, planted, leaked, monkeypatch) -> None:
    from bogam.data.deidentify import dicom_file

    (path,) = planted(tmp_path)
    monkeypatch.setattr(dicom_file, "clean_dataset", lambda dataset, work: None)
    with pytest.raises(FileProblem, match="still holds the value of") as caught:
        clean_dicom(path, Options(), MADE, find_text=False)
    assert not leaked(str(caught.value.problem).encode())


def test_the_search_finds_a_name_in_the_pixels(tmp_path: Path, planted) -> None:
    (path,) = planted(tmp_path)
    dataset = pydicom.dcmread(path)
    pixels = bytearray(dataset.PixelData[:64 * 64 * 2])
    pixels[1000:1011] = b"Quixotesson"
    edited(path, PixelData=bytes(pixels))
    with pytest.raises(FileProblem, match="still holds the value of PatientName"):
        clean_dicom(path, Options(), MADE, find_text=False)


def test_names_in_other_scripts_go(tmp_path: Path, planted) -> None:
    (path,) = planted(tmp_path)
    dataset = pydicom.dcmread(path)
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = "Hong^Gildong=洪^吉洞=홍^길동"
    dataset.Manufacturer, dataset.ManufacturerModelName = "for 홍길동", "洪吉洞 3T"
    dataset.SequenceName = "hong gildong"
    dataset.save_as(path)
    blob = clean_dicom(path, Options(), MADE, find_text=False).blob
    for part in ("홍길동", "길동", "吉洞", "Hong", "gildong"):
        assert part.encode() not in blob
    assert read(blob).ManufacturerModelName == "3T"
