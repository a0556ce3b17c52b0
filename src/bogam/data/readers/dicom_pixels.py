"""The pixels of a DICOM file: decoded, in color as RGB, in grey after rescale with higher = brighter."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from bogam.core.errors import FileProblem
from bogam.core.types import Array, LevelUnit
from bogam.data.readers.dicom_tags import broken, count, find, numbers
from bogam.data.readers.jpeg_lossless import is_sound_lossless
from bogam.data.readers.planes import check_size, fill_missing, full_levels, keep_depth

_CODESTREAM_END = b"\xff\xd9"
_MOST_SAMPLES = 2**31
_LOSSLESS = ("57", "70")
"""Last part of the transfer syntaxes of lossless JPEG."""


def stored_pixels(dataset: Dataset, path: Path, frame: int | None) -> tuple[Array, bool, tuple[str, ...]]:
    """Decode one frame, or all.

    Returns:
        (Z, Y, X) or (Z, Y, X, 3) in native byte order; whether it is color; notes.

    Raises:
        FileProblem: truncated, damaged, compressed in a way that no installed codec reads, or too large.
    """
    from pydicom.pixels import apply_color_lut, pixel_array

    check_size(str(path), int(dataset.Rows), int(dataset.Columns))
    if int(dataset.Rows) * int(dataset.Columns) * (count(dataset) if frame is None else 1) > _MOST_SAMPLES:
        raise FileProblem(str(path), "has too many pixels to be read whole: name one picture with the key frame=")
    colored = str(dataset.get("PhotometricInterpretation") or "")
    try:
        _check_whole(dataset, path, frame)
        plugin = decoder_for(str(dataset.file_meta.TransferSyntaxUID))
        pixels = pixel_array(dataset, index=frame, decoding_plugin=plugin)
        if colored == "PALETTE COLOR":
            pixels = apply_color_lut(pixels, dataset)
    except FileProblem:
        raise
    except Exception as error:
        raise FileProblem(str(path), _why(dataset, error)) from error
    notes: tuple[str, ...] = ()
    color = int(dataset.get("SamplesPerPixel") or 1) > 1 or colored == "PALETTE COLOR"
    if colored == "PALETTE COLOR":
        notes += ("color palette resolved",)
    elif color and colored != "RGB":
        notes += (f"{colored} turned into RGB",)
    if pixels.ndim == 2 + color:
        pixels = pixels[None]
    told = count(dataset) if frame is None else 1
    return pixels[:told].astype(pixels.dtype.newbyteorder("="), copy=False), color, notes


def decoder_for(syntax: str) -> str:
    """Return the codec for a transfer syntax; GDCM, which may end the process, only where there is no other."""
    kind = syntax.removeprefix("1.2.840.10008.1.2.4.")
    if kind in ("50", "51"):
        return "pillow"
    if kind in _LOSSLESS:
        return "gdcm"
    if kind in ("80", "81"):
        return "pyjpegls"
    return "pylibjpeg" if re.fullmatch(r"9[0-3]|20[1-3]", kind) else ""


def _why(dataset: Dataset, error: Exception) -> str:
    """Word a fault of decoding; the name of the compression helps, the text of the error may hold values."""
    syntax = dataset.file_meta.TransferSyntaxUID
    if "12-bit precision" in str(error):
        return "is a DICOM file with 12-bit lossy JPEG, which no codec here reads: convert it with dcmdjpeg"
    clause = broken(error)
    if not syntax.is_compressed or "truncated" in clause or isinstance(error, MemoryError):
        return clause
    return f"is a DICOM file whose pixels ({syntax.name if not syntax.is_private else 'private'}) cannot be decoded"


def _check_whole(dataset: Dataset, path: Path, frame: int | None) -> None:
    """Raise FileProblem where a compressed picture ends without the end mark of its codestream."""
    syntax = dataset.file_meta.TransferSyntaxUID
    if not syntax.is_compressed or not syntax.is_encapsulated or "PixelData" not in dataset:
        return
    if not re.match(r"1\.2\.840\.10008\.1\.2\.4\.(5\d|70|8[01]|9[0-3])$", str(syntax)):
        return
    from pydicom.encaps import generate_frames, get_frame

    total = count(dataset)
    streams = (generate_frames(dataset.PixelData, number_of_frames=total) if frame is None else
               [get_frame(dataset.PixelData, frame, number_of_frames=total)])
    for stream in streams:
        if _CODESTREAM_END not in stream[-64:]:
            raise FileProblem(str(path), "is a truncated DICOM file: a compressed picture has no end mark")
        if str(syntax).rpartition(".")[2] in _LOSSLESS and not is_sound_lossless(
                stream, int(dataset.Rows), int(dataset.Columns), int(dataset.get("SamplesPerPixel") or 1),
                int(dataset.get("BitsAllocated") or 8)):
            raise FileProblem(str(path), "is a DICOM file with a damaged, or rare, lossless JPEG in it")


def rescale(pixels: Array, dataset: Dataset, path: Path, frame: int | None) -> tuple[
        Array, tuple[float, float], LevelUnit, tuple[str, ...]]:
    """Turn stored grey values into the modality's: slope and intercept or a look-up table, then higher = brighter.

    Whole-number slopes and intercepts keep integers where uint8, uint16 or int16 holds the result.

    Args:
        pixels: (Z, Y, X) stored values.
        dataset: the file they come from.
        path: its name for messages.
        frame: the frame they are, or None for all.

    Returns:
        Values; levels: what BitsStored could express, after rescale; unit; notes.
    """
    if "FloatPixelData" in dataset or "DoubleFloatPixelData" in dataset:
        values, notes = keep_depth(pixels)
        values, gaps = fill_missing(values)
        levels, told = full_levels(values)
        return values, levels, "raw", notes + gaps + told
    bits = int(dataset.get("BitsStored") or 8 * pixels.itemsize)
    signed = int(dataset.get("PixelRepresentation") or 0) == 1
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    if dataset.get("ModalityLUTSequence"):
        values, levels, notes = _look_up(pixels, dataset, path)
    else:
        values, levels, notes = _scale(pixels, (low, high), dataset, frame)
    if str(dataset.get("PhotometricInterpretation")) == "MONOCHROME1":
        values = invert(values, levels)
        notes += ("MONOCHROME1 inverted: higher is brighter",)
    if dataset.get("PixelPaddingValue") is not None:
        notes += ("pixels marked as padding are kept",)
    return values, levels, _unit(dataset, frame), notes


def _unit(dataset: Dataset, frame: int | None) -> LevelUnit:
    kind = str(find(dataset, "RescaleType", frame or 0) or "HU")
    told = numbers(find(dataset, "RescaleIntercept", frame or 0)) is not None
    return "hu" if dataset.get("Modality") == "CT" and told and kind == "HU" else "raw"


def invert(values: Array, levels: tuple[float, float]) -> Array:
    """Return low + high - value, in the same depth.

    Example:
        >>> invert(np.array([0, 100], np.uint16), (0, 4095)).tolist()
        [4095, 3995]
    """
    total = levels[0] + levels[1]
    if values.dtype.kind == "f":
        return np.asarray(total - values, values.dtype)
    limits = np.iinfo(values.dtype)
    turned = int(total) - values.astype(np.int64)
    return np.clip(turned, limits.min, limits.max).astype(values.dtype)


def _look_up(pixels: Array, dataset: Dataset, path: Path) -> tuple[Array, tuple[float, float], tuple[str, ...]]:
    from pydicom.pixels import apply_modality_lut

    try:
        values, notes = keep_depth(apply_modality_lut(pixels, dataset))
        depth = int(dataset.ModalityLUTSequence[0].LUTDescriptor[2])
    except Exception as error:
        raise FileProblem(str(path), "is a DICOM file whose modality look-up table cannot be applied") from error
    return values, (0.0, 2.0**depth - 1), (*notes, "modality look-up table applied")


def _scale(pixels: Array, stored: tuple[int, int], dataset: Dataset, frame: int | None) -> tuple[
        Array, tuple[float, float], tuple[str, ...]]:
    """Apply slope and intercept of each frame."""
    frames = range(len(pixels)) if frame is None else [frame]
    factors = [tuple((numbers(find(dataset, name, i)) or (default,))[0]
                     for name, default in (("RescaleSlope", 1.0), ("RescaleIntercept", 0.0))) for i in frames]
    notes: tuple[str, ...] = ()
    if any(slope == 0 for slope, _ in factors):
        factors, notes = [(slope or 1.0, shift) for slope, shift in factors], ("rescale slope 0 is read as 1",)
    ends = [slope * end + shift for slope, shift in factors for end in stored]
    low, high = min(ends), max(ends)
    if set(factors) == {(1.0, 0.0)}:
        values, more = keep_depth(pixels)
    elif all(slope.is_integer() and shift.is_integer() for slope, shift in factors) and pixels.itemsize <= 2:
        whole = np.array(factors, np.int64)[:, :, None, None]
        values, more = _fit(pixels * whole[:, 0] + whole[:, 1], low, high)
    else:
        exact = np.array(factors, np.float64)[:, :, None, None]
        values, more = (pixels * exact[:, 0] + exact[:, 1]).astype(np.float32), ()
    if values.dtype.kind in "iu":
        limits = np.iinfo(values.dtype)
        low, high = max(low, limits.min), min(high, limits.max)
    return values, (float(low), float(high)), notes + more


def _fit(values: Array, low: float, high: float) -> tuple[Array, tuple[str, ...]]:
    """Return whole numbers in the depth that holds all levels, else all values, else as float32."""
    candidates: tuple[Any, ...] = (np.uint8, np.int16, np.uint16)
    for depth in candidates:
        if np.iinfo(depth).min <= low and high <= np.iinfo(depth).max:
            return values.astype(depth), ()
    return keep_depth(values)
