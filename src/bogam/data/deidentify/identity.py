"""What in a file's header may identify a person: names of elements and fields, never their values.

The list is the one by which `bogam deidentify` cleans: DICOM PS3.15 Table E.1-1.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from bogam.core.errors import FileProblem
from bogam.data.deidentify.options import Options
from bogam.data.deidentify.profile import Action, action_of, actions, table, vocabulary
from bogam.data.readers.quiet import recorded

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

PERSON = frozenset({
    "PatientName", "PatientID", "PatientBirthDate", "PatientBirthTime", "PatientBirthName", "PatientMotherBirthName",
    "PatientAddress", "PatientTelephoneNumbers", "PatientTelecomInformation", "OtherPatientIDs",
    "OtherPatientIDsSequence", "OtherPatientNames", "MilitaryRank", "PatientInsurancePlanCodeSequence",
    "ResponsiblePerson", "ResponsibleOrganization", "AccessionNumber", "MedicalRecordLocator", "AdmissionID",
    "IssuerOfPatientID", "ReferringPhysicianName", "ReferringPhysicianAddress", "ReferringPhysicianTelephoneNumbers",
    "PerformingPhysicianName", "PhysiciansOfRecord", "NameOfPhysiciansReadingStudy", "OperatorsName",
    "RequestingPhysician", "PersonName", "PersonAddress", "PersonTelephoneNumbers", "InstitutionName",
    "InstitutionAddress", "PatientComments", "AdditionalPatientHistory", "CurrentPatientLocation",
    "PatientInstitutionResidence", "DistributionAddress", "ScheduledPerformingPhysicianName", "ConsultingPhysicianName",
    "ContentCreatorName", "PatientReligiousPreference", "CountryOfResidence", "RegionOfResidence", "Occupation"})
"""Elements that name a person, a number of theirs, or where they were; all are in the profile's table."""
_PLACEHOLDERS = frozenset([
    "removed", "unknown", "none", "no", "name", "test", "phantom", "patient", "subject", "case", "volunteer",
    "xxx", "na", "not", "available", "id", "study"
])
_PLACEHOLDER_STARTS = ("anon", "deident", "pseudonym")
_SHORT_NUMBER = re.compile(r"[a-z]|[a-z]{0,3}\d{1,4}")
_HEAD = 1 << 18


@dataclass(frozen=True)
class Stated:
    """What one file states.

    Args:
        person: names of elements that name a person or a number of theirs.
        indirect: names of elements and fields that may help to find out who it is.
        private: number of private DICOM elements.
    """

    person: tuple[str, ...] = ()
    indirect: tuple[str, ...] = ()
    private: int = 0


def stated_in(path: Path, kind: str) -> Stated:
    """Read the header of a file.

    Args:
        path: the file.
        kind: its format, as `sniff` tells it; of other formats than DICOM, PNG, JPEG, TIFF and NIfTI nothing is told.

    Raises:
        FileProblem: it cannot be read.
    """
    try:
        if kind == "dicom":
            with recorded("pydicom"):
                return _dicom(path)
        readers = {"png": _png, "jpeg": _jpeg, "tiff": _tiff, "nifti": _nifti}
        return Stated(indirect=tuple(dict.fromkeys(readers[kind](path)))) if kind in readers else Stated()
    except FileProblem:
        raise
    except Exception as error:
        raise FileProblem(str(path), "has a header that cannot be read") from error


def _dicom(path: Path) -> Stated:
    import pydicom

    from bogam.data.deidentify.dicom_known import values_of

    dataset = pydicom.dcmread(path, stop_before_pixels=True, force=True)
    removed = str(dataset.get("PatientIdentityRemoved") or "").upper() == "YES"
    known, rows = actions(Options()), table()
    person: dict[str, None] = {}
    indirect: dict[str, None] = {}
    private = sum(tag.is_private and tag.element > 0xFF for tag in list(dataset.keys()))
    for element in _listed(dataset, known):
        values = [str(one) for one in values_of(element)] if not isinstance(element.value, bytes) else ["bytes"]
        if not values:
            continue
        number = int(element.tag)
        name = element.keyword or (rows[number].keyword if number in rows else "overlays and curves")
        if name in PERSON or element.VR == "PN":
            pseudonym = removed and name in ("PatientName", "PatientID")
            if not pseudonym and not all(is_placeholder(one) for one in values):
                person[name] = None
        elif not (removed and all(is_dummy(one) for one in values)):
            indirect[name] = None
    return Stated(tuple(person), tuple(indirect), private)


def _listed(dataset: Dataset, known: dict[int, Action]) -> Iterator[DataElement]:
    """Yield elements at any depth that the profile lists, and all names of persons; only those are decoded."""
    from pydicom.datadict import dictionary_has_tag, dictionary_VR

    for tag in list(dataset.keys()):
        vr = getattr(dataset.get_item(tag), "VR", None) or (dictionary_VR(tag) if dictionary_has_tag(tag) else "UN")
        if tag.is_private or vr == "UI" or (vr not in ("PN", "SQ") and action_of(int(tag), known) is None):
            continue
        try:
            element = dataset[tag]
        except Exception:  # what cannot be decoded says nothing that could be named
            continue
        if element.VR == "SQ":
            for item in element.value or []:
                yield from _listed(item, known)
        elif element.VR == "PN" or action_of(int(tag), known) is not None:
            yield element


