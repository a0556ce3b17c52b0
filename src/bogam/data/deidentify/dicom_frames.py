"""What pixel data may hide: text in compressed streams, overlays in unused bits, bytes after the last pixel."""

from __future__ import annotations

import re
import struct

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import UID

from bogam.core.errors import FileProblem
from bogam.data.deidentify.jpeg_segments import Unwalkable, blank_stream

_JPEG = re.compile(r"1\.2\.840\.10008\.1\.2\.4\.(5\d|6[0-6]|70|80|81|9[0-3]|20[1-3])")
_OTHERS = frozenset({"1.2.840.10008.1.2.5", "1.2.840.10008.1.2.1.98"})
"""RLE and encapsulated uncompressed, which have no place for text."""
_ITEM, _END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"


def clean_pixels(dataset: Dataset, file: str) -> tuple[str, ...]:
    """Change pixel data in place so that it holds pixels only.

    Returns:
        What was done, in words.

    Raises:
        FileProblem: pixels that end early, or a compression that we cannot look into (video, JPEG XL, deflated frames,
            pixels by reference).
    """
    if "PixelData" not in dataset:
        return ()
    syntax = dataset.file_meta.TransferSyntaxUID
    if not syntax.is_encapsulated:
        return _clean_native(dataset, file)
    if syntax in _OTHERS:
        return ()
    if not _JPEG.fullmatch(str(syntax)):
        raise FileProblem(file, f"has pixels in a compression that is not looked into ({name_of(syntax)})")
    cleaned = _clean_items(dataset.PixelData, file)
    if cleaned == dataset.PixelData:
        return ()
    dataset["PixelData"].value = cleaned
    return ("text in compressed pixels blanked",)


def name_of(syntax: UID) -> str:
    """Return a transfer syntax's name, or "private"."""
    return "private" if syntax.is_private else str(syntax.name)


def _clean_items(value: bytes, file: str) -> bytes:
    """Blank the text of each stream, which may go on over several fragments; the offset table and all lengths stay."""
    bodies, at = [], 0
    while at + 8 <= len(value):
        mark, (length,) = value[at:at + 4], struct.unpack_from("<I", value, at + 4)
        if mark == _END:
            break
        if mark != _ITEM or at + 8 + length > len(value):
            raise FileProblem(file, "has damaged pixels: a compressed fragment runs over the end")
        bodies.append(value[at + 8:at + 8 + length])
        at += 8 + length
    streams: list[list[bytes]] = []
    for body in bodies[1:]:
        if not streams or body[:2] == b"\xff\xd8" or body[:4] == b"\xff\x4f\xff\x51":
            streams.append([])
        streams[-1].append(body)
    cleaned = [bodies[0]] if bodies else []
    for stream in streams:
        whole = _clean_stream(b"".join(stream), file)
        for body in stream:
            cleaned.append(whole[:len(body)])
            whole = whole[len(body):]
    return b"".join(_ITEM + struct.pack("<I", len(body)) + body for body in cleaned) + value[at:at + 8]


def _clean_stream(stream: bytes, file: str) -> bytes:
    try:
        return blank_stream(stream)
    except Unwalkable as error:
        raise FileProblem(file, f"has compressed pixels that cannot be looked into ({error})") from error


def _clean_native(dataset: Dataset, file: str) -> tuple[str, ...]:
    done = []
    value = dataset.PixelData
    expected = _expected(dataset)
    if len(value) < expected:
        raise FileProblem(file, "is a truncated DICOM file: its pixels end early")
    if expected and len(value) > expected + expected % 2:
        value = value[:expected] + b"\0" * (expected % 2)
        done.append("bytes after the last pixel removed")
    elif expected and len(value) == expected + 1 and value[-1] != 0:
        value = value[:expected] + b"\0"
    stray = _stray_bits(dataset, value)
    if stray is not None:
        value = stray
        done.append("overlay bits in the pixels zeroed")
    if done:
        dataset["PixelData"].value = value
    return tuple(done)


def _expected(dataset: Dataset) -> int:
    """Return how many bytes the pixels fill, or 0 where that cannot be told."""
    try:
        frames = int(dataset.get("NumberOfFrames") or 1)
        samples = int(dataset.get("SamplesPerPixel") or 1)
        pixels = int(dataset.Rows) * int(dataset.Columns) * frames
        bits = int(dataset.BitsAllocated)
        if dataset.get("PhotometricInterpretation") == "YBR_FULL_422":
            return pixels * 2 * bits // 8
        return -(-pixels * samples * bits // 8)
    except (AttributeError, TypeError, ValueError):
        return 0


def _stray_bits(dataset: Dataset, value: bytes) -> bytes | None:
    """Return the pixels with the bits that only an embedded overlay used set to zero, or None where there is none."""
    embedded = any(group in range(0x6000, 0x6020, 2) and _overlay_is_embedded(dataset, group)
                   for group in {tag.group for tag in list(dataset.keys())})
    allocated, stored = int(dataset.get("BitsAllocated") or 0), int(dataset.get("BitsStored") or 0)
    if not embedded or allocated not in (8, 16, 32) or not 0 < stored < allocated or int(
            dataset.get("SamplesPerPixel") or 1) != 1:
        return None
    high = int(dataset.get("HighBit") or stored - 1)
    little = dataset.file_meta.TransferSyntaxUID.is_little_endian
    kind = np.dtype(f"{'<' if little else '>'}u{allocated // 8}")
    whole = len(value) - len(value) % kind.itemsize
    pixels = np.frombuffer(value[:whole], kind)
    mask = ((1 << stored) - 1) << max(0, high - stored + 1)
    cleared: bytes = (pixels & kind.type(mask)).astype(kind).tobytes()
    return cleared + value[whole:]


def _overlay_is_embedded(dataset: Dataset, group: int) -> bool:
    return (group << 16 | 0x3000) not in dataset and (group << 16 | 0x0102) in dataset
