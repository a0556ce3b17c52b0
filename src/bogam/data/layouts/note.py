"""The note that `bogam phantom` leaves beside its images."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

_FILE = "phantom.json"


@dataclass(frozen=True)
class PhantomNote:
    """What the note says.

    Args:
        kind: which phantom.
        patient: pattern for the file names, or None.
        mask_label: what the masks show, or None.
    """

    kind: str
    patient: str | None
    mask_label: str | None


def find_phantom(*folders: Path) -> PhantomNote | None:
    """Return the note of a phantom in one of the folders or right above it; None where the data are none."""
    for folder in (*folders, *(f.parent for f in folders)):
        path = folder / _FILE
        if path.is_file():
            try:
                content = json.loads(path.read_text(encoding="utf-8"))
                kind = next(iter(content["phantom"]))
            except (ValueError, KeyError, TypeError, StopIteration):
                continue
            return PhantomNote(kind, content.get("patient"), _mask_label(kind))
    return None


def _mask_label(kind: str) -> str | None:
    from bogam.data.phantoms.family import phantoms
    try:
        return phantoms.get(kind).mask_label
    except ValueError:
        return None
