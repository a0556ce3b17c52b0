"""What the audit found, remembered by the digest of the data and of the rules: a second call runs no rule."""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache as once
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import bogam
from bogam.audit.family import Evidence, Finding


@once
def rules_version() -> str:
    """Return 12 hex digits that change with the code of the rules and of what they look at."""
    total = hashlib.sha256(bogam.__version__.encode())
    for package in ("audit", "data", "metrics"):
        for name, content in sorted(_sources(files("bogam") / package, package)):
            total.update(name.encode() + content)
    return total.hexdigest()[:12]


def _sources(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        name = f"{prefix}/{entry.name}"
        if entry.is_dir():
            found += _sources(entry, name)
        elif entry.name.endswith(".py"):
            found.append((name, entry.read_bytes()))
    return found


def place_of(evidence: Evidence, cache: Path) -> Path:
    """Return the file that holds, or will hold, what the rules say of this evidence."""
    return cache / "audit" / f"{evidence.digest()}-{rules_version()}.json"


def recall(place: Path) -> tuple[Finding, ...] | None:
    """Return what is remembered; None where nothing is, or the file was cut off."""
    try:
        rows = json.loads(place.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return tuple(Finding.from_dict(row) for row in rows)


def keep(place: Path, findings: tuple[Finding, ...]) -> None:
    """Remember the findings."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps([f.to_dict() for f in findings], ensure_ascii=False), encoding="utf-8")
    part.replace(place)
