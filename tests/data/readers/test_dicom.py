import logging
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RLELossless

from bogam.core.errors import FileProblem
from bogam.data.locator import Locator
from bogam.data.readers.dicom import read_dicom, read_header, read_series
from bogam.data.readers.dicom_tags import worded
from bogam.data.readers.quiet import recorded
from bogam.data.readers.read import count_frames, read_picture

SECRETS = ("Doe^Jane", "4711-22", "1.2.826.0.1.3680043.8.498.1")


def written(path: Path, pixels: np.ndarray, **elements: Any) -> Path:
    """Write a DICOM file of (Y, X), (Z, Y, X) or (Y, X, 3) values."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = SECRETS[2] + ".9"
    data.PatientName, data.PatientID = SECRETS[:2]
    data.StudyInstanceUID, data.SeriesInstanceUID, data.Modality = SECRETS[2] + ".1", SECRETS[2] + ".2", "OT"
    color = pixels.ndim == 3 and pixels.shape[-1] == 3
    data.Rows, data.Columns = pixels.shape[-3:-1] if color else pixels.shape[-2:]
    data.SamplesPerPixel, data.PhotometricInterpretation = (3, "RGB") if color else (1, "MONOCHROME2")
    if color:
        data.PlanarConfiguration = 0
    elif pixels.ndim == 3:
        data.NumberOfFrames = len(pixels)
    data.BitsAllocated = data.BitsStored = 8 * pixels.itemsize
    data.PixelRepresentation = int(pixels.dtype.kind == "i")
    rle = elements.pop("rle", False)
    for name, value in elements.items():
        setattr(data, name, value)
    data.HighBit = data.BitsStored - 1
    data.PixelData = pixels.tobytes()
    if rle:
        data.compress(RLELossless)
    data.save_as(path, enforce_file_format=True)
    return path


def test_whole_number_rescale_keeps_integers_and_is_hu_in_ct(tmp_path: Path) -> None:
    path = written(tmp_path / "a.dcm", np.array([[0, 1024, 4095]], np.uint16), Modality="CT", BitsStored=12,
                   RescaleSlope=1, RescaleIntercept=-1024, RescaleType="HU", PixelSpacing=[0.5, 0.25])
    picture = read_dicom(path)
    assert picture.image.tolist() == [[[-1024, 0, 3071]]]
    assert (picture.image.dtype, picture.levels, picture.level_unit) == (np.int16, (-1024, 3071), "hu")
    assert (picture.spacing_mm, picture.bits, picture.format) == ((0.5, 0.25), 12, "dicom")


def test_fractions_become_floats_and_the_unit_stays_raw(tmp_path: Path) -> None:
    path = written(tmp_path / "a.dcm", np.array([[0, 10]], np.uint8), Modality="MR", RescaleSlope=0.5,
                   RescaleIntercept=3)
    picture = read_dicom(path)
    assert (picture.image.tolist(), picture.image.dtype) == ([[[3, 8]]], np.float32)
    assert (picture.levels, picture.level_unit) == ((3, 130.5), "raw")


def test_monochrome1_is_inverted_and_its_window_with_it(tmp_path: Path) -> None:
    path = written(tmp_path / "a.dcm", np.array([[0, 100, 1023]], np.uint16), BitsStored=10, WindowCenter=[100, 7],
                   WindowWidth=[50, 8], PhotometricInterpretation="MONOCHROME1")
    picture = read_dicom(path)
    assert picture.image.tolist() == [[[1023, 923, 0]]]
    assert "MONOCHROME1 inverted: higher is brighter" in picture.notes
    # LINEAR: the middle of the window lies at center - 0.5, stored 99.5, inverted 923.5: center 924.
    assert picture.facts["window"] == (924, 50)


def test_signed_values_and_look_up_tables(tmp_path: Path) -> None:
    picture = read_dicom(written(tmp_path / "a.dcm", np.array([[-5, 5]], np.int16)))
    assert (picture.image.tolist(), picture.levels) == ([[[-5, 5]]], (-32768, 32767))
    table = Dataset()
    table.LUTDescriptor, table.ModalityLUTType = [4, 0, 16], "US"
    table.LUTData = np.array([10, 20, 30, 40], "<u2").tobytes()
    looked = read_dicom(written(tmp_path / "b.dcm", np.array([[0, 3]], np.uint16), ModalityLUTSequence=[table]))
    assert looked.image.tolist() == [[[10, 40]]]
    assert looked.levels == (0, 65535)


def test_color_and_palette(tmp_path: Path) -> None:
    colors = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
    np.testing.assert_array_equal(read_dicom(written(tmp_path / "a.dcm", colors)).image, colors.transpose(2, 0, 1))
    red = np.array([0, 200 << 8], "<u2").tobytes()
    zero = bytes(4)
    path = written(tmp_path / "b.dcm", np.array([[0, 1]], np.uint8), PhotometricInterpretation="PALETTE COLOR",
                   RedPaletteColorLookupTableDescriptor=[2, 0, 16], RedPaletteColorLookupTableData=red,
                   GreenPaletteColorLookupTableDescriptor=[2, 0, 16], GreenPaletteColorLookupTableData=zero,
                   BluePaletteColorLookupTableDescriptor=[2, 0, 16], BluePaletteColorLookupTableData=zero)
    picture = read_dicom(path)
    assert picture.image[:, 0].T.tolist() == [[0, 0, 0], [200, 0, 0]]
    assert (picture.levels, picture.notes) == ((0, 255), ("color palette resolved",))


def test_nothing_that_identifies_is_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = written(tmp_path / "a.dcm", np.zeros((4, 4), np.uint8), Manufacturer="ACME", ManufacturerModelName="X1",
                   ViewPosition="CC", ImageLaterality="L")
    blob = path.read_bytes().replace(SECRETS[2].encode() + b".1", SECRETS[2].encode() + b"_1")
    path.write_bytes(blob)
    with caplog.at_level(logging.DEBUG):
        picture, header = read_dicom(path), read_header(path)
    shown = repr(picture.facts) + repr(picture.notes) + repr(header) + caplog.text
    assert not any(secret in shown for secret in SECRETS)
    assert picture.facts["scanner"] == "ACME X1"
    assert (header["view"], header["laterality"]) == ("CC", "L")
    assert [header[name][:2] for name in ("patient", "study", "series")] == ["p-", "s-", "r-"]
    assert len(header["patient"]) == 12


def test_warnings_become_notes_without_values(tmp_path: Path) -> None:
    with recorded("pydicom") as texts:
        pydicom.misc.warn_and_log("Invalid value for VR UI: '1.2.SECRET'.")
    assert worded(texts) == ("an element of type UI has a value that its type does not allow",)
    path = written(tmp_path / "a.dcm", np.arange(16, dtype=np.uint8).reshape(4, 4))
    data = pydicom.dcmread(path)
    for extra in (10, 16):
        data.PixelData = bytes(range(16)) + bytes(extra)
        data.save_as(path)
        picture = read_dicom(path)
        assert picture.image.shape == (1, 4, 4)
        assert picture.notes == ("its pixel data have more bytes than its size asks for",)


def test_frames(tmp_path: Path) -> None:
    values = np.arange(40, dtype=np.uint8).reshape(4, 2, 5)
    for rle in (False, True):
        path = written(tmp_path / f"{rle}.dcm", values, rle=rle)
        assert count_frames(path) == read_header(path)["frames"] == 4
        np.testing.assert_array_equal(read_dicom(path).image[0], values)
        one = read_picture(Locator.parse(f"{rle}.dcm#frame=2"), tmp_path)
        np.testing.assert_array_equal(one.image[0], values[2])
        assert one.facts["frame"] == 2
        with pytest.raises(FileProblem, match="4 frames, the locator asks for frame 4"):
            read_dicom(path, 4)


def test_frames_with_places_are_a_volume_with_their_own_rescale(tmp_path: Path) -> None:
    shared, frames = Dataset(), []
    measures, plane = Dataset(), Dataset()
    measures.PixelSpacing, plane.ImageOrientationPatient = [0.5, 0.25], [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [plane]
    for number in range(3):
        frame, position, values = Dataset(), Dataset(), Dataset()
        position.ImagePositionPatient = [0, 0, 10 - 2 * number]
        values.RescaleSlope, values.RescaleIntercept = 1, 100 * number
        frame.PlanePositionSequence, frame.PixelValueTransformationSequence = [position], [values]
        frames.append(frame)
    path = written(tmp_path / "a.dcm", np.ones((3, 2, 2), np.uint8), SharedFunctionalGroupsSequence=[shared],
                   PerFrameFunctionalGroupsSequence=frames)
    picture = read_dicom(path)
    assert picture.image[0, :, 0, 0].tolist() == [1, 101, 201]
    assert (picture.image.dtype, picture.spacing_mm) == (np.int16, (2, 0.5, 0.25))
    assert picture.affine is not None
    np.testing.assert_allclose(picture.affine @ [2, 1, 1, 1], [0.25, 0.5, 6, 1])
    assert read_dicom(path, 1).image.max() == 101


@pytest.mark.parametrize("cut", [1, 3, 60])
@pytest.mark.parametrize("rle", [False, True])
def test_cut_pixels_are_found(tmp_path: Path, cut: int, rle: bool) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (16, 16)).astype(np.uint8)
    path = written(tmp_path / "a.dcm", pixels, rle=rle)
    path.write_bytes(path.read_bytes()[:-cut - 8 * rle])
    with pytest.raises(FileProblem):
        read_dicom(path)


def test_files_without_a_picture_are_named(tmp_path: Path) -> None:
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID, data.SOPInstanceUID, data.Modality = "1.2.840.10008.5.1.4.1.1.88.11", "1.2.3", "SR"
    data.file_meta.MediaStorageSOPClassUID, data.file_meta.MediaStorageSOPInstanceUID = data.SOPClassUID, "1.2.3"
    data.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    for read in (read_header, read_dicom):
        with pytest.raises(FileProblem, match=r"without a picture \(modality SR\)"):
            read(tmp_path / "a.dcm")


def series(folder: Path, places: list[float], **elements: Any) -> list[Path]:
    folder.mkdir(exist_ok=True)
    return [written(folder / f"{number}.dcm", np.full((2, 3), place, np.int16), PixelSpacing=[0.5, 0.25],
                    ImagePositionPatient=[1, 2, place], ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
                    InstanceNumber=number, **elements) for number, place in enumerate(places)]


def test_a_series_is_sorted_by_place_and_not_by_name(tmp_path: Path) -> None:
    picture = read_series(series(tmp_path / "s", [4, 0, 2, 6]))
    assert picture.image[0, :, 0, 0].tolist() == [0, 2, 4, 6]
    assert (picture.image.shape, picture.spacing_mm, picture.notes) == ((1, 4, 2, 3), (2, 0.5, 0.25), ())
    assert picture.affine is not None
    np.testing.assert_allclose(picture.affine @ [3, 1, 2, 1], [1.5, 2.5, 6, 1])


def test_gaps_are_noted(tmp_path: Path) -> None:
    picture = read_series(series(tmp_path / "s", [0, 2, 4, 10, 12]))
    assert picture.spacing_mm == (2, 0.5, 0.25)
    assert picture.notes == ("gaps: 1 of 4 distances between slices differ from 2.000 mm, the largest is 6.000 mm "
                             "(about 2 slices missing)",)


def test_what_is_no_volume_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="1 slices lie where another one lies"):
        read_series(series(tmp_path / "s", [0, 2, 2, 4]))
    paths = series(tmp_path / "s", [0, 2, 4])
    other = pydicom.dcmread(paths[1])
    other.ImageOrientationPatient = [0, 1, 0, 0, 0, 1]
    other.save_as(paths[1])
    with pytest.raises(FileProblem, match=r"lie in 2 orientations \(2, 1 slices\)"):
        read_series(paths)
    other.SeriesInstanceUID = "1.2.3"
    other.save_as(paths[1])
    with pytest.raises(FileProblem, match="3 files are of 2 series"):
        read_series(paths)
    del other.ImagePositionPatient
    other.SeriesInstanceUID, other.ImageOrientationPatient = SECRETS[2] + ".2", [1, 0, 0, 0, 1, 0]
    other.save_as(paths[1])
    with pytest.raises(FileProblem, match="1 of 3 slices have no position"):
        read_series(paths)


def test_a_folder_is_read_by_series(tmp_path: Path) -> None:
    series(tmp_path / "s", [0, 2, 4])
    (tmp_path / "s" / "README.txt").write_text("hello", encoding="utf-8")
    assert read_picture(Locator("s"), tmp_path).image.shape == (1, 3, 2, 3)
    name = read_header(tmp_path / "s" / "0.dcm")["series"]
    sliced = read_picture(Locator("s").at(series=name, z=2), tmp_path)
    assert sliced.image.max() == 4
    assert sliced.spacing_mm == (0.5, 0.25)
    with pytest.raises(FileProblem, match="1 DICOM series, expected one of them to be r-0"):
        read_picture(Locator.parse("s#series=r-0"), tmp_path)
