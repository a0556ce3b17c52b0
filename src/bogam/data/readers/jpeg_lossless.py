"""Check a lossless JPEG stream before GDCM sees it: GDCM ends the whole process at some damaged headers."""

from __future__ import annotations

_FRAME, _TABLE, _SCAN, _END, _RESTART = 0xC3, 0xC4, 0xDA, 0xD9, 0xDD
_SKIPPED = frozenset(range(0xE0, 0xF0)) | {0xFE, 0xDB}


def is_sound_lossless(stream: bytes, rows: int, columns: int, channels: int, deepest: int) -> bool:
    """Tell whether the headers of a lossless JPEG (process 14) agree with each other and with the DICOM header.

    Args:
        stream: one compressed frame.
        rows: of the DICOM header, as are columns and channels.
        columns: see rows.
        channels: see rows.
        deepest: most bits that a sample may have: BitsAllocated.

    Returns:
        False where any header before the coded pixels is out of order; what comes after them is not looked at.
    """
    if stream[:2] != b"\xff\xd8":
        return False
    at, components, tables, bits = 2, list[int](), set[int](), 0
    while at + 4 <= len(stream) and stream[at] == 0xFF:
        mark, length = stream[at + 1], int.from_bytes(stream[at + 2:at + 4], "big")
        body = stream[at + 4:at + 2 + length]
        if length < 2 or len(body) != length - 2:
            return False
        at += 2 + length
        if mark == _FRAME and not components:
            size = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
            if len(body) != 6 + 3 * channels or size != (rows, columns) or body[5] != channels:
                return False
            bits, components = body[0], list(body[6::3])
            if not 2 <= bits <= deepest or len(set(components)) < channels or set(body[7::3]) != {0x11}:
                return False
        elif mark == _TABLE:
            found = _tables(body)
            if not found:
                return False
            tables |= found
        elif mark == _SCAN:
            return _is_scan(body, components, tables, bits)
        elif not (_is_note(body) if mark in _SKIPPED else mark == _RESTART and len(body) == 2):
            return False
    return False


def _is_note(body: bytes) -> bool:
    """Tell whether a segment beside the picture is one that libjpeg reads without a warning."""
    if body[:5] == b"JFIF\0":
        return len(body) >= 14 and body[5] == 1 and len(body) == 14 + 3 * body[12] * body[13]
    return body[:5] != b"Adobe" or (len(body) == 12 and body[11] in (0, 1))


def _tables(body: bytes) -> set[int]:
    """Return the numbers of the Huffman tables of a segment, or nothing where one is impossible."""
    found: set[int] = set()
    while body:
        number, counts = body[0], body[1:17]
        total = sum(counts)
        room = sum(count << (16 - size) for size, count in enumerate(counts, start=1))
        symbols = body[17:17 + total]
        if number > 3 or not 0 < total <= 17 or room > 1 << 16 or len(symbols) != total or max(symbols) > 16:
            return set()
        found.add(number)
        body = body[17 + total:]
    return found


def _is_scan(body: bytes, components: list[int], tables: set[int], bits: int) -> bool:
    """Tell whether the header of the first scan names known components and tables, and a known predictor."""
    count = body[0] if body else 0
    if not 1 <= count <= len(components) or len(body) != 4 + 2 * count:
        return False
    named, used = body[1:1 + 2 * count:2], body[2:2 + 2 * count:2]
    predictor, end, shift = body[-3:]
    return (list(named) == components[:count] and all(u & 15 == 0 and u >> 4 in tables for u in used)
            and 1 <= predictor <= 7 and end == 0 and shift < bits)
