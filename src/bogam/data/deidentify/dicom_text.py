"""Drawn text in the pixels of a DICOM file: where it is, and how it is painted over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from bogam.core.errors import FileProblem
from bogam.core.types import Array
from bogam.data.deidentify.text_regions import Box, find_text, merge_boxes
from bogam.data.readers.dicom_pixels import decoder_for, stored_pixels
from bogam.data.readers.dicom_tags import count

MOST_FRAMES = 24
"""Frames of one file that are looked at, evenly spread; what is found in one is taken to be in all."""
_EXTENDED = ("ExtendedOffsetTable", "ExtendedOffsetTableLengths")


def to_grey(pixels: Array) -> Array:
    """Return a picture as uint8 (Y, X): color as its brightest channel, other depths scaled to the values in use."""
    plain = pixels.max(axis=-1) if pixels.ndim == 3 else pixels
    if plain.dtype == np.uint8:
        return plain
    low, high = (float(v) for v in np.percentile(plain, (0.1, 99.95)))
    if not high > low:
        return np.zeros(plain.shape, np.uint8)
    return np.asarray(np.clip((plain.astype(np.float32) - low) * (255 / (high - low)), 0, 255), np.uint8)


def find_in_dicom(dataset: Dataset, path: Path) -> tuple[tuple[Box, ...], tuple[str, ...]]:
    """Return the regions of all frames together that look like text, and notes.

    A file without a picture, or whose pixels cannot be decoded, has none; a note says that nobody looked.
    """
    if not isinstance(dataset.get("Rows"), int):
        return (), ()
    total = count(dataset)
    frames = sorted({round(i * (total - 1) / max(1, MOST_FRAMES - 1)) for i in range(min(total, MOST_FRAMES))}
                    if total > MOST_FRAMES else range(total))
    found: list[Box] = []
    for frame in frames:
        try:
            pixels, _, _ = stored_pixels(dataset, path, frame)
        except FileProblem:
            return tuple(merge_boxes(found)), ("nobody looked for text in its pixels: they cannot be decoded",)
        found += find_text(to_grey(pixels[0]))
    notes = (f"text looked for in {len(frames)} of {total} frames",) if len(frames) < total else ()
    return tuple(sorted(merge_boxes(found))), notes


def mask_dicom(dataset: Dataset, boxes: tuple[Box, ...], file: str) -> tuple[str, ...]:
    """Paint boxes over in every frame, in place; compressed pixels are stored uncompressed from then on.

    Raises:
        FileProblem: pixels that cannot be decoded or are stored in a way that cannot be painted on.
    """
    if not boxes or "PixelData" not in dataset:
        if isinstance(dataset.get("Rows"), int) and "PixelData" in dataset:
            _check_decodable(dataset, file)
        return ()
    syntax = dataset.file_meta.TransferSyntaxUID
    told: tuple[str, ...] = ("regions that look like text painted over",)
    if syntax.is_compressed and syntax.is_encapsulated:
        try:
            dataset.decompress(decoding_plugin=decoder_for(str(syntax)), generate_instance_uid=False)
        except Exception as error:
            raise FileProblem(file, "has compressed pixels that cannot be decoded, so no text can be masked") from error
        told += ("compressed pixels stored uncompressed",)
        for name in _EXTENDED:
            if name in dataset:
                delattr(dataset, name)
    pixels = _writable(dataset, file)
    for y0, x0, y1, x1 in boxes:
        _paint(pixels, dataset, y0, x0, y1, x1)
    blob = pixels.tobytes()
    dataset["PixelData"].value = blob + b"\0" * (len(blob) % 2)
    return told


def _check_decodable(dataset: Dataset, file: str) -> None:
    stored_pixels(dataset, Path(file), 0)


def _writable(dataset: Dataset, file: str) -> Array:
    """Return the stored samples as (frames, rows, columns, samples), a view that can be painted on."""
    bits, samples = int(dataset.BitsAllocated), int(dataset.get("SamplesPerPixel") or 1)
    kind = str(dataset.get("PhotometricInterpretation") or "")
    frames, rows, columns = count(dataset), int(dataset.Rows), int(dataset.Columns)
    if bits not in (8, 16, 32) or kind == "YBR_FULL_422":
        raise FileProblem(file, f"has pixels of {bits} bit ({kind}), which cannot be painted on to mask text")
    little = dataset.file_meta.TransferSyntaxUID.is_little_endian
    stored = np.frombuffer(dataset.PixelData, np.dtype(f"{'<' if little else '>'}u{bits // 8}"))
    needed = frames * rows * columns * samples
    if len(stored) < needed:
        raise FileProblem(file, "has fewer pixels than its header says, so no text can be masked")
    stored = stored[:needed].copy()
    if samples > 1 and int(dataset.get("PlanarConfiguration") or 0) == 1:
        return stored.reshape(frames, samples, rows, columns)
    return stored.reshape(frames, rows, columns, samples)


def _paint(pixels: Array, dataset: Dataset, y0: int, x0: int, y1: int, x1: int) -> None:
    kind = str(dataset.get("PhotometricInterpretation") or "")
    samples = int(dataset.get("SamplesPerPixel") or 1)
    planes = samples > 1 and int(dataset.get("PlanarConfiguration") or 0) == 1
    for sample in range(samples):
        area = pixels[:, sample, y0:y1, x0:x1] if planes else pixels[:, y0:y1, x0:x1, sample]
        area[...] = _ground(pixels, dataset, kind, sample)


def _ground(pixels: Array, dataset: Dataset, kind: str, sample: int) -> int:
    """Return the value that is painted: the darkest of the picture, or black in color."""
    if kind.startswith("YBR"):
        return 0 if sample == 0 else 1 << int(dataset.BitsStored) - 1
    if kind == "PALETTE COLOR":
        return int(np.bincount(pixels.ravel()).argmax())
    if int(dataset.get("SamplesPerPixel") or 1) > 1:
        return 0
    signed = int(dataset.get("PixelRepresentation") or 0) == 1
    values = pixels.view(pixels.dtype.str.replace("u", "i")) if signed else pixels
    value = int(values.max() if kind == "MONOCHROME1" else values.min())
    return value & (1 << 8 * pixels.itemsize) - 1
