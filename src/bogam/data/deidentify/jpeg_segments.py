"""Comments and application data inside JPEG and JPEG 2000 streams: blanked in place, pixels untouched."""

from __future__ import annotations

_ALONE = frozenset(range(0xD0, 0xD8)) | {0x01, 0xD8}
_START_OF_SCAN, _END, _COMMENT = 0xDA, 0xD9, 0xFE
_ADOBE, _JFIF = 0xEE, 0xE0


class Unwalkable(ValueError):
    """A stream whose segments cannot be followed; what it holds besides pixels is unknown."""


def blank_stream(stream: bytes) -> bytes:
    """Return a JPEG, JPEG-LS or JPEG 2000 stream of the same length without comments and foreign application data.

    Their bytes become zeros (spaces in JPEG 2000), so that no offset moves; bytes after the end mark become zeros.

    Raises:
        Unwalkable: the stream is of neither kind, or one of its segments runs over its end.

    Example:
        >>> blank_stream(bytes.fromhex("ffd8fffe0004414affd9"))
        b'\\xff\\xd8\\xff\\xfe\\x00\\x04\\x00\\x00\\xff\\xd9'
    """
    if stream[:2] == b"\xff\xd8":
        return _blank_jpeg(bytearray(stream))
    if stream[:4] == b"\xff\x4f\xff\x51":
        return _blank_jpeg2000(bytearray(stream))
    raise Unwalkable("no JPEG and no JPEG 2000 codestream")


def _blank_jpeg(data: bytearray) -> bytes:
    at = 2
    while True:
        if at + 2 > len(data) or data[at] != 0xFF:
            raise Unwalkable("no marker where one must be")
        mark = data[at + 1]
        if mark == 0xFF:
            at += 1
            continue
        if mark == _END or mark in _ALONE:
            at += 2
            if mark == _END:
                break
            continue
        length = int.from_bytes(data[at + 2:at + 4], "big")
        stop = at + 2 + length
        if length < 2 or stop > len(data):
            raise Unwalkable("a segment runs over the end")
        _blank_segment(data, mark, at + 4, stop)
        at = _after_scan(data, stop) if mark == _START_OF_SCAN else stop
    data[at:] = bytes(len(data) - at)
    return bytes(data)


def _blank_segment(data: bytearray, mark: int, start: int, stop: int) -> None:
    if mark == _COMMENT or 0xE0 <= mark <= 0xEF:
        keep = 0
        if (mark, bytes(data[start:start + 5])) in ((_ADOBE, b"Adobe"), (_JFIF, b"JFIF\0")):
            keep = 12
        data[start + keep:stop] = bytes(max(0, stop - start - keep))


def _after_scan(data: bytearray, at: int) -> int:
    """Return where the next marker stands after coded pixels."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise Unwalkable("no end mark")
        following = data[at + 1]
        if following == 0xFF:
            at += 1
        elif following == 0 or following < 0x80 or 0xD0 <= following <= 0xD7:
            at += 2
        else:
            return at


def _blank_jpeg2000(data: bytearray) -> bytes:
    at, part_end = 2, 0
    while True:
        if at + 2 > len(data) or data[at] != 0xFF:
            raise Unwalkable("no marker where one must be")
        mark = data[at + 1]
        if mark == 0xD9:
            at += 2
            break
        if mark == 0x93:
            if part_end <= at:
                end = data.rfind(b"\xff\xd9")
                if end < at:
                    raise Unwalkable("no end mark")
                part_end = end
            at = part_end
            continue
        length = int.from_bytes(data[at + 2:at + 4], "big")
        stop = at + 2 + length
        if length < 2 or stop > len(data):
            raise Unwalkable("a segment runs over the end")
        if mark == 0x90:
            size = int.from_bytes(data[at + 6:at + 10], "big")
            part_end = at + size if size else 0
            if part_end > len(data):
                raise Unwalkable("a tile runs over the end")
        elif mark == 0x64:
            data[at + 6:stop] = b" " * (stop - at - 6)
        at = stop
    data[at:] = bytes(len(data) - at)
    return bytes(data)
