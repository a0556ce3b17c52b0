"""TIFF and BigTIFF: grey and color, 1 to 32 bit, several pages."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Sequence

import cv2
import numpy as np

from bogam.core.errors import FileProblem
from bogam.core.types import Array, Picture
from bogam.data.readers.pillow import decode_pillow
from bogam.data.readers.planes import channels_first, check_size, fill_missing, full_levels, keep_depth

_SIZES = {1: ("B", 1), 3: ("H", 2), 4: ("I", 4), 13: ("I", 4), 16: ("Q", 8), 18: ("Q", 8)}
_COLUMNS, _ROWS, _BITS, _PHOTOMETRIC, _ORIENTATION, _CHANNELS, _FORMAT = 256, 257, 258, 262, 274, 277, 339
_SUBFILE, _STRIP_AT, _STRIP_BYTES, _TILE_AT, _TILE_BYTES = 254, 273, 279, 324, 325
_KINDS = {1: "u", 2: "i", 3: "f"}
_MOST_PAGES = 100_000


@dataclasses.dataclass(frozen=True)
class Page:
    """One page of a TIFF.

    Args:
        index: number among all pages of the file.
        rows: of the picture.
        columns: of the picture.
        bits: of one sample.
        kind: "u", "i" or "f": type of a sample.
        channels: samples of a pixel.
        white: whether 0 is white.
        turned: value of the orientation tag; 1 is upright.
        small: whether it is a thumbnail or a reduced level.
    """

    index: int
    rows: int
    columns: int
    bits: int
    kind: str
    channels: int
    white: bool
    turned: int
    small: bool


def _directory(blob: bytes, at: int, order: str, big: bool) -> tuple[dict[int, tuple[int, ...]], int]:
    """Return the whole-number tags of the directory at an offset, and the offset of the next one."""
    head, row, word = ("Q", 20, "Q") if big else ("H", 12, "I")
    (count,) = struct.unpack_from(order + head, blob, at)
    at += struct.calcsize(head)
    tags: dict[int, tuple[int, ...]] = {}
    for _ in range(count):
        tag, kind, number = struct.unpack_from(order + "HH" + word, blob, at)
        code, size = _SIZES.get(kind, ("", 0))
        if code and number * size <= len(blob):
            value = at + 4 + struct.calcsize(word)
            if number * size > struct.calcsize(word):
                (value,) = struct.unpack_from(order + word, blob, value)
            tags[tag] = struct.unpack_from(f"{order}{number}{code}", blob, value)
        at += row
    return tags, struct.unpack_from(order + word, blob, at)[0]


def list_pages(blob: bytes, file: str) -> list[Page]:
    """Return the pages that hold a picture as large as the first; thumbnails and reduced levels are left out.

    Raises:
        FileProblem: truncated (a page's directory or pixels lie outside the file) or damaged.
    """
    order = "<" if blob[:2] == b"II" else ">"
    pages: list[Page] = []
    try:
        big = struct.unpack_from(order + "H", blob, 2)[0] == 43
        (at,) = struct.unpack_from(order + ("Q" if big else "I"), blob, 8 if big else 4)
        seen: set[int] = set()
        while at and at not in seen and len(seen) < _MOST_PAGES:
            seen.add(at)
            tags, at = _directory(blob, at, order, big)
            pages.append(_page(tags, len(pages), len(blob), file))
    except struct.error as error:
        raise FileProblem(file, "is a truncated TIFF: the file ends before its last directory") from error
    if not pages:
        raise FileProblem(file, "is a damaged TIFF: it has no page")
    full = [p for p in pages if not p.small] or pages
    return [p for p in full if (p.rows, p.columns, p.channels) == (full[0].rows, full[0].columns, full[0].channels)]


def _page(tags: dict[int, tuple[int, ...]], index: int, length: int, file: str) -> Page:
    def one(tag: int, default: int) -> int:
        return int((tags.get(tag) or (default,))[0])

    for where, size in ((_STRIP_AT, _STRIP_BYTES), (_TILE_AT, _TILE_BYTES)):
        ends = [a + n for a, n in zip(tags.get(where, ()), tags.get(size, ()), strict=False)]
        if ends and max(ends) > length:
            raise FileProblem(file, "is a truncated TIFF: the file ends before its pixels do")
    return Page(index, one(_ROWS, 0), one(_COLUMNS, 0), one(_BITS, 1), _KINDS.get(one(_FORMAT, 1), "u"),
                one(_CHANNELS, 1), one(_PHOTOMETRIC, 1) == 0, one(_ORIENTATION, 1), bool(one(_SUBFILE, 0) & 1))


def _decode(blob: bytes, page: Page, file: str) -> Array:
    """Return the stored values of a page of 16 bit or more (or of signed 8 bit)."""
    buffer = np.frombuffer(blob, np.uint8)
    try:
        found: Sequence[Array] = cv2.imdecodemulti(buffer, cv2.IMREAD_UNCHANGED, None, (page.index, page.index + 1))[1]
    except cv2.error:
        found = ()
    expected = f"{page.kind}{page.bits // 8}"
    if len(found) != 1 or found[0].shape[:2] != (page.rows, page.columns):
        raise FileProblem(file, f"is a {page.bits}-bit TIFF that cannot be decoded: damaged, or of a rare kind")
    if page.bits % 8 or found[0].dtype != np.dtype(expected):
        raise FileProblem(file, f"is a TIFF with samples of {page.bits} bit, expected 1, 8, 16 or 32: save it as one")
    return found[0]


def _read_page(blob: bytes, page: Page, file: str, indices: bool) -> Picture:
    check_size(file, page.rows, page.columns)
    turned = (f"TIFF orientation {page.turned} is not applied",) if page.turned in range(2, 9) else ()
    if page.bits <= 8 and page.kind == "u":
        picture = decode_pillow(blob, file, "tiff", page.index, indices)
        return dataclasses.replace(picture, bits=page.bits, notes=picture.notes + turned)
    pixels, notes = keep_depth(_decode(blob, page, file))
    image, more = channels_first(pixels, bgr=True)
    image, gaps = fill_missing(image)
    levels, told = full_levels(image)
    if page.white and page.channels == 1 and image.dtype == np.uint16:
        image, told = np.uint16(65535) - image, (*told, "0 is white in the file: inverted")
    return Picture(image, levels, bits=page.bits, format="tiff", notes=notes + more + gaps + told + turned)


def read_tiff(blob: bytes, file: str, frame: int | None = None, indices: bool = False) -> Picture:
    """Decode one page, or all pages of one size as a stack.

    Levels are (0, 255), (0, 65535), (-32768, 32767), or the smallest and largest value of floats.

    Args:
        blob: the whole file.
        file: its name for messages.
        frame: page, counted from 0 over the pages of full size; None: all of them.
        indices: return the indices of a colored palette instead of its colors (for masks).

    Returns:
        Picture with (C, Y, X), or (C, Z, Y, X) in stored order where there are several pages.

    Raises:
        FileProblem: truncated, damaged, of a rare kind, too large, or without such a page.
    """
    pages = list_pages(blob, file)
    if frame is not None:
        if not 0 <= frame < len(pages):
            raise FileProblem(file, f"has {len(pages)} pages, the locator asks for frame {frame}")
        pages = pages[frame:frame + 1]
    read = [_read_page(blob, page, file, indices) for page in pages]
    if len(read) == 1:
        return read[0]
    shapes = {(p.image.shape, p.image.dtype) for p in read}
    if len(shapes) > 1:
        raise FileProblem(file, "has pages of different kinds: name one with the locator key frame=")
    ranges = [p.levels for p in read if p.levels]
    notes = tuple(dict.fromkeys(note for p in read for note in p.notes))
    return dataclasses.replace(read[0], image=np.stack([p.image for p in read], axis=1),
                               levels=(min(low for low, _ in ranges), max(high for _, high in ranges)),
                               notes=(*notes, f"{len(read)} pages stacked in stored order"))
