"""One DICOM file, de-identified: bytes in, bytes out, and an account of what was done."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pydicom
from pydicom.charset import python_encoding
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from bogam import __version__
from bogam.core.errors import FileProblem
from bogam.data.deidentify.dicom_elements import Work, clean_dataset, name_of_patient
from bogam.data.deidentify.dicom_frames import clean_pixels
from bogam.data.deidentify.dicom_known import collect, elements_of, is_well_known, values_of
from bogam.data.deidentify.dicom_stays import is_fixed_word
from bogam.data.deidentify.dummies import TEXT
from bogam.data.deidentify.keys import Pseudonyms
from bogam.data.deidentify.options import Options
from bogam.data.deidentify.profile import EDITION, actions
from bogam.data.readers.dicom_tags import broken
from bogam.data.readers.quiet import recorded

IMPLEMENTATION = "2.25.226404337291834021047412938104759310518"
"""Our implementation class UID: a fixed number under the root that needs no registration."""
METHOD = f"bogam {__version__}: PS3.15 {EDITION} Basic Confidentiality Profile"[:64]
"""What `DeidentificationMethod` says; LO holds 64 characters."""


@dataclass
class Cleaned:
    """What became of one file.

    Args:
        blob: the bytes to write.
        done: (element, what was done) -> how often; names of elements only, no values.
        notes: sentences on this file, without values.
        text_regions: regions of the picture that look like text, (y0, x0, y1, x1) in pixels.
        masked: whether they were painted over.
    """

    blob: bytes
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()
    text_regions: tuple[tuple[int, int, int, int], ...] = ()
    masked: bool = False


def patient_of(dataset: Dataset) -> str:
    """Return what tells a patient from others: the id, else name and birth date, else the study."""
    number = str(dataset.get("PatientID") or "").strip("\0 ")
    if number:
        return f"id {number}"
    person = f"{dataset.get('PatientName') or ''} {dataset.get('PatientBirthDate') or ''}".strip()
    return f"person {person}" if person else f"study {dataset.get('StudyInstanceUID') or ''}"


def clean_dicom(path: Path, options: Options, made: Pseudonyms, find_text: bool = True) -> Cleaned:
    """De-identify one file by the profile and verify the result.

    Raises:
        FileProblem: unreadable, or of a kind that is not cleaned, or an identifier was found in what came out (its
            message names the element and holds no value).
    """
    try:
        with recorded("pydicom"):
            return _clean(path, options, made, find_text)
    except FileProblem:
        raise
    except Exception as error:
        raise FileProblem(str(path), broken(error).replace("decoded", "cleaned")) from error


def _clean(path: Path, options: Options, made: Pseudonyms, find_text: bool) -> Cleaned:
    dataset = _read(path)
    known = collect(dataset, actions(options))
    encodings = _encodings(dataset)
    result = Cleaned(b"", notes=clean_pixels(dataset, str(path)))
    if "PixelData" in dataset and dataset.get("BitsAllocated") != 1 and (find_text or options.mask_text):
        _look_for_text(dataset, path, options, result)
    patient = patient_of(dataset)
    work = Work(options, actions(options), made, known, made.short("patient", patient), made.days(patient),
                done=result.done)
    work.written.update((work.patient, name_of_patient(work.patient), IMPLEMENTATION, METHOD))
    instance = _instance(dataset, path, work)
    clean_dataset(dataset, work)
    _state_methods(dataset, work, result.masked)
    dataset.file_meta = _meta(dataset, instance, work)
    dataset.preamble = b"\0" * 128
    buffer = io.BytesIO()
    dcmwrite(buffer, dataset, enforce_file_format=True)
    result.blob = buffer.getvalue()
    check_output(result.blob, dataset, work, encodings, str(path))
    return result


def _read(path: Path) -> Dataset:
    """Read a file whole; one without file meta information gets the transfer syntax that it was read with."""
    try:
        dataset = pydicom.dcmread(path, force=True)
    except OSError as error:
        raise FileProblem(str(path), "cannot be opened") from error
    if "DirectoryRecordSequence" in dataset:
        raise FileProblem(str(path), "is a DICOM directory (DICOMDIR): it names the original files")
    if "EncapsulatedDocument" in dataset:
        raise FileProblem(str(path), "holds a document (such as a PDF), which is not looked into")
    if _lacks_pixels(dataset):
        raise FileProblem(str(path), "is a DICOM image without pixels: truncated, or a header alone")
    meta: Any = getattr(dataset, "file_meta", None)
    if not dataset.get("SOPClassUID") and not (meta and meta.get("MediaStorageSOPClassUID")):
        raise FileProblem(str(path), "is no DICOM object: it names no SOP class")
    if meta is None:
        dataset.file_meta = meta = FileMetaDataset()
    if not meta.get("TransferSyntaxUID"):
        implicit, little = dataset.original_encoding
        meta.TransferSyntaxUID = (ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian if little else
                                  ExplicitVRBigEndian)
    return dataset


def _lacks_pixels(dataset: Dataset) -> bool:
    """Tell an image that ends before its pixels, as a half-copied file does, or that only says where they are."""
    kind = str(dataset.get("SOPClassUID") or "")
    if any(name in dataset for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        return False
    return "Rows" in dataset or (is_well_known(kind) and pydicom.uid.UID(kind).name.endswith("Image Storage"))


def _encodings(dataset: Dataset) -> tuple[str, ...]:
    stated = dataset.get("SpecificCharacterSet") or ""
    names = [stated] if isinstance(stated, str) else list(stated)
    return tuple(dict.fromkeys(python_encoding[str(n)] for n in names if str(n) in python_encoding))


def _look_for_text(dataset: Dataset, path: Path, options: Options, result: Cleaned) -> None:
    from bogam.data.deidentify.dicom_text import find_in_dicom, mask_dicom

    result.text_regions, told = find_in_dicom(dataset, path)
    result.notes += told
    if options.mask_text:
        result.notes += mask_dicom(dataset, result.text_regions, str(path))
        result.masked = True


def _instance(dataset: Dataset, path: Path, work: Work) -> str:
    """Return the new SOP instance UID; a file that states none gets one that follows from its content."""
    stated = str(dataset.get("SOPInstanceUID") or dataset.file_meta.get("MediaStorageSOPInstanceUID") or "")
    if not stated:
        import hashlib
        stated = "none " + hashlib.sha256(path.read_bytes()).hexdigest()
        return work.uid(stated)
    return stated if work.options.retain_uids else work.uid(stated)


def _state_methods(dataset: Dataset, work: Work, masked: bool) -> None:
    options = work.options
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = METHOD
    items = []
    for code, meaning in options.methods(masked):
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, "DCM", meaning
        items.append(item)
        work.written.update((code, meaning))
    dataset.DeidentificationMethodCodeSequence = items
    dataset.LongitudinalTemporalInformationModified = (
        "MODIFIED" if options.retain_modified_dates else "UNMODIFIED" if options.retain_full_dates else "REMOVED")
    if masked:
        dataset.BurnedInAnnotation = "NO"


def _meta(dataset: Dataset, instance: str, work: Work) -> FileMetaDataset:
    """Return file meta information of our own: of the old one only the class and the transfer syntax stay."""
    old = dataset.file_meta
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\0\1"
    meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID") or old.MediaStorageSOPClassUID
    meta.MediaStorageSOPInstanceUID = instance
    meta.TransferSyntaxUID = old.TransferSyntaxUID
    meta.ImplementationClassUID = IMPLEMENTATION
    meta.ImplementationVersionName = f"BOGAM {__version__}"[:16]
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta.MediaStorageSOPClassUID, instance
    work.written.update((str(meta.MediaStorageSOPClassUID), instance))
    return meta


def check_output(blob: bytes, dataset: Dataset, work: Work, encodings: tuple[str, ...], file: str) -> None:
    """Search what is about to be written for the identifiers of the source.

    Long ones are searched for in all bytes; shorter ones (parts of names from three letters on) in each text element of
    the output, read again.

    Raises:
        FileProblem: one was found; the message names the element that stated it in the source, not its value.
    """
    searched = blob
    if dataset.file_meta.TransferSyntaxUID == DeflatedExplicitVRLittleEndian:
        searched = _inflated(blob)
    found = work.known.found_in(searched, encodings, work.written)
    if found is None:
        found = _short_ones(pydicom.dcmread(io.BytesIO(blob)), work)
    if found:
        raise FileProblem(file, f"still holds the value of {found} after cleaning, where it cannot be taken out")


def _inflated(blob: bytes) -> bytes:
    again = pydicom.dcmread(io.BytesIO(blob))
    again.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    buffer = io.BytesIO()
    dcmwrite(buffer, again, enforce_file_format=True)
    return buffer.getvalue()


def _short_ones(dataset: Dataset, work: Work) -> str | None:
    for element in elements_of(dataset):
        if element.VR in TEXT and not is_fixed_word(element):
            for text in map(str, values_of(element)):
                found = None if text in work.written else work.known.in_text(text)
                if found:
                    return found
    return None
