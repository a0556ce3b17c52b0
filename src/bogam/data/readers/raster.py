"""Pictures without medical headers: PNG, JPEG, TIFF, BMP, PGM, by content."""

from __future__ import annotations

from pathlib import Path

from bogam.core.errors import FileProblem
from bogam.core.types import Picture
from bogam.data.readers.jpeg import read_jpeg
from bogam.data.readers.pgm import read_pgm
from bogam.data.readers.pillow import decode_pillow
from bogam.data.readers.png import read_png
from bogam.data.readers.tiff import list_pages, read_tiff

RASTER = ("png", "jpeg", "tiff", "bmp", "pgm")


def read_raster(path: Path, kind: str, frame: int | None = None, indices: bool = False) -> Picture:
    """Read a picture of a known kind, its depth and its channels as stored.

    Args:
        path: the file.
        kind: "png", "jpeg", "tiff", "bmp" or "pgm", as `sniff` found it.
        frame: page of a TIFF; 0 or None for the others.
        indices: return the indices of a colored palette instead of its colors (for masks).

    Returns:
        Picture with (1, Y, X) or (3, Y, X), uint8, uint16, int16 or float32.

    Raises:
        FileProblem: truncated, damaged, of a rare kind, or too large.
    """
    blob = path.read_bytes()
    if kind == "tiff":
        return read_tiff(blob, str(path), frame, indices)
    if frame:
        raise FileProblem(str(path), f"is one picture, the locator asks for frame {frame}")
    if kind == "png":
        return read_png(blob, str(path), indices)
    if kind == "jpeg":
        return read_jpeg(blob, str(path))
    if kind == "pgm":
        return read_pgm(blob, str(path))
    return decode_pillow(blob, str(path), "bmp", indices=indices)


def count_pages(path: Path) -> int:
    """Return the number of full-size pages of a TIFF."""
    return len(list_pages(path.read_bytes(), str(path)))
