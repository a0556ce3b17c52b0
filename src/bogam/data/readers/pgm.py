"""PGM and PPM (P2, P3, P5, P6), 8 and 16 bit, with the levels that the file states."""

from __future__ import annotations

import re

import numpy as np

from bogam.core.errors import FileProblem
from bogam.core.types import Array, Picture
from bogam.data.readers.planes import channels_first, check_size

_SPACE = rb"(?:\s|#[^\n]*\n)+"
_HEAD = re.compile(rb"P([2356])" + _SPACE + rb"(\d+)" + _SPACE + rb"(\d+)" + _SPACE + rb"(\d+)\s")


def read_pgm(blob: bytes, file: str) -> Picture:
    """Decode a PGM or PPM; levels are (0, maxval).

    Returns:
        Picture with (1, Y, X) or (3, Y, X), uint8 where maxval is below 256, else uint16.

    Raises:
        FileProblem: truncated, damaged, or too large.

    Example:
        >>> read_pgm(b"P2 3 1 4095 0 7 4095", "a.pgm").image.tolist()
        [[[0, 7, 4095]]]
    """
    head = _HEAD.match(blob[:4096] + b" ")
    if head is None:
        raise FileProblem(file, "is a PGM whose header cannot be read")
    columns, rows, most = (int(head[i]) for i in (2, 3, 4))
    check_size(file, rows, columns)
    if not 0 < most < 65536:
        raise FileProblem(file, f"is a PGM with a largest value of {most}, expected 1 to 65535")
    channels = 3 if head[1] in b"36" else 1
    pixels = _samples(blob[head.end():], head[1] in b"56", most, rows * columns * channels, file)
    if int(pixels.max()) > most:
        raise FileProblem(file, f"is a damaged PGM: it has values above the {most} of its header")
    shape = (rows, columns, channels) if channels > 1 else (rows, columns)
    image, _ = channels_first(pixels.reshape(shape))
    return Picture(image, (0.0, float(most)), bits=most.bit_length(), format="pgm")


def _samples(body: bytes, binary: bool, most: int, count: int, file: str) -> Array:
    """Return `count` samples of the body, uint8 or uint16."""
    if binary:
        stored = np.dtype(np.uint8) if most < 256 else np.dtype(">u2")
        if len(body) < count * stored.itemsize:
            raise FileProblem(file, f"is a truncated PGM: {len(body)} of {count * stored.itemsize} bytes of pixels")
        return np.frombuffer(body, stored, count).astype(stored.newbyteorder("="))
    words = re.sub(rb"#[^\n]*", b"", body).split()
    if len(words) < count:
        raise FileProblem(file, f"is a truncated PGM: {len(words)} of {count} values")
    try:
        values = np.array(words[:count]).astype(np.int64)
    except (ValueError, OverflowError) as error:
        raise FileProblem(file, "is a damaged PGM: not all of its values are whole numbers") from error
    if values.min() < 0 or values.max() > most:
        raise FileProblem(file, f"is a damaged PGM: it has values outside 0 to {most}")
    return values.astype(np.uint8 if most < 256 else np.uint16)
