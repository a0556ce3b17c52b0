"""Walk through a DICOM data set, at any depth, and do to each element what the profile says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from pydicom.datadict import dictionary_has_tag, keyword_for_tag
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from bogam.data.deidentify.dates import shift
from bogam.data.deidentify.dicom_known import is_well_known, values_of
from bogam.data.deidentify.dicom_stays import CHARACTERS, is_character_set, one_or_many, put, take_out
from bogam.data.deidentify.dummies import BINARY, FREE_TEXT, NUMBERS, TEMPORAL, TEXT, dummy
from bogam.data.deidentify.identifiers import Identifiers
from bogam.data.deidentify.keys import Pseudonyms
from bogam.data.deidentify.options import Options
from bogam.data.deidentify.profile import Action, action_of, safe_private
from bogam.data.deidentify.words import clean_words

Mode = Literal["plain", "dummy", "words"]
"""How the inside of a sequence is treated: as the profile says, every text replaced, or every text cleaned."""

PATIENT_NAME, PATIENT_ID = 0x00100010, 0x00100020
PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_TIMEZONE = 0x00080201
_GRAPHICS = frozenset({0x00700022})
"""Coordinates with which a hand may have written: GraphicData."""
_NAMES_OF_KINDS = ("ClassUID", "ClassesIn", "ClassesSupported", "TransferSyntaxUID", "CodingSchemeUID", "ContextUID",
                   "MappingResourceUID", "CreatorUID", "CreatorVersionUID")
_SCHEMES = frozenset({"DCM", "SCT", "SRT", "SNM3", "LN", "UCUM", "RADLEX", "FMA", "NCIt", "UMLS", "MDC", "I9", "I10"})
_URLS_THAT_NAME_CODES = frozenset({"URNCodeValue", "CodingSchemeURL"})


@dataclass
class Work:
    """What the walk through one file needs, and what it counts.

    Args:
        options: as chosen.
        actions: of the profile under these options.
        made: pseudonyms under the user's key.
        known: identifiers of this file.
        patient: pseudonym of its patient.
        days: by how many days its dates move.
        done: (element, what was done) -> how often.
        written: values of our own making, which may hold digits of an identifier by chance.
    """

    options: Options
    actions: dict[int, Action]
    made: Pseudonyms
    known: Identifiers
    patient: str
    days: int
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    written: set[str] = field(default_factory=set)

    def uid(self, uid: str) -> str:
        """Return what stands for a UID; one that the Standard defines stays."""
        if is_well_known(uid):
            return uid
        new = self.made.uid(uid)
        self.written.add(new)
        return new


def name_of_patient(patient: str) -> str:
    """Return a person's name that is valid and says only which pseudonym it is."""
    return f"{patient}^Pseudonym"


def clean_dataset(dataset: Dataset, work: Work, mode: Mode = "plain") -> None:
    """Change a data set in place."""
    keep_uids = work.options.retain_uids
    kept = _private_kept(dataset) if work.options.retain_safe_private else frozenset()
    for tag in list(dataset.keys()):
        number = int(tag)
        if tag.is_private:
            if number not in kept or (tag.element > 0xFF and take_out(dataset[tag], work.known, keep_uids)):
                del dataset[tag]
                work.done["private elements", "removed"] += 1
            continue
        if tag.element == 0 or tag.group in (0x0000, 0x0002):
            del dataset[tag]
            continue
        if number in PIXELS or (number == CHARACTERS and is_character_set(dataset[CHARACTERS])):
            continue
        action = action_of(number, work.actions)
        if action == "remove" or (action is None and not dictionary_has_tag(tag)):
            keyword = _keyword(number)
            del dataset[tag]
            work.done[keyword, "removed"] += 1
            continue
        if action is None and _is_plain_number(dataset, number, work):
            continue
        try:
            element = dataset[tag]
            change = _treat(element, action, work, mode)
        except Exception:
            work.done[_keyword(number), "removed, unreadable"] += 1
            del dataset[tag]
            continue
        if change:
            work.done[element.keyword or str(tag), change] += 1
            if change == "removed":
                del dataset[tag]


def _keyword(number: int) -> str:
    group = number >> 16
    if 0x5000 <= group <= 0x501E or 0x6000 <= group <= 0x601E:
        return "overlays" if group >= 0x6000 else "curves"
    return keyword_for_tag(number) or "unknown elements"


def _is_plain_number(dataset: Dataset, number: int, work: Work) -> bool:
    """Tell quickly, without converting it, that an element holds small numbers, which identify nobody."""
    vr = getattr(dataset.get_item(number), "VR", None)
    return vr in ("US", "SS", "AT") or (vr in NUMBERS and not work.known.numbers())


