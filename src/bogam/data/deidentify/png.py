"""PNG: only the chunks that make the picture stay; the compressed pixels are copied as they are."""

from __future__ import annotations

import struct
import zlib

from bogam.core.errors import FileProblem
from bogam.data.deidentify.stripped import Stripped
from bogam.data.readers.png import SIGNATURE

_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sBIT", b"sRGB", b"bKGD", b"pHYs"})
_ANIMATED = frozenset({b"acTL", b"fcTL", b"fdAT"})
_SIZES = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"pHYs": 9, b"IEND": 0, b"IHDR": 13}


def clean_png(blob: bytes, file: str) -> Stripped:
    """Return a PNG without text, times, Exif, profiles and everything after its end; its pixels are the same bytes.

    Raises:
        FileProblem: truncated, damaged, or animated (its further frames are not looked into).
    """
    result = Stripped(b"")
    kept, at = [SIGNATURE], len(SIGNATURE)
    while True:
        if at + 12 > len(blob):
            raise FileProblem(file, "is a truncated PNG: the file ends before its end mark")
        length, kind = struct.unpack_from(">I4s", blob, at)
        stop = at + 12 + length
        if stop > len(blob):
            raise FileProblem(file, "is a truncated PNG: the file ends inside a block of data")
        body = blob[at + 8:stop - 4]
        if zlib.crc32(blob[at + 4:stop - 4]) != struct.unpack_from(">I", blob, stop - 4)[0]:
            raise FileProblem(file, "is a damaged PNG: the checksum of a block of data is wrong")
        if kind in _ANIMATED:
            raise FileProblem(file, "is an animated PNG, whose further frames are not looked into")
        if kind in _KEPT and _SIZES.get(kind, length) == length:
            kept.append(blob[at:stop])
        else:
            result.take(f"PNG {_name(kind)}", _unpacked(kind, body))
        at = stop
        if kind == b"IEND":
            break
    if at < len(blob):
        result.take("PNG bytes after the end", blob[at:])
    result.blob = b"".join(kept)
    return result


def _name(kind: bytes) -> str:
    """Return a chunk's name where the PNG standard knows it; any other name could be text of its own."""
    known = (b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf", b"iCCP", b"sPLT", b"hIST", *_KEPT)
    return kind.decode("ascii") if kind in known else "unknown chunk"


def _unpacked(kind: bytes, body: bytes) -> bytes:
    """Return a text chunk's content readable, so that it can be searched for."""
    word, _, rest = body.partition(b"\0")
    try:
        if kind == b"zTXt":
            return word + b"\0" + zlib.decompress(rest[1:])
        if kind == b"iTXt" and rest[:1] == b"\1":
            return word + b"\0" + zlib.decompress(rest[2:].split(b"\0", 2)[2])
    except (zlib.error, IndexError):
        return body
    return body if kind not in (b"iCCP",) else word
