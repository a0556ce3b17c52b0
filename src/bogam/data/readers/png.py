"""PNG: every color type and depth, read exactly; a cut or damaged file is found before it is decoded."""

from __future__ import annotations

import dataclasses
import struct
import zlib
from dataclasses import dataclass

import cv2
import numpy as np

from bogam.core.errors import FileProblem
from bogam.core.types import Array, Picture
from bogam.data.readers.pillow import decode_pillow
from bogam.data.readers.planes import channels_first, check_size

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _PALETTE, _GREY_ALPHA = 0, 3, 4


@dataclass(frozen=True)
class _Head:
    rows: int
    columns: int
    bits: int
    color: int
    significant: int | None


def _walk(blob: bytes, file: str) -> _Head:
    """Go through all chunks, check each checksum, and return the header."""
    view, at = memoryview(blob), len(SIGNATURE)
    head: tuple[int, int, int, int] | None = None
    significant = None
    while True:
        if at + 12 > len(blob):
            raise FileProblem(file, "is a truncated PNG: the file ends before its end mark")
        length, kind = struct.unpack_from(">I4s", blob, at)
        stop = at + 12 + length
        if stop > len(blob):
            raise FileProblem(file, "is a truncated PNG: the file ends inside a block of data")
        if zlib.crc32(view[at + 4:stop - 4]) != struct.unpack_from(">I", blob, stop - 4)[0]:
            raise FileProblem(file, "is a damaged PNG: the checksum of a block of data is wrong")
        if kind == b"IHDR" and length == 13:
            columns, rows, bits, color = struct.unpack_from(">IIBB", blob, at + 8)
            head = rows, columns, bits, color
        elif kind == b"sBIT" and length:
            significant = blob[at + 8]
        elif kind == b"IEND":
            break
        at = stop
    if head is None:
        raise FileProblem(file, "is a damaged PNG: it has no header block")
    return _Head(*head, significant)


def _levels(image: Array, significant: int | None) -> tuple[tuple[float, float], tuple[str, ...]]:
    """Return the grey range of 16-bit samples, see `read_png`."""
    peak = int(image.max())
    if significant and significant < 16 and peak < 2**significant:
        unscaled = peak == 0 or bool((image & (2 ** (16 - significant) - 1)).any())
        if unscaled:
            return (0.0, 2.0**significant - 1), (f"{significant} significant bits, stored without scaling",)
    if peak < 2**15:
        return (0.0, 65535.0), (f"16-bit file that uses no level above {peak}",)
    return (0.0, 65535.0), ()


def read_png(blob: bytes, file: str, indices: bool = False) -> Picture:
    """Decode a PNG.

    Levels are (0, 255), and (0, 65535) at 16 bit. Where an sBIT block tells fewer significant bits and the samples
    were stored without the scaling that the PNG standard asks for, levels are (0, 2**bits - 1).

    Args:
        blob: the whole file.
        file: its name for messages.
        indices: return the indices of a colored palette instead of its colors (for masks).

    Returns:
        Picture with (1, Y, X) or (3, Y, X), uint8 or uint16. Grey of 1, 2 or 4 bit is scaled to 0 to 255.

    Raises:
        FileProblem: truncated, damaged, or too large.
    """
    head = _walk(blob, file)
    check_size(file, head.rows, head.columns)
    if head.color == _PALETTE or head.bits < 8:
        picture = decode_pillow(blob, file, "png", indices=indices)
        return picture if head.color == _PALETTE else dataclasses.replace(picture, bits=head.bits)
    try:
        pixels = cv2.imdecode(np.frombuffer(blob, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        pixels = None
    if pixels is None or pixels.shape[:2] != (head.rows, head.columns):
        raise FileProblem(file, "is a damaged PNG: its compressed pixels end early or cannot be unpacked")
    notes: tuple[str, ...] = ()
    if head.color in (_GREY, _GREY_ALPHA) and pixels.ndim == 3:
        image, notes = np.ascontiguousarray(pixels[:, :, 0])[None], ("alpha channel dropped",)
    else:
        image, notes = channels_first(pixels, bgr=True)
    levels: tuple[float, float] = (0.0, 255.0)
    if image.dtype == np.uint16:
        levels, more = _levels(image, head.significant)
        notes += more
    return Picture(image, levels, bits=head.bits, format="png", notes=notes)