def _private_kept(dataset: Dataset) -> frozenset[int]:
    """Return the private elements of this level that the safe list names, with their creators."""
    safe = safe_private()
    kept = set()
    for tag in list(dataset.keys()):
        if not tag.is_private or tag.element < 0x1000:
            continue
        block = tag.group << 16 | tag.element >> 8
        if block not in dataset:
            continue
        creator = str(dataset[block].value or "").strip()
        if (tag.group, creator, tag.element & 0xFF) in safe and dataset[tag].VR in (*NUMBERS, "US", "SS", "CS", "AT"):
            kept |= {int(tag), block}
    return frozenset(kept)


def _treat(element: DataElement, action: Action | None, work: Work, mode: Mode) -> str:
    """Do one action; return what was done, or "" where nothing changed."""
    vr, tag = element.VR, int(element.tag)
    if tag in (PATIENT_NAME, PATIENT_ID) and action in ("empty", "dummy"):
        element.value = work.patient if tag == PATIENT_ID else name_of_patient(work.patient)
        return "replaced by a pseudonym"
    if action is None:
        action = _beyond_table(element, work, mode)
    if vr == "SQ":
        return _treat_sequence(element, action, work, mode)
    if action == "remove":
        return "removed"
    if action == "uid":
        if work.options.retain_uids:
            return ""
        element.value = one_or_many([work.uid(str(one)) for one in values_of(element)])
        return "replaced"
    if action == "empty":
        return put(element, None if vr not in TEXT else "", "emptied")
    if action == "dummy":
        if vr == "UI":
            element.value = one_or_many([work.uid(str(one)) for one in values_of(element)])
            return "replaced"
        values = values_of(element)
        many = len(values) > 1 and vr in NUMBERS
        return put(element, [dummy(vr)] * len(values) if many else dummy(vr), "replaced") if values else ""
    if action == "clean":
        return _clean(element, work)
    return take_out(element, work.known, work.options.retain_uids)


def _beyond_table(element: DataElement, work: Work, mode: Mode) -> Action:
    """Return what is done to an element that the profile does not list; stricter than the Standard asks for."""
    vr, keyword = element.VR, element.keyword
    if int(element.tag) in _GRAPHICS and mode != "plain":
        return "dummy"
    if vr in ("PN", "AE"):
        return "dummy" if mode == "dummy" else "empty"
    if vr in TEMPORAL:
        options = work.options
        return "clean" if options.retain_modified_dates else "keep" if options.retain_full_dates else "empty"
    if vr == "UI":
        return "keep" if any(name in keyword for name in _NAMES_OF_KINDS) else "uid"
    if vr in FREE_TEXT and keyword not in _URLS_THAT_NAME_CODES and mode == "plain":
        return "clean" if work.options.clean_descriptors else "remove"
    if mode == "dummy" and (vr in TEXT - {"CS"} or vr in BINARY):
        return "dummy"
    return "clean" if mode == "words" and vr in TEXT - {"CS"} else "keep"


def _treat_sequence(element: DataElement, action: Action, work: Work, mode: Mode) -> str:
    if action in ("remove", "uid"):
        return "removed"
    if action == "empty":
        return put(element, Sequence([]), "emptied")
    inside: Mode = "dummy" if action == "dummy" else "words" if action == "clean" else mode
    for item in element.value or []:
        if inside == "plain" or not _is_standard_code(item):
            clean_dataset(item, work, inside)
        else:
            item.CodeMeaning = clean_words(work.known.clean(str(item.get("CodeMeaning") or ""))) or "REMOVED"
    return {"dummy": "replaced inside", "clean": "cleaned inside"}.get(action, "")


def _is_standard_code(item: Dataset) -> bool:
    """Tell a code of a published scheme, which names a thing and no person."""
    value, scheme = str(item.get("CodeValue") or ""), str(item.get("CodingSchemeDesignator") or "")
    return scheme in _SCHEMES and 0 < len(value) <= 16 and len(item) <= 4 and " " not in value


def _clean(element: DataElement, work: Work) -> str:
    vr = element.VR
    if vr in ("DA", "DT"):
        moved = [shift(str(one), work.days) for one in values_of(element)]
        if not moved:
            return ""
        if None in moved:
            return put(element, None, "emptied")
        work.written.update(str(one) for one in moved)
        element.value = one_or_many(moved)
        return "shifted"
    if vr == "TM":
        return ""
    if int(element.tag) == _TIMEZONE:
        return "removed"
    if vr not in TEXT:
        return put(element, dummy(vr), "replaced")
    before = values_of(element)
    after = [clean_words(work.known.clean(str(one))) for one in before]
    if [str(one) for one in before] == after:
        return ""
    return put(element, one_or_many([one for one in after if one]) if any(after) else "", "cleaned")
