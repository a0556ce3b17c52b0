"""Clean one file and put it in its place; what runs in each process."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bogam.core.errors import FileProblem
from bogam.data.deidentify.dicom_file import Cleaned, clean_dicom
from bogam.data.deidentify.jpeg import clean_jpeg
from bogam.data.deidentify.keys import Pseudonyms
from bogam.data.deidentify.nifti import clean_nifti
from bogam.data.deidentify.options import Options
from bogam.data.deidentify.plan import Item
from bogam.data.deidentify.png import clean_png
from bogam.data.deidentify.stripped import check_stripped
from bogam.data.deidentify.tiff import clean_tiff

_CLEANERS = {"png": clean_png, "jpeg": clean_jpeg, "tiff": clean_tiff, "nifti": clean_nifti}
PART = ".part"
"""Ending of a file that is being written."""


@dataclass(frozen=True)
class Job:
    """What every process needs.

    Args:
        source, out: folders.
        previews: folder for small pictures with the text regions outlined, or None.
        options: as chosen.
        key: of the user.
        find_text: look for drawn text.
    """

    source: Path
    out: Path
    previews: Path | None
    options: Options
    key: bytes
    find_text: bool


@dataclass(frozen=True)
class Outcome:
    """What became of one file. Nothing in it identifies: `target` is made of pseudonyms, `problem` names elements."""

    number: int
    mark: str
    kind: str
    stamp: tuple[int, int]
    target: str = ""
    problem: str = ""
    size: int = 0
    sha256: str = ""
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()
    regions: int = 0
    masked: bool = False

    @property
    def written(self) -> bool:
        """Return whether a clean copy was written; otherwise the file was set aside."""
        return not self.problem

    def to_dict(self) -> dict[str, Any]:
        """Return a plain mapping for JSON."""
        return {**self.__dict__, "stamp": list(self.stamp), "notes": list(self.notes),
                "done": [[name, what, number] for (name, what), number in sorted(self.done.items())]}

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Outcome:
        """Return what `to_dict` made plain."""
        done = Counter({(name, what): number for name, what, number in plain["done"]})
        return cls(**{**plain, "stamp": tuple(plain["stamp"]), "notes": tuple(plain["notes"]), "done": done})


def clean_item(item: Item, job: Job) -> Outcome:
    """Clean a file and write its copy whole or not at all; a file that cannot be cleaned is set aside."""
    base = {"number": item.number, "mark": item.mark, "kind": item.kind, "stamp": item.stamp}
    if item.problem:
        return Outcome(**base, problem=item.problem)  # type: ignore[arg-type]
    path = job.source / item.source
    try:
        cleaned, target = _clean(path, item, job)
    except FileProblem as problem:
        return Outcome(**base, problem=problem.problem)  # type: ignore[arg-type]
    except (OSError, MemoryError) as error:
        return Outcome(**base, problem=f"cannot be read or held in memory ({type(error).__name__})")  # type: ignore[arg-type]
    _put(job.out / target, cleaned.blob)
    if cleaned.text_regions and job.previews is not None:
        from bogam.data.deidentify.review import write_preview
        write_preview(path, item, cleaned.text_regions, job.previews)
    return Outcome(**base, target=target, size=len(cleaned.blob),  # type: ignore[arg-type]
                   sha256=hashlib.sha256(cleaned.blob).hexdigest(), done=cleaned.done, notes=cleaned.notes,
                   regions=len(cleaned.text_regions), masked=cleaned.masked)


def _clean(path: Path, item: Item, job: Job) -> tuple[Cleaned, str]:
    if item.kind == "dicom":
        return clean_dicom(path, job.options, Pseudonyms(job.key), job.find_text), item.target
    blob, target = path.read_bytes(), item.target
    stripped = _CLEANERS[item.kind](blob, item.source)
    check_stripped(stripped, item.source)
    cleaned = Cleaned(stripped.blob, stripped.done, stripped.notes)
    if item.kind != "nifti" and (job.find_text or job.options.mask_text):
        from bogam.data.deidentify.picture_text import find_in_picture, mask_picture

        cleaned.text_regions, told = find_in_picture(cleaned.blob)
        cleaned.notes += told
        if told and job.options.mask_text:
            raise FileProblem(item.source, "cannot be decoded, so no text can be masked")
        cleaned.masked = job.options.mask_text
        if cleaned.masked and cleaned.text_regions:
            cleaned.blob, ending = mask_picture(cleaned.blob, item.kind, cleaned.text_regions, item.source)
            cleaned.notes += ("regions that look like text painted over",)
            target = str(Path(target).with_suffix(ending).as_posix())
    return cleaned, target


def _put(path: Path, blob: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + PART)
    part.write_bytes(blob)
    os.replace(part, path)