def is_placeholder(value: str) -> bool:
    """Tell a value that stands for a name or number and is none: "anonymized", "P0012", a number of up to four digits.

    Example:
        >>> [is_placeholder(v) for v in ("anonymized", "Phantom^P0001", "", "P-0012", "Doe^John", "19530417")]
        [True, True, True, True, False, False]
    """
    return all(word in _PLACEHOLDERS or word.startswith(_PLACEHOLDER_STARTS) or _SHORT_NUMBER.fullmatch(word)
               for word in re.findall(r"[^\W_]+", value.lower()))


def is_dummy(value: str) -> bool:
    """Tell a value that a de-identification puts where a value must be."""
    from bogam.data.deidentify.dummies import DUMMY_TEXTS

    return value.strip() in DUMMY_TEXTS


def _png(path: Path) -> Iterable[str]:
    told = {b"tEXt": "PNG text", b"zTXt": "PNG text", b"iTXt": "PNG text", b"tIME": "PNG time", b"eXIf": "PNG Exif"}
    with path.open("rb") as stream:
        stream.seek(8)
        while len(head := stream.read(8)) == 8:
            length, kind = struct.unpack(">I4s", head)
            if kind in told:
                yield told[kind]
            if kind == b"IEND":
                return
            stream.seek(length + 4, 1)


def _jpeg(path: Path) -> Iterable[str]:
    told = ((0xE1, b"Exif", "JPEG Exif"), (0xE1, b"http", "JPEG XMP"), (0xED, b"Photoshop", "JPEG IPTC"),
            (0xFE, b"", "JPEG comment"))
    with path.open("rb") as stream:
        blob = stream.read(_HEAD)
    at = 2
    while at + 4 <= len(blob) and blob[at] == 0xFF and blob[at + 1] != 0xDA:
        for mark, start, name in told:
            if blob[at + 1] == mark and blob[at + 4:].startswith(start):
                yield name
        at += 2 + int.from_bytes(blob[at + 2:at + 4], "big")


def _tiff(path: Path) -> Iterable[str]:
    from bogam.data.deidentify.tiff import NAMES, read_tags

    for tags in read_tags(path.read_bytes(), str(path)):
        for tag, (_, value) in tags.items():
            if tag in NAMES and tag not in (330, 305, 34675) and value.strip(b"\0 "):
                yield f"TIFF {NAMES[tag]}"


def _nifti(path: Path) -> Iterable[str]:
    from bogam.data.deidentify.nifti import text_fields

    with path.open("rb") as stream:
        head = stream.read(4096)
    if head[:2] == b"\x1f\x8b":
        head = zlib.decompressobj(wbits=31).decompress(head, 1024)
    yield from (f"NIfTI {name}" for name in text_fields(head))


_DATE = re.compile(r"(?<!\d)(?:(?:19|20)\d\d([-_.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])"
                   r"|(?:0[1-9]|[12]\d|3[01])([-_.])(?:0[1-9]|1[0-2])\2(?:19|20)\d\d)(?!\d)")
_WORDS_OF_DATA = frozenset([
    "image", "images", "img", "mask", "masks", "label", "labels", "train", "test", "valid", "validation", "val",
    "normal", "abnormal", "benign", "malignant", "left", "right", "positive", "negative", "control", "healthy",
    "pneumonia", "covid", "bacteria", "virus", "person", "patient", "chest", "xray", "cell", "cells",
    "parasitized", "uninfected", "class", "site", "data", "set", "series", "study", "slice", "frame", "scan",
    "view", "raw", "final", "copy", "new", "old", "crop", "original", "ground", "truth", "small", "large", "rgb",
    "gray", "grey", "sample", "samples", "file", "folder", "batch", "part", "fold", "dicom", "png", "jpeg",
    "tumor", "tumour", "lesion", "nodule"
])


def name_says_date(path: str) -> bool:
    """Tell whether a path holds a date with day, month and year.

    Example:
        >>> name_says_date("a/DOE_19530417.dcm"), name_says_date("17-04-1953.png"), name_says_date("img_20201341.png")
        (True, True, False)
    """
    return _DATE.search(path) is not None


def name_says_person(path: str) -> bool:
    """Tell whether a part of a path looks like family and given name: two unknown words, or a "^".

    Example:
        >>> name_says_person("Doe_John/1.png"), name_says_person("benign_left/im_1.png"), name_says_person("x^y.dcm")
        (True, False, True)
    """
    if "^" in path:
        return True
    for part in PurePosixPath(path).with_suffix("").parts:
        words = re.findall(r"[^\W\d_]{3,}", part)
        strange = [w for w in words if w.lower() not in vocabulary() and w.lower() not in _WORDS_OF_DATA
                   and re.fullmatch(r"[A-Z][a-z]+|[A-Z]{3,}", w) and re.search("[AEIOUYaeiouy]", w)]
        if len(strange) >= 2 and len(strange) == len(words) <= 4:
            return True
    return False
