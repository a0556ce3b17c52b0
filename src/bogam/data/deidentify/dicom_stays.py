"""Elements that stay: identifiers of their file are taken out of them, and values are put into elements."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from pydicom.dataelem import DataElement
from pydicom.sequence import Sequence

from bogam.data.deidentify.dicom_known import is_well_known, values_of
from bogam.data.deidentify.dummies import BINARY, NUMBERS, TEMPORAL, TEXT
from bogam.data.deidentify.identifiers import Identifiers

CHARACTERS = 0x00080005
"""SpecificCharacterSet."""
_FIXED_WORDS = frozenset({
    "MONOCHROME1", "MONOCHROME2", "RGB", "PALETTE COLOR", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_420", "YBR_ICT",
    "YBR_RCT", "XYB", "AR", "ASMT", "AU", "BDUS", "BI", "BMD", "CF", "CR", "CT", "CTPROTOCOL", "DG", "DMS", "DOC", "DX",
    "ECG", "EPS", "ES", "FID", "GM", "HC", "HD", "IO", "IOL", "IVOCT", "IVUS", "KER", "KO", "LEN", "LS", "M3D", "MG",
    "MR", "NM", "OAM", "OCT", "OP", "OPM", "OPT", "OPTBSV", "OPTENF", "OPV", "OSS", "OT", "PA", "PLAN", "POS", "PR",
    "PT", "PX", "REG", "RESP", "RF", "RG", "RTDOSE", "RTIMAGE", "RTINTENT", "RTPLAN", "RTRAD", "RTRECORD", "RTSEGANN",
    "RTSTRUCT", "RWV", "SEG", "SM", "SMR", "SR", "SRF", "STAIN", "TEXTUREMAP", "TG", "US", "VA", "XA", "XAPROTOCOL",
    "XC", "CODE", "COMPOSITE", "CONTAINER", "DATE", "DATETIME", "IMAGE", "NUM", "PNAME", "SCOORD", "SCOORD3D", "TABLE",
    "TCOORD", "TEXT", "TIME", "UIDREF", "WAVEFORM", "CONTAINS", "HAS ACQ CONTEXT", "HAS CONCEPT MOD", "HAS OBS CONTEXT",
    "HAS PROPERTIES", "INFERRED FROM", "SELECTED FROM"})
"""Values of Modality, PhotometricInterpretation, ValueType and RelationshipType, which stay even where they equal a
part of somebody's name."""
_FIXED_TAGS = frozenset({0x00080060, 0x00280004, 0x0040A010, 0x0040A040})


def is_character_set(element: DataElement) -> bool:
    """Tell whether SpecificCharacterSet names character sets and nothing else."""
    return all(re.fullmatch(r"(ISO[_ ](IR|2022 IR) \d{1,3}|GBK|GB18030)?", str(one).strip())
               for one in values_of(element))


def take_out(element: DataElement, known: Identifiers, keep_uids: bool) -> str:
    """Take identifiers of its file out of an element; return what was done, or "" where nothing changed."""
    vr = element.VR
    if vr in BINARY:
        value = element.value if isinstance(element.value, bytes) else b""
        return "removed" if value and known.in_binary(value) else ""
    values = values_of(element)
    if vr in NUMBERS:
        numbers = known.numbers()
        if vr == "FL":
            numbers |= {_plain(np.float32(number)) for number in numbers}
        return put(element, None, "emptied") if {_plain(one) for one in values} & numbers else ""
    if (vr not in TEXT and vr not in ("AS", "UI", *TEMPORAL)) or (vr == "UI" and keep_uids):
        return ""
    if is_fixed_word(element):
        return ""
    before = [str(one) for one in values]
    after = [known.clean(one) if not (vr == "UI" and is_well_known(one)) else one for one in before]
    if before == after:
        return ""
    return put(element, one_or_many([one for one in after if one]) if any(after) else "", "an identifier taken out")


def is_fixed_word(element: DataElement) -> bool:
    """Tell an element that stays whatever the patient is called: a modality, a kind of color, a character set."""
    tag = int(element.tag)
    return tag == CHARACTERS or (tag in _FIXED_TAGS and {str(one) for one in values_of(element)} <= _FIXED_WORDS)


def _plain(value: Any) -> str:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return ""
    return str(int(number)) if number.is_integer() else ""


def put(element: DataElement, value: Any, what: str) -> str:
    """Put a value into an element; return `what`, or "" where it was empty and stays so."""
    if element.is_empty and (value is None or (isinstance(value, str | Sequence) and not value)):
        return ""
    element.value = value
    return what


def one_or_many(values: list[Any]) -> Any:
    """Return a value alone, several as a list, none as None."""
    return values[0] if len(values) == 1 else values or None
