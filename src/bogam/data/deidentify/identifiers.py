"""The identifiers that one file states of itself: taken out of its texts, and searched for in what was written."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

from bogam.data.deidentify.dates import read_date, ways_to_write
from bogam.data.deidentify.search import LEAST, Texts

Kind = Literal["name", "id", "birth", "date", "uid"]
_LEAST = 3
_RAW = 6
"""Bytes from which on an identifier is searched for anywhere in a file, pixels included; a shorter one would be found
in pixels by chance."""
_WELL_KNOWN = "1.2.840.10008"


class Identifiers:
    """Identifiers of one file with the names of the elements that state them.

    Example:
        >>> known = Identifiers()
        >>> known.add("name", "Doe^John", "PatientName")
        >>> known.clean("CT of JOHN DOE, scanner 2")
        'CT of , scanner 2'
        >>> known.found_in(b"...DoeJohn..."), known.found_in(b"...does join...")
        ('PatientName', None)
    """

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.uids: dict[str, str] = {}
        self._raw: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    def add(self, kind: Kind, value: object, element: str) -> None:
        """Note an identifier. One that is shorter than three characters says nothing and is left out.

        Args:
            kind: "name" is taken apart into its parts; of "birth" and "date" all usual ways to write a day count.
            value: as the element holds it.
            element: the element's name, for messages.
        """
        text = str(value).strip("\0 ")
        if kind == "uid":
            if len(text) > _LEAST:
                self.uids.setdefault(text, element)
            return
        ways, raw = _ways(kind, text)
        for way in ways:
            self.texts.setdefault(way, element)
        for way in raw:
            self._raw.setdefault(way, element)
        self._pattern = None

    def numbers(self) -> frozenset[str]:
        """Return the identifiers of six digits or more, which may stand in a number too."""
        return frozenset(text for text in self.texts if text.isdecimal() and len(text) >= _RAW)

    def _compiled(self) -> re.Pattern[str] | None:
        if self._pattern is None and self.texts:
            self._pattern = _pattern(tuple(sorted(self.texts, key=lambda t: (-len(t), t))))
        return self._pattern

    def clean(self, text: str) -> str:
        """Return a text without the identifiers; the same text where there is none in it."""
        pattern = self._compiled()
        cleaned = pattern.sub("", text) if pattern is not None else text
        if len(cleaned) > 10 and self.uids and "." in cleaned:
            for uid in sorted(self.uids, key=len, reverse=True):
                cleaned = cleaned.replace(uid, "")
        return text if cleaned == text else re.sub(r"[^\S\r\n]+", " ", cleaned).strip(" ^=")

    def in_text(self, text: str) -> str | None:
        """Return the name of an element whose identifier stands in a text, or None."""
        pattern = self._compiled()
        found = pattern.search(text) if pattern is not None else None
        if found:
            return self.texts.get(found[0].lower(), "PatientName")
        return next((element for uid, element in self.uids.items() if uid in text), None)

    def in_binary(self, blob: bytes, encodings: Iterable[str] = ()) -> str | None:
        """Return the name of an element whose identifier stands in a short binary value, or None."""
        low = blob.lower()
        for text, element in self.texts.items():
            if len(text) > _LEAST and any(form in low for form in _forms(text, tuple(encodings))):
                return element
        return next((element for uid, element in self.uids.items() if uid.encode() in blob), None)

    def found_in(self, blob: bytes, encodings: Iterable[str] = (), innocent: Iterable[str] = ()) -> str | None:
        """Search a whole file for the identifiers, in several encodings; return the first element's name, or None.

        Names and ids of six bytes or more, full dates and UIDs are searched for everywhere, pixels included.

        Args:
            blob: the file.
            encodings: Python's names of more encodings to look in than UTF-8, Latin-1 and UTF-16.
            innocent: values that we wrote ourselves and that may hold the digits of an identifier by chance.
        """
        forms: dict[bytes, str] = {}
        for text, element in self._raw.items():
            for form in _forms(text, tuple(encodings)):
                if len(form) >= LEAST:
                    forms.setdefault(form, element)
        uids = {uid.encode(): element for uid, element in self.uids.items() if len(uid) > _LEAST}
        own = [value.encode() for value in (*innocent, _WELL_KNOWN)]
        for at, found in Texts([*forms, *uids]).found_in(blob):
            step = 2 if b"\0" in found else 1
            number = found.replace(b"\0", b"").isdigit()
            if found in uids and not _inside_uid(blob, at, at + len(found)) and not _inside(blob, at, found, own):
                return uids[found]
            if found in forms and not (number and _inside_number(blob, at, at + len(found), step)) \
                    and not _inside(blob, at, found, own):
                return forms[found]
        return None


def _ways(kind: Kind, text: str) -> tuple[list[str], list[str]]:
    """Return how a value may stand in a text, and which of that is long enough to be searched for everywhere."""
    low = text.lower()
    if kind in ("birth", "date"):
        day = read_date(text)
        whole = [low] if len(low) >= 8 else []
        if day is None:
            return whole, whole
        ways = list(ways_to_write(day)) if kind == "birth" else [low, *(
            way for way in ways_to_write(day) if way.startswith(f"{day.year:04}") or "." in way or "/" in way)]
        raw = [low, day.strftime("%Y%m%d"), day.strftime("%Y-%m-%d")]
        if kind == "birth":
            raw += [day.strftime("%d.%m.%Y"), day.strftime("%d/%m/%Y"), day.strftime("%m/%d/%Y")]
        return list(dict.fromkeys([*ways, *whole])), list(dict.fromkeys(way for way in raw if len(way) >= 8))
    ways = [low] if kind == "id" else _name_ways(low)
    ways = [way for way in dict.fromkeys(ways) if _says_something(way)]
    return ways, [way for way in ways if len(way.encode()) >= _RAW]


def _says_something(way: str) -> bool:
    """Tell whether a part is long enough to mean something: three letters, or two outside the Latin script."""
    return len(way) >= _LEAST or (len(way) == 2 and not way.isascii() and way.isalpha())


def _name_ways(low: str) -> list[str]:
    ways = [low]
    for group in low.split("="):
        parts = [part for part in re.split(r"[\s^,._\-/;()]+", group) if part]
        ways += parts
        for first, second in pairwise(parts):
            for mark in ("", " ", "_", "-", ", ", "^"):
                if len(first) + len(second) >= 4 or not group.isascii():
                    ways += [first + mark + second, second + mark + first]
            if first.isascii() and second.isascii() and min(len(first), len(second)) > 1 and len(first + second) > 5:
                ways += [second[0] + first, first + second[0], first[0] + second, second + first[0]]
    return ways


@functools.lru_cache(maxsize=256)
def _pattern(texts: tuple[str, ...]) -> re.Pattern[str]:
    """Return one pattern for all texts: short ones as whole words, numbers not inside longer numbers."""
    parts = []
    for text in texts:
        inner = re.escape(text)
        if text.isdecimal():
            parts.append(rf"(?<!\d)(?<!\d\.){inner}(?!\d)(?!\.\d)")
        elif len(text) < 5 and text.isascii():
            parts.append(rf"(?<![^\W_]){inner}(?![^\W_])")
        else:
            parts.append(inner)
    return re.compile("|".join(parts), re.IGNORECASE)


@functools.lru_cache(maxsize=4096)
def _forms(text: str, encodings: tuple[str, ...]) -> tuple[bytes, ...]:
    """Return a text as bytes in UTF-8, Latin-1, UTF-16 and further encodings, small letters."""
    forms = []
    for encoding in ("utf-8", "latin-1", "utf-16-le", "utf-16-be", *encodings):
        try:
            forms.append(text.encode(encoding).lower())
        except (UnicodeEncodeError, LookupError):
            continue
    return tuple(dict.fromkeys(forms))


def _inside_number(blob: bytes, start: int, stop: int, step: int) -> bool:
    """Tell whether digits are part of a longer number, a decimal fraction or a UID."""
    before, after = blob[max(0, start - 2 * step):start:step], blob[stop:stop + 2 * step:step]
    return (before[-1:].isdigit() or after[:1].isdigit() or (before[-1:] == b"." and before[:-1].isdigit())
            or (after[:1] == b"." and after[1:].isdigit()))


def _inside_uid(blob: bytes, start: int, stop: int) -> bool:
    """Tell whether what looks like a UID is only a part of a longer one."""
    after, before = blob[stop:stop + 2], blob[max(0, start - 1):start]
    return before.isdigit() or after[:1].isdigit() or (after[:1] == b"." and after[1:].isdigit())


def _inside(blob: bytes, at: int, found: bytes, own: list[bytes]) -> bool:
    """Tell whether a hit lies inside one of the values that we wrote ourselves."""
    for value in own:
        start = max(0, at + len(found) - len(value))
        if len(value) >= len(found) and blob.find(value, start, at + len(value)) >= 0:
            return True
    return False
