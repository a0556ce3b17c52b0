"""Drawn text in PNG, JPEG and TIFF pictures: where it is, and how it is painted over."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np

from bogam.core.errors import FileProblem
from bogam.core.types import Array
from bogam.data.deidentify.dicom_text import MOST_FRAMES, to_grey
from bogam.data.deidentify.text_regions import Box, find_text, merge_boxes

_COPIED = (b"sBIT", b"pHYs")


def pages_of(blob: bytes) -> list[Array]:
    """Return the decoded pages of a picture, (Y, X) or (Y, X, C) as stored; none where it cannot be decoded."""
    buffer = np.frombuffer(blob, np.uint8)
    try:
        if blob[:2] in (b"II", b"MM"):
            done, pages = cv2.imdecodemulti(buffer, cv2.IMREAD_UNCHANGED, None, (0, MOST_FRAMES))
            return list(pages) if done else []
        page = cv2.imdecode(buffer, cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return []
    return [] if page is None else [page]


def find_in_picture(blob: bytes) -> tuple[tuple[Box, ...], tuple[str, ...]]:
    """Return the regions of all pages together that look like text, and notes."""
    pages = pages_of(blob)
    if not pages:
        return (), ("nobody looked for text in its pixels: they cannot be decoded",)
    found = [box for page in pages for box in find_text(to_grey(page[..., :3] if page.ndim == 3 else page))]
    return tuple(sorted(merge_boxes(found))), ()


def mask_picture(blob: bytes, kind: str, boxes: tuple[Box, ...], file: str) -> tuple[bytes, str]:
    """Paint boxes over in black.

    A JPEG comes back as PNG, since coding it again would change every pixel.

    Returns:
        The new file and its ending.

    Raises:
        FileProblem: a picture that cannot be decoded, or a TIFF of several pages.
    """
    pages = pages_of(blob)
    if len(pages) != 1:
        raise FileProblem(file, "cannot be decoded, so no text can be masked" if not pages else
                          "has several pages, in which no text can be masked")
    page = pages[0].copy()
    for y0, x0, y1, x1 in boxes:
        if page.ndim == 3 and page.shape[2] == 4:
            page[y0:y1, x0:x1, :3] = 0
        else:
            page[y0:y1, x0:x1] = 0
    ending = ".tif" if kind == "tiff" else ".png"
    options = [cv2.IMWRITE_TIFF_COMPRESSION, 1] if kind == "tiff" else [cv2.IMWRITE_PNG_COMPRESSION, 6]
    try:
        done, code = cv2.imencode(ending, page, options)
    except cv2.error:
        done = False
    if not done:
        raise FileProblem(file, "has pixels that cannot be written again, so no text can be masked")
    new: bytes = code.tobytes()
    return (_with_notes(new, blob) if kind == "png" else new), ending


def _with_notes(new: bytes, old: bytes) -> bytes:
    """Return a PNG with the blocks of the old one that say how many bits count and how large a pixel is."""
    same_color = new[24:26] == old[24:26]
    blocks, at = [], 8
    while at + 12 <= len(old):
        length, kind = struct.unpack_from(">I4s", old, at)
        if kind in _COPIED and (same_color or kind != b"sBIT"):
            body = old[at + 8:at + 8 + length]
            blocks.append(struct.pack(">I", length) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))
        at += 12 + length
    return new[:33] + b"".join(blocks) + new[33:]
