"""JPEG: only the segments that make the picture stay; the coded pixels are copied as they are."""

from __future__ import annotations

import struct

from bogam.core.errors import FileProblem
from bogam.data.deidentify.stripped import Stripped

_ALONE = frozenset(range(0xD0, 0xD8)) | {0x01}
_PIXELS = (frozenset(range(0xC0, 0xD0)) | {0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF}) - {0xC8}
_APPLICATION, _COMMENT, _SCAN, _END = range(0xE0, 0xF0), 0xFE, 0xDA, 0xD9
_ORIENTATION = 0x0112


def clean_jpeg(blob: bytes, file: str) -> Stripped:
    """Return a JPEG without comments, Exif, XMP, IPTC, profiles, thumbnails and everything after its end.

    Of Exif the orientation alone stays, in a block of its own, since viewers turn the picture by it; JFIF without its
    thumbnail and Adobe's note on the color transform stay, since decoders need them. Everything else of the picture is
    copied byte for byte.

    Raises:
        FileProblem: truncated or damaged.
    """
    result = Stripped(b"")
    head, kept = [b"\xff\xd8"], []
    orientation, at = 1, 2
    while True:
        mark, at = _next_mark(blob, at, file)
        if mark == _END:
            break
        if mark in _ALONE:
            continue
        length = int.from_bytes(blob[at:at + 2], "big")
        stop = at + length
        if length < 2 or stop > len(blob):
            raise FileProblem(file, "is a truncated JPEG: the file ends inside a segment")
        body = blob[at + 2:stop]
        if mark in _APPLICATION or mark == _COMMENT:
            short = _short_form(mark, body)
            if body[:6] == b"Exif\0\0":
                orientation = exif_orientation(body[6:])
            if short is not None:
                head.append(short)
            if short is None or len(short) - 4 < len(body):
                result.take(_name(mark, body), body[len(short) - 4 if short else 0:])
        elif mark in _PIXELS:
            end = _after_scan(blob, stop, file) if mark == _SCAN else stop
            kept.append(b"\xff" + bytes([mark]) + blob[at:end])
            stop = end
        else:
            result.take("JPEG unknown segment", body)
        at = stop
    if at < len(blob):
        result.take("JPEG bytes after the end", blob[at:])
    if orientation in range(2, 9):
        head.append(_only_orientation(orientation))
        result.notes = (f"Exif orientation {orientation} kept, and nothing else of Exif",)
    result.blob = b"".join((*head, *kept, b"\xff\xd9"))
    return result


def _next_mark(blob: bytes, at: int, file: str) -> tuple[int, int]:
    while at < len(blob) and blob[at] == 0xFF and at + 1 < len(blob) and blob[at + 1] == 0xFF:
        at += 1
    if at + 1 >= len(blob):
        raise FileProblem(file, "is a truncated JPEG: the file ends before its end mark")
    if blob[at] != 0xFF:
        raise FileProblem(file, "is a damaged JPEG: there is no marker where one must be")
    return blob[at + 1], at + 2


def _after_scan(blob: bytes, at: int, file: str) -> int:
    """Return where the marker stands that ends a scan's coded pixels."""
    while True:
        at = blob.find(b"\xff", at)
        if at < 0 or at + 1 >= len(blob):
            raise FileProblem(file, "is a truncated JPEG: the file ends before its end mark")
        following = blob[at + 1]
        if following == 0xFF:
            at += 1
        elif following == 0 or following in _ALONE:
            at += 2
        else:
            return at


def _short_form(mark: int, body: bytes) -> bytes | None:
    """Return the part of an application segment that decoders need, as a whole segment, or None."""
    if mark == 0xE0 and body[:5] == b"JFIF\0" and len(body) >= 14:
        return b"\xff\xe0\x00\x10" + body[:12] + b"\0\0"
    if mark == 0xEE and body[:5] == b"Adobe" and len(body) >= 12:
        return b"\xff\xee\x00\x0e" + body[:12]
    return None


def _name(mark: int, body: bytes) -> str:
    if mark == _COMMENT:
        return "JPEG comment"
    for start, name in ((b"Exif\0", "Exif"), (b"http://ns.adobe.com/x", "XMP"), (b"Photoshop", "Photoshop and IPTC"),
                        (b"ICC_PROFILE", "color profile"), (b"JFIF", "thumbnail"), (b"JFXX", "thumbnail"),
                        (b"MPF\0", "further pictures"), (b"Adobe", "Adobe note")):
        if body.startswith(start):
            return f"JPEG {name}"
    return f"JPEG application segment {mark - 0xE0}"


def exif_orientation(tiff: bytes) -> int:
    """Return the orientation that an Exif block states, 1 to 8; 1 where it states none."""
    order = "<" if tiff[:2] == b"II" else ">"
    try:
        (at,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, at)
        for index in range(count):
            tag, kind, number, value = struct.unpack_from(order + "HHIH", tiff, at + 2 + 12 * index)
            if tag == _ORIENTATION and kind == 3 and number == 1:
                return value if value in range(1, 9) else 1
    except struct.error:
        return 1
    return 1


def _only_orientation(value: int) -> bytes:
    block = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, value, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block
