"""One decode per picture: a small grey picture, a larger one and the marks, kept for the audit and the study."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import cv2
import numpy as np
import polars as pl
from numpy.typing import NDArray

from bogam.core.cores import cores
from bogam.core.errors import FileProblem
from bogam.core.types import Array, FloatArray, Picture
from bogam.data import marks as marks_file
from bogam.data.locator import Locator
from bogam.data.look_store import PICTURE, SMALL, Look, LookStore
from bogam.data.manifest import Manifest
from bogam.data.same.drawn import is_drawn

VERSION = 2
"""Raise it when a look changes."""
FLAT = 0.01
"""A small picture whose standard deviation is below this share of the picture's range is blank."""
CUT = (0.2, 99.8)
"""Percentiles that the grey of a small picture is stretched between."""
BATCH = 32

T = TypeVar("T")


def values_digest(image: Array) -> str:
    """Return a digest of the grey or color values alone: not of the container, the integer type or idle axes.

    Two pictures have the same one exactly where rows and columns agree and every stored value does. Grey kept three
    times is grey; 7 in eight bits is 7 in sixteen bits or 7.0; a volume of one slice is a picture.

    Example:
        >>> grey = np.arange(6, dtype=np.uint8).reshape(1, 2, 3)
        >>> values_digest(grey) == values_digest(np.repeat(grey, 3, axis=0).astype(np.uint16))
        True
        >>> values_digest(grey) == values_digest(grey.reshape(1, 3, 2))
        False
    """
    plain = image[:, 0] if image.ndim == 4 and image.shape[1] == 1 else image
    if len(plain) == 3 and np.array_equal(plain[0], plain[1]) and np.array_equal(plain[0], plain[2]):
        plain = plain[:1]
    if plain.dtype != np.uint8:
        low, high = (float(plain.min()), float(plain.max())) if plain.size else (0.0, 0.0)
        whole = plain.dtype.kind in "iu" or bool(np.array_equal(plain, np.rint(plain)))
        if not whole or not np.isfinite([low, high]).all():
            plain = plain.astype(np.float64)
        else:
            plain = plain.astype(np.uint8 if low >= 0 and high <= 255 else np.int64)
    total = hashlib.sha256(f"{plain.dtype.kind}{plain.dtype.itemsize}{plain.shape}".encode())
    total.update(np.ascontiguousarray(plain).data)
    return total.hexdigest()


def gray(plane: Array, height: int, width: int) -> FloatArray:
    """Shrink or enlarge (C, Y, X) by area to (height, width), the mean of the channels, float32."""
    sizes = [cv2.resize(channel if channel.dtype in (np.uint8, np.uint16) else channel.astype(np.float32),
                        (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) for channel in plane]
    return np.asarray(sum(sizes) / len(sizes), np.float32)


def _stretched(values: FloatArray, low: float, high: float) -> NDArray[np.uint8]:
    if high <= low:
        return np.zeros(values.shape, np.uint8)
    return np.asarray(np.rint(np.clip((values - low) / (high - low), 0, 1) * 255), np.uint8)


def take_look(picture: Picture) -> Look:
    """Look at one decoded picture. A volume is represented by its middle slice.

    Returns:
        The small picture (64, 64) and the larger one (aspect kept, 128 at most, never enlarged), grey stretched
        between the percentiles `CUT`; facts: `values` (digest of the values), `blank`, `drawn`
        (made of a few flat levels, as a mask is), `height` and `width` of the larger one; and marks.
    """
    image = picture.image
    plane = image[:, image.shape[1] // 2] if image.ndim == 4 else image
    height, width = plane.shape[-2:]
    scale = min(1.0, PICTURE / max(height, width))
    large = gray(plane, max(1, round(height * scale)), max(1, round(width * scale)))
    small = gray(plane, SMALL, SMALL)
    span = float(plane.max()) - float(plane.min())
    low, high = np.percentile(large, CUT)
    if high <= low:
        low, high = float(large.min()), float(large.max())
    facts: dict[str, Any] = {"values": values_digest(image), "blank": bool(span == 0 or small.std() < FLAT * span),
                             "drawn": is_drawn(plane)}
    return Look(_stretched(small, low, high), _stretched(large, low, high), facts,
                marks_file.marks_of(plane, picture.levels))


def open_store(cache: Path | None) -> LookStore:
    """Return the looks that a folder holds; None: an empty store in memory."""
    return LookStore(cache, f"{VERSION}-{marks_file.VERSION}")


class ById(Mapping[str, T], Generic[T]):
    """What a store holds under an image's digest, by the image's id; read when asked for."""

    def __init__(self, keys: Mapping[str, str], get: Callable[[str], T]) -> None:
        self._keys, self._get = keys, get

    def __getitem__(self, id: str) -> T:
        return self._get(self._keys[id])

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


@dataclass(frozen=True, eq=False)
class Looks:
    """The looks of a manifest's images, by id; a picture that was not scanned or cannot be read is missing.

    Args:
        small: id to (64, 64) uint8 grey; the aspect ratio is not kept.
        picture: id to (Y, X) uint8 grey, 128 at most, aspect kept.
        marks: id to name to value, of `marks.marks_of`.
        facts: id to `values` (digest of the values alone), `blank`, `drawn`, `height`, `width`.
    """

    small: Mapping[str, NDArray[np.uint8]]
    picture: Mapping[str, NDArray[np.uint8]]
    marks: Mapping[str, Mapping[str, float]]
    facts: Mapping[str, Mapping[str, Any]]

    def __len__(self) -> int:
        return len(self.small)


def look(manifest: Manifest, cache: Path | None = None, progress: Callable[[int, int], None] | None = None) -> Looks:
    """Return the looks of all images; only those are decoded that the cache does not hold.

    Args:
        manifest: scanned: `pixels_sha256` names a look in the cache. `scan` with the same cache has looked already.
        cache: folder that keeps looks (20 KB per picture, memory-mapped); None: in memory, for this call.
        progress: called with (done, total).
    """
    store = open_store(cache)
    rows = manifest.images.filter(pl.col("pixels_sha256").is_not_null()).select("id", "image", "pixels_sha256").rows()
    first = {digest: place for _, place, digest in reversed(rows)}
    todo = [(digest, place) for digest, place in first.items() if digest not in store]
    total, done = len(first), len(first) - len(todo)

    def some(batch: Sequence[tuple[str, str]]) -> int:
        from bogam.data.readers.read import read_picture
        for digest, place in batch:
            try:
                store.put(digest, take_look(read_picture(Locator.parse(place), manifest.root)))
            except FileProblem:  # gone since the scan, which names what cannot be read
                continue
        return len(batch)

    if progress and not todo:
        progress(total, total)
    with ThreadPoolExecutor(min(8, cores())) as pool:
        for number in pool.map(some, [todo[i:i + BATCH] for i in range(0, len(todo), BATCH)]):
            done += number
            if progress:
                progress(done, total)
    store.flush()
    keys = {name: digest for name, _, digest in rows}
    known = {name: key for name, key in keys.items() if key in store}
    return Looks(ById(known, store.small), ById(known, store.picture), ById(known, store.marks),
                 ById(known, store.facts))
