"""What Pillow decodes for us: palettes, 1-bit, CMYK, BMP, 8-bit TIFF. Strict: a short file is an error."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from bogam.core.errors import FileProblem
from bogam.core.types import Array, Picture
from bogam.data.readers.planes import channels_first, check_size
from bogam.data.readers.quiet import recorded


def _palette(picture: Image.Image, indices: bool) -> tuple[Array, tuple[str, ...]]:
    """Return grey values of a grey palette; else the colors, or the indices where asked."""
    stored = np.asarray(picture)
    colors = np.frombuffer(bytes(picture.getpalette("RGB") or b""), np.uint8).reshape(-1, 3)
    used = np.unique(stored)
    if used.size and used[-1] >= len(colors):
        padding = np.zeros((int(used[-1]) + 1 - len(colors), 3), np.uint8)
        colors = np.concatenate([colors, padding])
    if (colors[used] == colors[used][:, :1]).all():
        return colors[stored, 0], ("grey palette resolved",)
    if indices:
        return stored, ("palette indices read as values",)
    return colors[stored], ("color palette resolved",)


def _pixels(picture: Image.Image, indices: bool) -> tuple[Array, int, tuple[str, ...]]:
    """Return (Y, X) or (Y, X, channels) with the stored bits, and notes."""
    if picture.mode == "1":
        return np.asarray(picture.convert("L")), 1, ()
    if picture.mode == "P":
        pixels, notes = _palette(picture, indices)
        return pixels, 8, notes
    if picture.mode == "PA":
        pixels, notes = _palette(picture.convert("P"), indices)
        return pixels, 8, (*notes, "alpha channel dropped")
    if picture.mode in ("L", "LA", "RGB", "RGBA"):
        return np.asarray(picture), 8, ()
    if picture.mode in ("CMYK", "YCbCr", "LAB", "RGBX"):
        return np.asarray(picture.convert("RGB")), 8, (f"{picture.mode} turned into RGB",)
    raise ValueError(picture.mode)


def decode_pillow(blob: bytes, file: str, kind: str, page: int = 0, indices: bool = False) -> Picture:
    """Decode one page of an 8-bit (or smaller) picture.

    Raises:
        FileProblem: truncated, damaged, of a kind that is not read, or too large.
    """
    name = kind.upper()
    try:
        with recorded("PIL"), Image.open(io.BytesIO(blob), formats=[name]) as picture:
            check_size(file, picture.height, picture.width)
            if page:
                picture.seek(page)
            picture.load()
            pixels, bits, notes = _pixels(picture, indices)
    except FileProblem:
        raise
    except Image.DecompressionBombError as error:
        raise FileProblem(file, "has more pixels than are decoded safely: cut it into tiles") from error
    except Exception as error:
        if "truncated" in str(error).lower() or isinstance(error, EOFError):
            raise FileProblem(file, f"is a truncated {name}: its pixels end early") from error
        raise FileProblem(file, f"is a {name} that cannot be decoded: damaged, or of a rare kind") from error
    image, more = channels_first(pixels)
    return Picture(image, (0.0, 255.0), bits=bits, format=kind, notes=notes + more)
