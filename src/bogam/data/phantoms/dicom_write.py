"""One drawn image as a DICOM file: plausible headers, the same bytes for the same phantom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bogam.core.seeds import digest_key
from bogam.data.phantoms.family import Phantom, PhantomImage

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SOP_CLASSES = {
    "US": "1.2.840.10008.5.1.4.1.1.6.1", "MG": "1.2.840.10008.5.1.4.1.1.1.2",
    "CR": "1.2.840.10008.5.1.4.1.1.1", "SM": "1.2.840.10008.5.1.4.1.1.77.1.3"}
BODY_PARTS = {"US": "BREAST", "MG": "BREAST", "CR": "CHEST", "SM": "BREAST"}
EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
DATE, TIME = "20200102", "120000"


def uid_of(*key: str | int) -> str:
    """Return a DICOM UID made of a key alone, under the root 2.25, which needs no registration.

    Example:
        >>> uid_of(0, "study") == uid_of(0, "study"), uid_of(0, "study").startswith("2.25.")
        (True, True)
    """
    return f"2.25.{int.from_bytes(digest_key(*key), 'big')}"


def write_dicom(drawn: PhantomImage, phantom: Phantom, path: Path) -> None:
    """Write an image as an uncompressed DICOM file with fixed dates.

    Radiographs of site B are stored as MONOCHROME1 (high values dark), all other grey images as MONOCHROME2. The
    header says that the image is synthetic: ImageType DERIVED and a derivation description.

    Args:
        drawn: the image.
        phantom: its settings; they and the image's id make the UIDs.
        path: file to write.
    """
    from pydicom.dataset import Dataset, FileMetaDataset

    settings = phantom.model_dump_json()
    dataset = Dataset()
    dataset.SOPClassUID = SOP_CLASSES[drawn.modality]
    dataset.SOPInstanceUID = uid_of(settings, drawn.id, "instance")
    dataset.StudyInstanceUID = uid_of(settings, drawn.patient, "study")
    dataset.SeriesInstanceUID = uid_of(settings, drawn.patient, "series", drawn.view)
    dataset.FrameOfReferenceUID = uid_of(settings, drawn.patient, "frame")
    dataset.Modality, dataset.BodyPartExamined = drawn.modality, BODY_PARTS[drawn.modality]
    dataset.Manufacturer = drawn.scanner.manufacturer
    dataset.ManufacturerModelName = f"{drawn.modality}-{drawn.site[-1].upper()}"
    dataset.InstitutionName = drawn.site
    dataset.PatientID, dataset.PatientName = drawn.patient.upper(), f"Phantom^{drawn.patient.upper()}"
    dataset.PatientBirthDate, dataset.PatientSex = "", "F" if drawn.modality != "CR" else "O"
    dataset.StudyID, dataset.AccessionNumber, dataset.ReferringPhysicianName = drawn.patient[1:], "", ""
    dataset.SeriesNumber, dataset.InstanceNumber = 1, int(drawn.id.rpartition("_")[2])
    for element in ("StudyDate", "SeriesDate", "ContentDate", "AcquisitionDate"):
        setattr(dataset, element, DATE)
    for element in ("StudyTime", "SeriesTime", "ContentTime", "AcquisitionTime"):
        setattr(dataset, element, TIME)
    dataset.ImageType = ["DERIVED", "PRIMARY"]
    dataset.DerivationDescription = "synthetic phantom, drawn by bogam; shows no person"
    dataset.BurnedInAnnotation = "NO"
    if drawn.modality in ("MG", "CR") and drawn.view:
        dataset.ViewPosition = drawn.view
    if drawn.laterality:
        dataset.ImageLaterality = drawn.laterality
    _add_spacing(dataset, drawn)
    _add_pixels(dataset, drawn)
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = dataset.SOPClassUID, dataset.SOPInstanceUID
    meta.TransferSyntaxUID = EXPLICIT_LITTLE_ENDIAN
    meta.ImplementationClassUID = uid_of("bogam", "phantom")
    meta.ImplementationVersionName = "BOGAM PHANTOM"
    dataset.file_meta = meta
    dataset.save_as(path, enforce_file_format=True)


def _add_spacing(dataset: Dataset, drawn: PhantomImage) -> None:
    """Write the pixel spacing where the modality keeps it."""
    from pydicom.dataset import Dataset

    spacing = [f"{mm:.6g}" for mm in drawn.spacing_mm]
    dataset.PixelSpacing = spacing
    if drawn.modality in ("MG", "CR"):
        dataset.ImagerPixelSpacing = spacing
    if drawn.modality == "US":
        region = Dataset()
        region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
        region.RegionLocationMinX0, region.RegionLocationMinY0 = 0, 0
        region.RegionLocationMaxX1, region.RegionLocationMaxY1 = (n - 1 for n in drawn.image.shape[:0:-1])
        region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
        region.PhysicalDeltaY, region.PhysicalDeltaX = (float(mm) / 10 for mm in drawn.spacing_mm)
        dataset.SequenceOfUltrasoundRegions = [region]


def _add_pixels(dataset: Dataset, drawn: PhantomImage) -> None:
    """Write the pixels, their depth and the window that shows the whole grey range."""
    channels, rows, columns = drawn.image.shape
    top = 2**drawn.bits - 1
    pixels = drawn.image
    dataset.SamplesPerPixel, dataset.Rows, dataset.Columns = channels, rows, columns
    dataset.BitsAllocated = 8 if drawn.bits == 8 else 16
    dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = drawn.bits, drawn.bits - 1, 0
    if channels == 3:
        dataset.PhotometricInterpretation, dataset.PlanarConfiguration = "RGB", 0
    else:
        inverted = drawn.modality == "CR" and drawn.site == "site-b"
        dataset.PhotometricInterpretation = "MONOCHROME1" if inverted else "MONOCHROME2"
        pixels = (top - pixels).astype(pixels.dtype) if inverted else pixels
        dataset.WindowCenter, dataset.WindowWidth = str((top + 1) // 2), str(top + 1)
    stored = np.ascontiguousarray(np.moveaxis(pixels, 0, 2)).astype(pixels.dtype.newbyteorder("<")).tobytes()
    dataset.add_new(0x7FE00010, "OB" if drawn.bits == 8 else "OW", stored + b"\x00" * (len(stored) % 2))
