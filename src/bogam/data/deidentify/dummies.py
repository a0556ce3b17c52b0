"""Values that mean nothing and are valid for their value representation."""

from __future__ import annotations

from typing import Any

TEXT = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
"""Value representations that hold text."""
FREE_TEXT = frozenset({"LT", "ST", "UR", "UT"})
"""Text that the profile's table should list, and that is removed where it does not."""
TEMPORAL = frozenset({"DA", "DT", "TM"})
BINARY = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
NUMBERS = frozenset({"DS", "FD", "FL", "IS", "SL", "SV", "UL", "UV"})
"""Value representations that can hold a number of six digits or more."""

_DUMMIES: dict[str, Any] = {
    "AE": "REMOVED", "AS": "000Y", "AT": 0, "CS": "REMOVED", "DA": "19000101", "DS": "0", "DT": "19000101000000",
    "FD": 0.0, "FL": 0.0, "IS": "0", "LO": "REMOVED", "LT": "REMOVED", "PN": "REMOVED^", "SH": "REMOVED", "SL": 0,
    "SS": 0, "ST": "REMOVED", "SV": 0, "TM": "000000", "UC": "REMOVED BY DE-IDENTIFICATION", "UL": 0,
    "UR": "urn:removed", "US": 0, "UT": "REMOVED", "UV": 0,
    "OB": b"\0\0", "OW": b"\0\0", "UN": b"\0\0", "OF": b"\0" * 4,
    "OL": b"\0" * 4, "OD": b"\0" * 8, "OV": b"\0" * 8}


def dummy(vr: str) -> Any:
    """Return a dummy value; of an unknown representation, two zero bytes.

    Example:
        >>> dummy("DA"), dummy("LO")
        ('19000101', 'REMOVED')
    """
    return _DUMMIES.get(vr.split(" ", maxsplit=1)[0], b"\0\0")


DUMMY_TEXTS = frozenset(str(value) for value in _DUMMIES.values() if not isinstance(value, bytes))
"""All dummies as text, by which a file that was de-identified here is told."""
