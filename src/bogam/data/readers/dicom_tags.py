"""What a DICOM file says about its picture, without any value that could identify a person."""

from __future__ import annotations

import hashlib
import math
import re
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from bogam.core.errors import FileProblem

_GROUPS = ("PlanePositionSequence", "PlaneOrientationSequence", "PixelMeasuresSequence",
           "PixelValueTransformationSequence", "FrameVOILUTSequence")
_OVERFLOW = ("EOF", "unexpected end", "less than expected", "insufficient", "not enough", "truncat")


def pseudonym(prefix: str, value: object) -> str | None:
    """Return prefix and 10 hex digits of the SHA-256 of an id, or None where the id is empty.

    It groups files of one person without showing the id. It is no protection against someone who can guess ids.

    Example:
        >>> pseudonym("p-", "1234")
        'p-03ac674216'
        >>> pseudonym("p-", " ") is None
        True
    """
    text = "" if value is None else str(value).strip()
    return prefix + hashlib.sha256(text.encode()).hexdigest()[:10] if text else None


def broken(error: Exception) -> str:
    """Word a fault of pydicom or a codec as one clause that holds no value of the file."""
    if isinstance(error, MemoryError):
        return "is a DICOM file that needs more memory than there is"
    text = str(error).lower()
    if isinstance(error, EOFError) or any(part.lower() in text for part in _OVERFLOW):
        return "is a truncated DICOM file: its pixels or its header end early"
    return f"is a DICOM file that cannot be decoded ({type(error).__name__})"


def worded(texts: list[str]) -> tuple[str, ...]:
    """Turn the texts of pydicom's warnings into notes without values, each once."""
    notes = []
    for text in texts:
        found = re.search(r"value for VR (\w\w)\b|\bVR (\w\w)\b", text)
        if found:
            notes.append(f"an element of type {found[1] or found[2]} has a value that its type does not allow")
        elif "pixel data" in text.lower() and re.search("padding|longer|expected|multiple frames|excess", text.lower()):
            notes.append("its pixel data have more bytes than its size asks for")
        else:
            notes.append("its header departs from the Standard (pydicom warned)")
    return tuple(dict.fromkeys(notes))


def open_dicom(path: Path, pixels: bool) -> tuple[Dataset, tuple[str, ...]]:
    """Read a file with or without its pixels; call it inside `quiet.recorded`.

    Returns:
        The data set, ready for decoding, and notes.

    Raises:
        FileProblem: unreadable, no DICOM, or it holds no picture (a report, a plan, a directory).
    """
    try:
        dataset = pydicom.dcmread(path, force=True, stop_before_pixels=not pixels)
    except OSError as error:
        raise FileProblem(str(path), "cannot be opened") from error
    rows, columns, modality = dataset.get("Rows"), dataset.get("Columns"), str(dataset.get("Modality") or "unknown")
    notes: tuple[str, ...] = ()
    if "DirectoryRecordSequence" in dataset:
        raise FileProblem(str(path), "is a DICOM directory (DICOMDIR), not a picture")
    if not isinstance(rows, int) or not isinstance(columns, int) or rows < 1 or columns < 1:
        raise FileProblem(str(path), f"is a DICOM file without a picture (modality {modality[:16]})")
    if not hasattr(dataset, "file_meta"):
        dataset.file_meta = FileMetaDataset()
    if not dataset.file_meta.get("TransferSyntaxUID"):
        implicit, little = dataset.original_encoding
        stated = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        dataset.file_meta.TransferSyntaxUID = stated
        notes += ("no transfer syntax is stated: read as uncompressed",)
    return dataset, notes


def find(dataset: Dataset, name: str, frame: int = 0) -> Any:
    """Return an element of one frame: from its own functional group, the shared group, or the file; else None."""
    for sequence, index in (("PerFrameFunctionalGroupsSequence", frame), ("SharedFunctionalGroupsSequence", 0)):
        items = dataset.get(sequence) or []
        if index < len(items):
            for group in _GROUPS:
                inside = items[index].get(group)
                if inside and inside[0].get(name) is not None:
                    return inside[0].get(name)
    return dataset.get(name)


def numbers(value: Any, count: int | None = None) -> tuple[float, ...] | None:
    """Return the finite numbers of an element, or None where it is empty, odd, or not of the asked length."""
    if value is None or isinstance(value, str | bytes):
        value = [value] if value else []
    try:
        found = tuple(float(v) for v in (value if hasattr(value, "__iter__") else [value]))
    except (TypeError, ValueError):
        return None
    if not found or not all(math.isfinite(v) for v in found) or (count is not None and len(found) != count):
        return None
    return found


def text(dataset: Dataset, name: str) -> str | None:
    """Return a short text element, stripped, or None."""
    value = str(dataset.get(name) or "").strip()
    return value[:64] or None


def count(dataset: Dataset) -> int:
    """Return the number of frames; 1 where none or nonsense is stated."""
    try:
        return max(1, int(dataset.get("NumberOfFrames") or 1))
    except (TypeError, ValueError):
        return 1


def spacing(dataset: Dataset, frame: int = 0) -> tuple[tuple[float, float] | None, tuple[str, ...]]:
    """Return (dy, dx) in millimetres and notes, or None where the file does not tell."""
    for name, note in (("PixelSpacing", ""), ("ImagerPixelSpacing", "spacing is that at the detector"),
                       ("NominalScannedPixelSpacing", "spacing is that of the scanned film")):
        found = numbers(find(dataset, name, frame), 2)
        if found and min(found) > 0:
            return (found[0], found[1]), (note,) if note else ()
    regions = dataset.get("SequenceOfUltrasoundRegions") or []
    if len(regions) == 1 and regions[0].get("PhysicalUnitsXDirection") == regions[0].get(
            "PhysicalUnitsYDirection") == 3:
        deltas = numbers([regions[0].get("PhysicalDeltaY"), regions[0].get("PhysicalDeltaX")], 2)
        if deltas and all(deltas):
            return (abs(deltas[0]) * 10, abs(deltas[1]) * 10), ("spacing is that of the ultrasound region",)
    return None, ()


def facts(dataset: Dataset, frame: int = 0) -> dict[str, Any]:
    """Return what `core.types.Picture.facts` holds; keys that the file does not tell are left out."""
    maker, model = text(dataset, "Manufacturer"), text(dataset, "ManufacturerModelName")
    window = [numbers(find(dataset, name, frame)) for name in ("WindowCenter", "WindowWidth")]
    kinds = [str(kind) for kind in dataset.get("ImageType") or []]
    found = {
        "modality": text(dataset, "Modality"),
        "scanner": " ".join(part for part in (maker, model) if part) or None,
        "view": text(dataset, "ViewPosition"),
        "laterality": text(dataset, "ImageLaterality") or text(dataset, "Laterality"),
        "window": (window[0][0], window[1][0]) if window[0] and window[1] else None,
        "window_function": str(find(dataset, "VOILUTFunction", frame) or "") or None,
        "localizer": True if "LOCALIZER" in kinds else None,
        "mosaic": True if "MOSAIC" in kinds else None,
        "patient": pseudonym("p-", dataset.get("PatientID")),
        "study": pseudonym("s-", dataset.get("StudyInstanceUID")),
        "series": pseudonym("r-", dataset.get("SeriesInstanceUID"))}
    return {name: value for name, value in found.items() if value is not None}
