"""Collect what a DICOM file states of its patient and of everyone else, before anything is taken out of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.uid import UID_dictionary

from bogam.data.deidentify.dummies import TEXT
from bogam.data.deidentify.identifiers import Identifiers
from bogam.data.deidentify.profile import Action, table, vocabulary

BIRTH = frozenset({0x00100030, 0x00100033, 0x00100034})
"""Tags of the birth date, in the Gregorian and other calendars."""
_DESCRIPTIVE = ("descriptors", "characteristics")
"""Option columns of elements that describe a picture or a body; their words may rightly stand elsewhere."""


def values_of(element: DataElement) -> list[Any]:
    """Return the values of an element, several or one; empty ones are left out."""
    value = element.value
    listed = list(value) if isinstance(value, MultiValue | list | tuple) else [value]
    return [one for one in listed if one is not None and str(one).strip("\0 ") != ""]


def is_well_known(uid: str) -> bool:
    """Tell whether the Standard itself defines a UID: an object class, a transfer syntax, an atlas."""
    return uid in UID_dictionary


def elements_of(dataset: Dataset) -> Iterator[DataElement]:
    """Yield all elements of even groups, at any depth; one that cannot be read is left out."""
    for tag in list(dataset.keys()):
        if tag.is_private:
            continue
        try:
            element = dataset[tag]
        except Exception:  # such an element is removed later, and counted
            continue
        yield element
        if element.VR == "SQ":
            for item in element.value or []:
                yield from elements_of(item)


def collect(dataset: Dataset, actions: dict[int, Action]) -> Identifiers:
    """Return the identifiers of a file.

    They are: every person's name; ids, addresses, numbers and names of places in elements that the profile does not
    keep; birth dates; other dates and UIDs that the profile does not keep. What describes a picture or a body is left
    out, and so is a text all of whose words are in our vocabulary, such as "radiology".

    Args:
        dataset: with its file meta information, as read.
        actions: what the profile does under the chosen options.
    """
    known = Identifiers()
    rows = table()
    parts: list[Dataset] = [dataset]
    if getattr(dataset, "file_meta", None) is not None:
        parts.append(dataset.file_meta)
    for element in (found for part in parts for found in elements_of(part)):
        tag, vr = int(element.tag), element.VR
        action = actions.get(tag)
        name = element.keyword or (rows[tag].keyword if tag in rows else str(element.tag))
        if vr == "PN":
            for one in values_of(element):
                known.add("name", one, name)
        elif action in (None, "keep") and tag >> 16 != 2:
            continue
        elif vr in ("DA", "DT"):
            for one in values_of(element):
                known.add("birth" if tag in BIRTH else "date", one, name)
        elif vr == "UI":
            for one in values_of(element):
                if action not in (None, "keep") and not is_well_known(str(one)):
                    known.add("uid", one, name)
        elif vr in TEXT and vr != "CS" and not (tag in rows and set(_DESCRIPTIVE) & set(rows[tag].options)):
            for one in values_of(element):
                if not _is_common(str(one)):
                    known.add("id", one, name)
    return known


def _is_common(text: str) -> bool:
    words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    return all(word in vocabulary() for word in words)
