"""Search many short texts in many bytes at once, large and small letters alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from bogam.core.types import Array

LEAST = 4
"""Bytes that a text must have to be searched for."""
_BLOCK = 1 << 22


class Texts:
    """Texts to search for, in small letters.

    Two tables of 65,536 entries say which pairs of bytes can begin a text and which can follow; what is left after both
    is compared. One pass over the bytes, whatever the number of texts.

    Example:
        >>> sorted(Texts([b"doe^john", b"4711"]).found_in(b"xx DOE^John 4711 doe^johnny"))
        [(3, b'doe^john'), (12, b'4711'), (17, b'doe^john')]
    """

    def __init__(self, texts: Iterable[bytes]) -> None:
        self._by_start: dict[bytes, list[bytes]] = {}
        self._first, self._second = np.zeros(65536, bool), np.zeros(65536, bool)
        for text in dict.fromkeys(texts):
            if len(text) < LEAST:
                raise ValueError(f"a text of {len(text)} bytes, expected {LEAST} or more")
            self._by_start.setdefault(text[:2], []).append(text)
            for table, pair in ((self._first, text[:2]), (self._second, text[2:4])):
                for one in {pair[:1], pair[:1].upper()}:
                    for other in {pair[1:], pair[1:].upper()}:
                        table[int.from_bytes(one + other, "little")] = True

    def found_in(self, blob: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield place and text of each occurrence."""
        for start in range(0, len(blob), _BLOCK):
            part = np.frombuffer(blob, np.uint8, min(_BLOCK + LEAST, len(blob) - start), start)
            for odd in (0, 1):
                for place in self._candidates(part[odd:]):
                    at = start + odd + 2 * place
                    if at < start + _BLOCK:
                        yield from self._compare(blob, at)

    def _candidates(self, part: Array) -> list[int]:
        whole = part[:len(part) // 2 * 2]
        pairs = np.frombuffer(whole if whole.flags.c_contiguous else whole.tobytes(), "<u2")
        if len(pairs) < 2:
            return []
        begin = np.flatnonzero(self._first.take(pairs[:-1]))
        found: list[int] = begin[self._second[pairs[begin + 1]]].tolist()
        return found

    def _compare(self, blob: bytes, at: int) -> Iterator[tuple[int, bytes]]:
        for text in self._by_start.get(blob[at:at + 2].lower(), ()):
            if blob[at:at + len(text)].lower() == text:
                yield at, text
