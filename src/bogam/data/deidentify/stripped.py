"""What the cleaners of picture files return, and the search through what they wrote."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from bogam.core.errors import FileProblem

_LEAST = 6


@dataclass
class Stripped:
    """A picture file without the text that it carried.

    Args:
        blob: the bytes to write.
        done: (field, what was done) -> how often; names of fields only.
        removed: (field, its bytes) of everything taken out, to be searched for in `blob`.
        notes: sentences on this file, without values.
    """

    blob: bytes
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    removed: list[tuple[str, bytes]] = field(default_factory=list)
    notes: tuple[str, ...] = ()

    def take(self, name: str, value: bytes) -> None:
        """Note that a field was taken out."""
        self.done[name, "removed"] += 1
        self.removed.append((name, value))


def check_stripped(result: Stripped, file: str) -> None:
    """Search the output for every run of six or more readable characters that was taken out.

    Raises:
        FileProblem: one is still there; the message names the field, not the value.
    """
    low = result.blob.lower()
    for name, value in result.removed:
        for run in _readable(value):
            if run in low:
                raise FileProblem(file, f"still holds the value of {name} after cleaning")


def _readable(value: bytes) -> list[bytes]:
    """Return the readable runs of a value, small letters: as they are, and with the zeros of UTF-16 taken out."""
    runs = []
    for form in (value, value.replace(b"\0", b"") if value.count(b"\0") > len(value) // 3 else b""):
        for run in re.findall(rb"[\x20-\x7e\x80-\xff]{6,}", form):
            words = run.strip().lower()
            if len(words) >= _LEAST and re.search(rb"[a-z0-9]{3,}", words) and not _is_our_own(words):
                runs.append(words)
    return runs


def _is_our_own(words: bytes) -> bool:
    """Tell names of formats, which stand in every file of that format."""
    return words.startswith((b"http://ns.adobe.com", b"<?xpacket"))
