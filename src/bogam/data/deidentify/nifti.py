"""NIfTI: the text fields of the header, extensions and gzip's own header go; every voxel stays."""

from __future__ import annotations

import gzip
import math
import struct
import zlib

from bogam.core.errors import FileProblem
from bogam.data.deidentify.stripped import Stripped

_TEXT_1 = {"data_type": (4, 10), "db_name": (14, 18), "descrip": (148, 80), "aux_file": (228, 24),
           "intent_name": (328, 16)}
_TEXT_2 = {"descrip": (240, 80), "aux_file": (320, 24), "intent_name": (508, 16), "unused_str": (525, 15)}
_LEVEL = 6


def clean_nifti(blob: bytes, file: str) -> Stripped:
    """Return a NIfTI 1 or 2 file with empty text fields and without extensions; packed where it was packed.

    Raises:
        FileProblem: truncated, damaged, or one half of a two-file NIfTI.
    """
    packed = blob[:2] == b"\x1f\x8b"
    result = Stripped(b"")
    if packed:
        _take_gzip_header(blob, result)
        try:
            blob = gzip.decompress(blob)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FileProblem(file, "is a truncated or damaged NIfTI file: it cannot be unpacked to its end") from error
    head = bytearray(blob[:540])
    second = head[4:7] == b"n+2"
    size = 540 if second else 348
    order = "<" if head[:4] == struct.pack("<I", size) else ">"
    if len(blob) < size + 4 or not (second or head[344:347] == b"n+1"):
        raise FileProblem(file, "is a NIfTI file whose header is damaged, or one half of a two-file NIfTI")
    for name, (at, length) in (_TEXT_2 if second else _TEXT_1).items():
        value = bytes(head[at:at + length])
        if value.strip(b"\0 "):
            result.take(f"NIfTI {name}", value)
        head[at:at + length] = bytes(length)
    start = _offset(head, order, second)
    needed = _bytes_of_voxels(head, order, second)
    if not size <= start <= len(blob) or start + needed > len(blob):
        raise FileProblem(file, "is a truncated NIfTI file: its values end early")
    if any(blob[size:start]):
        result.take("NIfTI extensions", blob[size:start])
    if start + needed < len(blob):
        result.take("NIfTI bytes after the values", blob[start + needed:])
    new_start = size + 4
    if second:
        struct.pack_into(order + "q", head, 168, new_start)
    else:
        struct.pack_into(order + "f", head, 108, float(new_start))
    whole = bytes(head[:size]) + bytes(4) + blob[start:start + needed]
    result.blob = gzip.compress(whole, _LEVEL, mtime=0) if packed else whole
    return result


def text_fields(head: bytes) -> list[str]:
    """Return the names of the text fields that an unpacked header fills, and "extensions" where it announces some."""
    second = head[4:7] == b"n+2"
    fields = _TEXT_2 if second else _TEXT_1
    size = 540 if second else 348
    found = [name for name, (at, length) in fields.items() if head[at:at + length].strip(b"\0 ")]
    return found + (["extensions"] if len(head) > size and head[size] else [])


def _take_gzip_header(blob: bytes, result: Stripped) -> None:
    """Note the name and comment that gzip keeps of the original file."""
    flags, at = blob[3] if len(blob) > 3 else 0, 10
    if flags & 4:
        at += 2 + int.from_bytes(blob[at:at + 2], "little")
    for bit, name in ((8, "file name"), (16, "comment")):
        if flags & bit:
            stop = blob.find(b"\0", at)
            result.take(f"gzip {name}", blob[at:max(at, stop)])
            at = stop + 1


def _offset(head: bytearray, order: str, second: bool) -> int:
    value = struct.unpack_from(order + ("q" if second else "f"), head, 168 if second else 108)[0]
    return int(value) if math.isfinite(value) else -1


def _bytes_of_voxels(head: bytearray, order: str, second: bool) -> int:
    if second:
        (bits,) = struct.unpack_from(order + "H", head, 14)
        sizes = struct.unpack_from(order + "8q", head, 16)
    else:
        sizes = struct.unpack_from(order + "8h", head, 40)
        (bits,) = struct.unpack_from(order + "H", head, 72)
    count = math.prod(max(1, n) for n in sizes[1:1 + max(0, min(7, sizes[0]))])
    return int(-(-count * bits // 8))
