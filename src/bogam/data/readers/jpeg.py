"""JPEG of 8 bit: grey, color, CMYK. A file without its end mark is truncated, however well it decodes."""

from __future__ import annotations

import io
import re

import cv2
import numpy as np
from PIL import Image

from bogam.core.errors import FileProblem
from bogam.core.types import Picture
from bogam.data.readers.pillow import decode_pillow
from bogam.data.readers.planes import channels_first, check_size
from bogam.data.readers.quiet import recorded

_MARK = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START_SCAN, _END, _EXIF = 0xDA, 0xD9, 0xE1
_ALONE = frozenset(range(0xD0, 0xD9)) | {0x01}


def walk_jpeg(blob: bytes, file: str) -> tuple[int, int, int, int, int, bool]:
    """Follow the marks of a JPEG from start to end.

    Returns:
        rows, columns, bits, channels, kind of frame (0xC0 baseline, 0xC2 progressive, 0xC3 lossless ...), and
        whether it carries Exif.

    Raises:
        FileProblem: no end mark (truncated), or no frame header (damaged).
    """
    at, frame, exif = 2, None, False
    while True:
        found = _MARK.search(blob, at)
        if found is None:
            raise FileProblem(file, "is a truncated JPEG: the file ends before its end mark")
        mark, at = blob[found.end() - 1], found.end()
        if mark == _END:
            break
        if mark in _ALONE:
            continue
        length = int.from_bytes(blob[at:at + 2], "big")
        if length < 2 or at + length > len(blob):
            raise FileProblem(file, "is a truncated JPEG: the file ends inside a segment")
        if mark in _FRAMES and length >= 8:
            rows, columns = int.from_bytes(blob[at + 3:at + 5], "big"), int.from_bytes(blob[at + 5:at + 7], "big")
            frame = rows, columns, blob[at + 2], blob[at + 7], mark
        exif |= mark == _EXIF and blob[at + 2:at + 8] == b"Exif\0\0"
        at += length
    if frame is None:
        raise FileProblem(file, "is a damaged JPEG: it has no frame header")
    return *frame, exif


def _turned(blob: bytes) -> tuple[str, ...]:
    with recorded("PIL"):
        try:
            with Image.open(io.BytesIO(blob), formats=["JPEG"]) as picture:
                turn = picture.getexif().get(0x0112, 1)
        except Exception:
            return ("its Exif data cannot be read",)
    return (f"Exif orientation {turn} is not applied",) if turn in range(2, 9) else ()


def read_jpeg(blob: bytes, file: str) -> Picture:
    """Decode a JPEG as stored; an Exif orientation is noted, never applied.

    Returns:
        Picture with (1, Y, X) or (3, Y, X) uint8, levels (0, 255).

    Raises:
        FileProblem: truncated, damaged, too large, or a JPEG of more than 8 bit.
    """
    rows, columns, bits, channels, kind, exif = walk_jpeg(blob, file)
    check_size(file, rows, columns)
    if bits != 8 or kind == 0xC3:
        raise FileProblem(file, f"is a {bits}-bit {'lossless ' * (kind == 0xC3)}JPEG, which is read from DICOM files "
                                "only: save it as PNG")
    notes = _turned(blob) if exif else ()
    if channels == 4:
        picture = decode_pillow(blob, file, "jpeg")
        return Picture(picture.image, picture.levels, format="jpeg", notes=picture.notes + notes)
    try:
        pixels = cv2.imdecode(np.frombuffer(blob, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        pixels = None
    if pixels is None or pixels.shape[:2] != (rows, columns):
        raise FileProblem(file, "is a damaged JPEG: its pixels cannot be decoded")
    image, more = channels_first(pixels, bgr=True)
    return Picture(image, (0.0, 255.0), format="jpeg", notes=notes + more)
