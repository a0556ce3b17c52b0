"""DICOM files with identifiers planted in every place that a file has, and a search that knows nothing of our code."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.tag import Tag
from pydicom.uid import JPEGBaseline8Bit

from bogam.data.phantoms.dicom_write import write_dicom
from bogam.data.phantoms.family import phantoms

NAME, FAMILY, GIVEN = "Quixotesson^Marguerite", "Quixotesson", "Marguerite"
PLANTS = {
    "name": FAMILY, "given": GIVEN, "id": "ZQX8812345", "number": "88123457", "birth": "19530417",
    "birth-dashes": "1953-04-17", "birth-points": "17.04.1953", "accession": "ACC99887766",
    "street": "17 Larkspur Crescent", "phone": "+1-555-0182-7713", "physician": "Ravenscroft",
    "physician-given": "Ottilie", "institution": "Saint Eulalia Infirmary", "station": "QXSTATION7",
    "study-uid": "1.3.6.1.4.1.99999.123.456789.1", "instance-uid": "1.3.6.1.4.1.99999.123.456789.2",
    "comment": "lives next to the Blue Heron inn", "study-date": "20170713", "serial": "SN-5521-QQ",
    "title": "HEDGEROW_AE", "login": "mquixotesson"}
"""What no output may hold."""
ENCODINGS = ("utf-8", "latin-1", "utf-16-le", "utf-16-be")
PER_VR: dict[str, tuple[int, Any]] = {
    "AE": (0x00400241, PLANTS["title"]), "CS": (0x00180015, PLANTS["id"]), "DA": (0x00140102, PLANTS["birth"]),
    "DS": (0x00180050, PLANTS["number"]), "DT": (0x00080416, PLANTS["birth"] + "010203"),
    "FD": (0x00189073, 88123457.0), "FL": (0x00189217, 88123457.0), "IS": (0x00181150, PLANTS["number"]),
    "LO": (0x00080070, f"made for {FAMILY}"), "LT": (0x00187006, PLANTS["comment"]),
    "OB": (0x00282000, f"..{FAMILY}..".encode()), "OD": (0x00720073, PLANTS["id"].encode() + b"......"),
    "OF": (0x00660016, PLANTS["id"].encode() + b".."), "OL": (0x00660040, PLANTS["id"].encode() + b".."),
    "OW": (0x00281221, FAMILY.upper().encode() + b"."), "PN": (0x00142006, NAME), "SH": (0x00180024, GIVEN.upper()),
    "SL": (0x00186020, 88123457), "ST": (0x00080115, PLANTS["comment"]), "TM": (0x00140103, "010203"),
    "UC": (0x00080119, f"code of {PLANTS['id']}"), "UI": (0x00209312, PLANTS["instance-uid"]),
    "UL": (0x0018606A, 88123457), "UN": (0x00091001, b"" + NAME.encode()), "UR": (0x00081190, f"http://pacs/{FAMILY}"),
    "UT": (0x00189941, f"filter set by {GIVEN} {FAMILY}"), "UV": (0x0008040C, 88123457)}
"""Per value representation an element that the profile does not list (or lists), with a plant."""


def fill(dataset: Dataset) -> None:
    """Plant identifiers in elements of one level."""
    dataset.PatientName, dataset.PatientID = NAME, PLANTS["id"]
    dataset.PatientBirthDate, dataset.AccessionNumber = PLANTS["birth"], PLANTS["accession"]
    dataset.OtherPatientNames = f"{GIVEN} {FAMILY}"
    dataset.PatientAddress, dataset.PatientTelephoneNumbers = PLANTS["street"], PLANTS["phone"]
    dataset.ReferringPhysicianName = "Ravenscroft^Ottilie"
    dataset.InstitutionName, dataset.StationName = PLANTS["institution"], PLANTS["station"]
    dataset.StudyDate = dataset.SeriesDate = dataset.ContentDate = dataset.AcquisitionDate = PLANTS["study-date"]
    dataset.AcquisitionDateTime = PLANTS["study-date"] + "120000.5"
    dataset.StudyDescription = f"CT of {GIVEN} {FAMILY}, born {PLANTS['birth-points']}"
    dataset.SeriesDescription = f"CT chest for Ottilie, {PLANTS['comment']}"
    dataset.ProtocolName = f"chest {PLANTS['accession']}"
    dataset.ImageComments = dataset.PatientComments = f"{PLANTS['comment']}; {PLANTS['birth-dashes']}"
    dataset.DeviceSerialNumber = PLANTS["serial"]
    dataset.OperatorsName = "Ravenscroft^Ottilie"
    for vr, (tag, value) in PER_VR.items():
        if vr != "UN":
            dataset.add_new(tag, vr, value)


def private(dataset: Dataset) -> None:
    """Plant identifiers in private elements, with a nested private sequence."""
    block = dataset.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0C, "IS", "1000")
    block.add_new(0x0D, "LO", NAME)
    block.add_new(0x42, "UN", PLANTS["comment"].encode())
    inner = Dataset()
    inner.PatientName = NAME
    block.add_new(0x43, "SQ", [inner])


def overlays(dataset: Dataset) -> None:
    """Plant identifiers in an overlay and a curve."""
    for element, vr, value in ((0x0010, "US", 4), (0x0011, "US", 4), (0x0040, "CS", "G"), (0x0050, "SS", [1, 1]),
                               (0x0100, "US", 1), (0x0102, "US", 0), (0x3000, "OW", FAMILY.encode() + b"\0"),
                               (0x4000, "LT", PLANTS["comment"]), (0x1500, "LO", NAME), (0x0022, "LO", FAMILY)):
        dataset.add_new(Tag(0x6002, element), vr, value)
    dataset.add_new(Tag(0x5000, 0x0030), "SH", FAMILY)
    dataset.add_new(Tag(0x5000, 0x3000), "OW", FAMILY.encode() + b"\0")


def planted_dataset(folder: Path, images: int = 1) -> list[Path]:
    """Write phantoms with plants everywhere: header, nested, private, overlay, file meta, preamble, after pixels."""
    phantom = phantoms.parse({"chest-x-ray": {"images": images, "size": (64, 64), "bits": 12, "seed": 3}})
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for index in range(images):
        path = folder / f"{FAMILY}_{PLANTS['birth']}_{index}.dcm"
        write_dicom(phantom.draw(index, 0), phantom, path)
        plant(path, index)
        paths.append(path)
    return paths


def plant(path: Path, index: int = 0, *, jpeg: bool = False) -> None:
    """Plant identifiers in a file."""
    import pydicom

    dataset = pydicom.dcmread(path)
    dataset.StudyInstanceUID = PLANTS["study-uid"]
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"{PLANTS['instance-uid']}.{index}"
    fill(dataset)
    other = Dataset()
    fill(other)
    private(other)
    other.OtherPatientIDs = PLANTS["number"]
    deeper = Dataset()
    fill(deeper)
    other.ReferencedImageSequence = [reference(index), deeper]
    dataset.RequestAttributesSequence = [other]
    dataset.ReferencedImageSequence = [reference(index)]
    dataset.AnatomicRegionSequence = [code()]
    dataset.OtherPatientIDsSequence = [other]
    dataset.ContentSequence = [other]
    private(dataset)
    overlays(dataset)
    dataset.add_new(0x0008FF01, "LO", NAME)
    dataset.file_meta.SourceApplicationEntityTitle = PLANTS["title"]
    dataset.file_meta.PrivateInformationCreatorUID = "1.2.3.4"
    dataset.file_meta.PrivateInformation = NAME.encode() + b"\0" * (len(NAME) % 2)
    dataset.preamble = NAME.encode().ljust(128, b".")
    if jpeg:
        as_jpeg(dataset)
    else:
        extra = FAMILY.encode()
        dataset.PixelData = dataset.PixelData + extra + b"\0" * (len(extra) % 2)
    dataset.save_as(path, enforce_file_format=True)


def as_jpeg(dataset: Dataset) -> None:
    """Replace the pixels by a baseline JPEG with a comment and Exif data."""
    pixels = np.zeros((64, 64), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", comment=f"{NAME} {PLANTS['comment']}".encode())
    dataset.PixelData = encapsulate([buffer.getvalue() + PLANTS["id"].encode()])
    dataset["PixelData"].VR = "OB"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.Rows = dataset.Columns = 64
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit


def reference(index: int) -> Dataset:
    """Return a reference to an image."""
    item = Dataset()
    item.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.1"
    item.ReferencedSOPInstanceUID = f"{PLANTS['instance-uid']}.{index}"
    return item


def code() -> Dataset:
    """Return a code whose meaning names a person."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator = "51185008", "SCT"
    item.CodeMeaning = f"chest of {FAMILY}"
    return item


def leaks(blob: bytes) -> list[str]:
    """Return the names of the plants that stand in some bytes, in any of several encodings, large or small letters."""
    low = blob.lower()
    return [name for name, value in PLANTS.items()
            if any(value.lower().encode(encoding) in low for encoding in ENCODINGS)]


@pytest.fixture
def planted():
    """Return the function that writes planted files."""
    return planted_dataset


@pytest.fixture
def leaked():
    """Return the function that searches for the plants."""
    return leaks


@pytest.fixture
def replant():
    """Return the function that plants identifiers in a file at hand."""
    return plant
