"""TIFF and BigTIFF: rewritten with the tags that make the picture; strips and tiles are copied byte for byte."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from bogam.core.errors import FileProblem
from bogam.data.deidentify.jpeg_segments import Unwalkable, blank_stream
from bogam.data.deidentify.stripped import Stripped

_SIZE = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_KEPT = frozenset({254, 255, 256, 257, 258, 259, 262, 263, 266, 274, 277, 278, 280, 281, 282, 283, 284, 290, 291, 292,
                   293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 338, 339, 340, 341, 347, 529, 530, 531, 532})
"""Sizes, depth, colors, compression, resolution. Nothing here is text."""
_STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES, _COMPRESSION, _JPEG_TABLES = 273, 279, 324, 325, 259, 347
_OLD_JPEG, _JPEG = 6, 7
NAMES = {269: "DocumentName", 270: "ImageDescription", 271: "Make", 272: "Model", 285: "PageName", 305: "Software",
          306: "DateTime", 315: "Artist", 316: "HostComputer", 330: "SubIFDs", 333: "InkNames", 337: "TargetPrinter",
          700: "XMP", 33432: "Copyright", 33723: "IPTC", 34377: "Photoshop", 34665: "Exif", 34675: "ICC profile",
          34853: "GPS", 37510: "UserComment"}
"""Tags that may say who, where or when."""
_MOST_PAGES = 100_000


@dataclass(frozen=True)
class _Form:
    """Byte order and widths of one TIFF: classic or big."""

    order: str
    big: bool

    @property
    def word(self) -> str:
        return "Q" if self.big else "I"

    @property
    def row(self) -> int:
        return 20 if self.big else 12


def clean_tiff(blob: bytes, file: str) -> Stripped:
    """Return a TIFF with the same pages and pixels, without descriptions, names, times, Exif, GPS and private tags.

    Pages below other pages (SubIFDs) are removed and counted.

    Raises:
        FileProblem: truncated, damaged, or compressed in a way whose streams cannot be looked into.
    """
    pages, form, result = read_tags(blob, file), _form_of(blob), Stripped(b"")
    if not pages:
        raise FileProblem(file, "is a damaged TIFF: it has no page")
    out = bytearray(blob[:2] + struct.pack(form.order + ("HHHQ" if form.big else "HI"),
                                           *((43, 8, 0, 0) if form.big else (42, 0))))
    link = len(out) - struct.calcsize(form.word)
    for tags in pages:
        link = _write_page(out, link, tags, blob, form, file, result)
    result.blob = bytes(out)
    return result


def _form_of(blob: bytes) -> _Form:
    order = "<" if blob[:2] == b"II" else ">"
    return _Form(order, blob[2:4] == struct.pack(order + "H", 43))


def read_tags(blob: bytes, file: str) -> list[dict[int, tuple[int, bytes]]]:
    """Return tag -> (type, bytes of the value) of each page.

    Raises:
        FileProblem: the file ends before its last directory, or a value lies outside it.
    """
    try:
        return _pages(blob, _form_of(blob), file)
    except struct.error as error:
        raise FileProblem(file, "is a truncated TIFF: the file ends before its last directory") from error


def _pages(blob: bytes, form: _Form, file: str) -> list[dict[int, tuple[int, bytes]]]:
    order, pages, seen = form.order, [], set[int]()
    (at,) = struct.unpack_from(order + form.word, blob, 8 if form.big else 4)
    while at and at not in seen and len(seen) < _MOST_PAGES:
        seen.add(at)
        (count,) = struct.unpack_from(order + ("Q" if form.big else "H"), blob, at)
        at += 8 if form.big else 2
        tags: dict[int, tuple[int, bytes]] = {}
        for _ in range(count):
            tag, kind, number = struct.unpack_from(order + "HH" + form.word, blob, at)
            size, inline = _SIZE.get(kind, 1) * number, struct.calcsize(form.word)
            where = at + 4 + inline
            if size > inline:
                (where,) = struct.unpack_from(order + form.word, blob, where)
            if where + size > len(blob):
                raise FileProblem(file, "is a truncated TIFF: a value lies outside the file")
            tags[tag] = kind, blob[where:where + size]
            at += form.row
        pages.append(tags)
        (at,) = struct.unpack_from(order + form.word, blob, at)
    return pages


def _numbers(tags: dict[int, tuple[int, bytes]], tag: int, order: str) -> list[int]:
    kind, value = tags.get(tag, (4, b""))
    code = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}.get(kind, "I")
    return list(struct.unpack(f"{order}{len(value) // struct.calcsize(code)}{code}", value))


def _write_page(out: bytearray, link: int, tags: dict[int, tuple[int, bytes]], blob: bytes, form: _Form, file: str,
                result: Stripped) -> int:
    """Append one page, point the previous link to it, and return where its own link to the next page lies."""
    order = form.order
    compression = (_numbers(tags, _COMPRESSION, order) or [1])[0]
    if compression == _OLD_JPEG:
        raise FileProblem(file, "is a TIFF with old-style JPEG compression, which is not looked into")
    kept = {}
    for tag, (kind, value) in tags.items():
        if tag in _KEPT and kind != 2:
            kept[tag] = kind, _blanked(value, file) if tag == _JPEG_TABLES else value
        elif tag not in (_STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES):
            result.take(f"TIFF {NAMES.get(tag, 'private tag' if tag >= 32768 else f'tag {tag}')}", value)
    where, sizes = (_TILES, _TILE_BYTES) if _TILES in tags else (_STRIPS, _STRIP_BYTES)
    if where not in tags:
        raise FileProblem(file, "is a TIFF with a page without pixels")
    offsets, counts = [], _numbers(tags, sizes, order)
    for start, size in zip(_numbers(tags, where, order), counts, strict=False):
        if start + size > len(blob):
            raise FileProblem(file, "is a truncated TIFF: the file ends before its pixels do")
        data = blob[start:start + size]
        out += b"\0" * (len(out) % 2)
        offsets.append(len(out) if size else 0)
        out += _blanked(data, file) if compression == _JPEG and size else data
    wide = 16 if form.big else 4
    kept[where] = wide, struct.pack(f"{order}{len(offsets)}{form.word}", *offsets)
    kept[sizes] = wide, struct.pack(f"{order}{len(counts)}{form.word}", *counts)
    return _write_directory(out, link, kept, form)


def _write_directory(out: bytearray, link: int, tags: dict[int, tuple[int, bytes]], form: _Form) -> int:
    order, inline = form.order, struct.calcsize(form.word)
    rows = []
    for tag in sorted(tags):
        kind, value = tags[tag]
        number = len(value) // _SIZE.get(kind, 1)
        if len(value) > inline:
            out += b"\0" * (len(out) % 2)
            place, at = struct.pack(order + form.word, len(out)), value
            out += at
        else:
            place = value.ljust(inline, b"\0")
        rows.append(struct.pack(order + "HH" + form.word, tag, kind, number) + place)
    out += b"\0" * (len(out) % 2)
    struct.pack_into(order + form.word, out, link, len(out))
    out += struct.pack(order + ("Q" if form.big else "H"), len(rows)) + b"".join(rows)
    out += bytes(inline)
    return len(out) - inline


def _blanked(stream: bytes, file: str) -> bytes:
    try:
        return blank_stream(stream)
    except Unwalkable as error:
        raise FileProblem(file, f"is a TIFF with JPEG pixels that cannot be looked into ({error})") from error
