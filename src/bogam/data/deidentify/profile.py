"""The Basic Application Level Confidentiality Profile: which element is removed, emptied, replaced, cleaned or kept.

The table is DICOM PS3.15 Table E.1-1 (edition `EDITION`); where it comes from, the script says that wrote it,
`docs/generate_confidentiality_profile.py`. The audit's identity rule reads the same table.
"""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bogam.data.deidentify.options import Options

EDITION = "2026c"
Action = Literal["remove", "empty", "dummy", "uid", "clean", "keep", "references"]
"""What is done to an element. "references": a sequence whose items stay, with the UIDs in them replaced."""

ACTIONS: dict[str, Action] = {"X": "remove", "Z": "empty", "D": "dummy", "U": "uid", "C": "clean", "K": "keep",
                              "Z/D": "dummy", "X/Z": "empty", "X/D": "dummy", "X/Z/D": "dummy", "X/Z/U*": "references"}
"""Codes of the Standard to actions.

Where the Standard lets the type of the attribute in the object's definition decide (X/Z, X/D, Z/D, X/Z/D), the last
one is taken, which is right for every type: an empty value where the attribute may be type 2, a dummy that is valid for
the value representation where it may be type 1. Both hold nothing of the patient.
"""
_HERE = Path(__file__).parent
_EXTRA = {0x04000500: "EncryptedAttributesSequence", 0x4FFE0001: "MACParametersSequence"}
"""Removed though the table does not list them: an encrypted copy of the identity, and what belongs to signatures."""


@dataclass(frozen=True)
class Row:
    """One attribute of the table: its keyword, the basic profile's code, and the codes of the option columns."""

    keyword: str
    basic: str
    options: dict[str, str]


def _lines(name: str) -> list[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))


@functools.cache
def table() -> dict[int, Row]:
    """Return tag -> row. The repeating groups 50xx and 60xx and private elements are not in it, see `action_of`."""
    rows = {}
    for line in _lines("profile.csv"):
        if line["tag"].isalnum() and all(c in "0123456789ABCDEF" for c in line["tag"]):
            fixed = ("tag", "keyword", "name", "basic", "inferred")
            codes = {column: code for column, code in line.items() if column not in fixed and code}
            rows[int(line["tag"], 16)] = Row(line["keyword"], line["basic"], codes)
    for tag, keyword in _EXTRA.items():
        rows.setdefault(tag, Row(keyword, "X", {}))
    return rows


@functools.cache
def safe_private() -> frozenset[tuple[int, str, int]]:
    """Return (group, creator, last two digits of the element) of the private elements that may stay on request."""
    safe = set()
    for line in _lines("safe_private.csv"):
        for part in line["elements"].split():
            first, _, last = part.partition("-")
            for element in range(int(first, 16), int(last or first, 16) + 1):
                safe.add((int(line["group"], 16), line["creator"], element))
    return frozenset(safe)


@functools.cache
def vocabulary() -> frozenset[str]:
    """Return the words, in small letters, that a cleaned description may keep."""
    text = (_HERE / "vocabulary.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


@functools.lru_cache(maxsize=64)
def actions(options: Options) -> dict[int, Action]:
    """Return tag -> action for all attributes of the table under some options.

    An option's own code replaces the basic one. Where several speak of one attribute, shifting its date wins, then
    keeping it, then cleaning it.
    """
    chosen = options.columns()
    found: dict[int, Action] = {}
    for tag, row in table().items():
        codes = {name: row.options[name] for name in chosen if name in row.options}
        code = codes.get("modified_dates") or ("K" if "K" in codes.values() else next(iter(codes.values()), row.basic))
        found[tag] = ACTIONS[code]
    return found


def action_of(tag: int, known: dict[int, Action]) -> Action | None:
    """Return what the profile says of a tag of an even group, or None where it does not list it.

    Overlays (60xx) and curves (50xx) are removed with all that describes them.

    Example:
        >>> basic = actions(Options())
        >>> action_of(0x00100010, basic), action_of(0x60023000, basic), action_of(0x00280010, basic)
        ('empty', 'remove', None)
    """
    group = tag >> 16
    if 0x5000 <= group <= 0x501E or 0x6000 <= group <= 0x601E:
        return "remove"
    return known.get(tag)
