"""Small files for folders in the published layouts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import generate_uid

Put = Callable[..., Path]


@pytest.fixture
def put() -> Put:
    """Return a function that writes a small grey picture."""
    def write(path: Path, value: int = 7, bits: int = 8) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.arange(30).reshape(5, 6) + value
        Image.fromarray(pixels.astype(np.uint8 if bits == 8 else np.uint16)).save(path)
        return path
    return write


@pytest.fixture
def put_dicom() -> Put:
    """Return a function that writes a small DICOM file; z is the place of a slice of a series."""
    def write(path: Path, patient: str, series: str = "1", z: float | None = None, shape: tuple[int, int] = (8, 6),
              modality: str = "MG", value: int = 1) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = Dataset()
        file.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
        file.SOPInstanceUID = generate_uid(entropy_srcs=[str(path)])
        file.SeriesInstanceUID = generate_uid(entropy_srcs=["series", series])
        file.StudyInstanceUID = generate_uid(entropy_srcs=["study", series])
        file.PatientID, file.Modality = patient, modality
        file.Rows, file.Columns = shape
        file.SamplesPerPixel, file.PhotometricInterpretation, file.PixelRepresentation = 1, "MONOCHROME2", 0
        file.BitsAllocated = file.BitsStored = 8
        file.HighBit = 7
        if z is not None:
            file.ImagePositionPatient, file.ImageOrientationPatient = [0, 0, z], [1, 0, 0, 0, 1, 0]
        pixels = np.zeros(shape, np.uint8)
        pixels[1:3, 1:3] = value
        file.add_new(0x7FE00010, "OB", pixels.tobytes())
        file.file_meta = FileMetaDataset()
        file.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
        file.file_meta.MediaStorageSOPClassUID = file.SOPClassUID
        file.file_meta.MediaStorageSOPInstanceUID = file.SOPInstanceUID
        file.save_as(path, enforce_file_format=True)
        return path
    return write


@pytest.fixture
def put_volume() -> Put:
    """Return a function that writes a small NIfTI volume."""
    def write(path: Path, highest: int = 200, shape: tuple[int, ...] = (6, 5, 4)) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        values = np.arange(int(np.prod(shape))).reshape(shape) % (highest + 1)
        nibabel.save(nibabel.Nifti1Image(values.astype(np.uint8), np.eye(4)), path)
        return path
    return write
