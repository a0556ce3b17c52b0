"""Which files there are, and under which new names their clean copies go."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bogam.core.errors import FileProblem, UserError, say
from bogam.data.deidentify.keys import Pseudonyms
from bogam.data.layouts.patients import match_patients
from bogam.data.readers.sniff import sniff

KINDS = ("dicom", "nifti", "png", "jpeg", "tiff")
_ENDINGS = {"dicom": ".dcm", "nifti": ".nii", "png": ".png", "jpeg": ".jpg", "tiff": ".tif"}
_TAIL = re.compile(r"^(?P<stem>.+?)(?P<tail>(?:_\d{1,3})?(?:[_-](?:masks?|seg|segmentation|label|gt)(?:_\d{1,2})?)?)$",
                   re.IGNORECASE)


@dataclass(frozen=True)
class Item:
    """One file of the source.

    Args:
        number: place in the sorted list of all files, from 1; how messages and the log name it.
        source: path relative to the source folder, with "/".
        kind: one of `KINDS`, or "" for a file that is not cleaned.
        target: path of the copy relative to the results.
        mark: keyed hash of `source`, which the log shows.
        stamp: size in bytes and time of change in nanoseconds.
        problem: why it is set aside without being looked into, or "".
    """

    number: int
    source: str
    kind: str
    target: str
    mark: str
    stamp: tuple[int, int]
    problem: str = ""


def check_places(source: Path, out: Path, log: Path) -> None:
    """Raise UserError where the source is missing or one of the places lies in another."""
    if not source.is_dir():
        raise UserError(say(str(source), "no folder" if not source.exists() else "a file", "a folder with images"))
    if out.exists() and not out.is_dir():
        raise UserError(say(str(out), "a file", "a new or an empty folder"))
    here, there, notes = source.resolve(), out.resolve(), log.resolve()
    if here == there or there.is_relative_to(here):
        raise UserError(say("OUT", f"{out}, which lies in the source", "a folder elsewhere",
                            "The source is never written to."))
    if here.is_relative_to(there):
        raise UserError(say("OUT", f"{out}, which holds the source", "a folder elsewhere"))
    if notes.is_relative_to(here) or notes.is_relative_to(there) or there.is_relative_to(notes):
        raise UserError(say("--log", f"{log}, which lies in the source or in the results, or holds them",
                            "a folder elsewhere", "By default it lies beside OUT."))


def list_files(source: Path) -> list[str]:
    """Return the paths of all files below a folder, relative to it, sorted; links are listed and not followed."""
    found = []
    for folder, folders, names in os.walk(source, followlinks=False):
        folders.sort()
        place = Path(folder)
        linked = [name for name in folders if (place / name).is_symlink()]
        found += [(place / name).relative_to(source).as_posix() for name in (*names, *linked)]
    return sorted(found)


def check_names(source: Path, keep_folders: Sequence[str], patient: str | None) -> None:
    """Raise UserError where there is no file, a pattern names no patient, or a folder to keep does not occur."""
    paths = list_files(source)
    if not paths:
        raise UserError(say(str(source), "a folder without files", "a folder with images"))
    folders = {part for path in paths for part in PurePosixPath(path).parts[:-1]}
    strange = sorted(set(keep_folders) - folders)
    if strange:
        raise UserError(say("--keep-folder", ", ".join(strange), "names of folders in the source"))
    if patient is not None and not any(match_patients(patient, paths)):
        raise UserError(say("--patient", repr(patient), "a pattern that fits at least one path in the source"))


def plan(source: Path, made: Pseudonyms, keep_folders: Sequence[str] = (), patient: str | None = None) -> list[Item]:
    """Look at each file's first bytes and name its copy.

    A folder's name becomes a pseudonym unless it is one of `keep_folders`, which keeps class folders; equal names
    become equal pseudonyms. So do file names, apart from a final number of up to three digits after an underscore and
    from endings such as ``_mask``, so that an image still finds its mask and a slice its place. Where `patient` fits a
    path, the name begins with the patient's pseudonym and an underscore; it is the one that a DICOM file with that
    patient id gets.

    Raises:
        UserError: see `check_names`.
    """
    paths = list_files(source)
    patients: list[str | None] = match_patients(patient, paths) if patient else [None] * len(paths)
    items, taken = [], set[str]()
    for number, (path, whose) in enumerate(zip(paths, patients, strict=True), 1):
        kind, stamp, problem = _look(source / path)
        target = _target(path, kind, whose, made, frozenset(keep_folders))
        again = 1
        while target.lower() in taken:
            again += 1
            target = _target(path, kind, whose, made, frozenset(keep_folders), f"-{again}")
        taken.add(target.lower())
        items.append(Item(number, path, kind, target, made.short("path", path, 16), stamp, problem))
    return items


def _look(path: Path) -> tuple[str, tuple[int, int], str]:
    if path.is_symlink():
        return "", (0, 0), "is a link, which is not followed"
    try:
        status = path.stat()
        kind = sniff(path) or ""
    except FileProblem as problem:
        return "", (0, 0), problem.problem
    except OSError:
        return "", (0, 0), "cannot be opened"
    stamp = status.st_size, status.st_mtime_ns
    if kind in KINDS:
        return kind, stamp, ""
    what = f"a file of the kind {kind}" if kind else "no DICOM, NIfTI, PNG, JPEG or TIFF file"
    return "", stamp, f"is {what}, which is not cleaned"


def _target(path: str, kind: str, patient: str | None, made: Pseudonyms, keep: frozenset[str], again: str = "") -> str:
    parts = PurePosixPath(path)
    folders = [part if part in keep else "d-" + made.short("folder", part, 8).lower() for part in parts.parts[:-1]]
    name = parts.name
    packed = kind == "nifti" and name.lower().endswith(".gz")
    stem = re.sub(r"(\.nii)?(\.gz)?$|\.[A-Za-z]{1,5}$", "", name, count=1, flags=re.IGNORECASE) or name
    found = _TAIL.match(stem)
    base, tail = (found["stem"], found["tail"].lower()) if found else (stem, "")
    whose = made.short("patient", f"id {patient}").lower() + "_" if patient else ""
    ending = _ENDINGS.get(kind, "") + (".gz" if packed else "")
    return "/".join((*folders, f"{whose}f-{made.short('file', base, 10).lower()}{again}{tail}{ending}"))
