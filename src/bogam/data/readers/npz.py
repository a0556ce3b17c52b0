"""NumPy archives (.npz) as MedMNIST writes them: one row of one array is one picture."""

from __future__ import annotations

import threading
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from bogam.core.errors import FileProblem
from bogam.core.types import Array, Picture
from bogam.data.readers.planes import fill_missing, full_levels, keep_depth
from bogam.data.readers.recent import Recent, stamp

_CHUNK = 2**24
_RANGES: Recent[tuple[float, float]] = Recent(lambda _: 16)
_LOCAL = threading.local()


@dataclass(frozen=True)
class ArrayHead:
    """Shape and type of one array of an archive, read without its values."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool


def list_arrays(path: Path) -> dict[str, ArrayHead]:
    """Return the arrays of an archive by name, without reading their values.

    Raises:
        FileProblem: truncated, damaged, or no archive of arrays.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            heads = {}
            for member in archive.namelist():
                if member.endswith(".npy"):
                    with archive.open(member) as stream:
                        heads[member[:-4]] = _head(stream)
            return heads
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError) as error:
        raise FileProblem(str(path), "is a truncated or damaged .npz file") from error


def _head(stream: IO[bytes]) -> ArrayHead:
    version = npy.read_magic(stream)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = read(stream)
    return ArrayHead(shape, dtype, fortran)


def read_array(path: Path, name: str) -> Array:
    """Read a whole array, such as the labels. Raises FileProblem where it is missing, damaged or holds objects."""
    _find(path, name)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return np.asarray(archive[name])
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError) as error:
        raise FileProblem(str(path), f"is damaged: array {name} cannot be read") from error


def _find(path: Path, name: str) -> ArrayHead:
    heads = list_arrays(path)
    if name not in heads:
        raise FileProblem(str(path), f"has no array {name}, but {', '.join(sorted(heads)) or 'none at all'}")
    if heads[name].dtype.hasobject:
        raise FileProblem(str(path), f"array {name} holds Python objects, which are not read: save it as numbers")
    return heads[name]


class _Open:
    """One array, open at its values; rows are read in order without unpacking what went before again."""

    def __init__(self, path: Path, name: str) -> None:
        self.head = _find(path, name)
        if self.head.fortran and len(self.head.shape) > 1:
            raise FileProblem(str(path), f"array {name} is stored in Fortran order: save it in C order")
        self.archive = zipfile.ZipFile(path)
        self.stream = self.archive.open(name + ".npy")
        _head(self.stream)
        self.start = self.stream.tell()
        self.bytes = self.head.dtype.itemsize * int(np.prod(self.head.shape[1:], dtype=np.int64))

    def rows(self, row: int, count: int) -> Array:
        self.stream.seek(self.start + row * self.bytes)
        blob = self.stream.read(count * self.bytes)
        if len(blob) < count * self.bytes:
            raise EOFError
        return np.frombuffer(blob, self.head.dtype).reshape(count, *self.head.shape[1:])

    def close(self) -> None:
        self.stream.close()
        self.archive.close()


def _opened(path: Path, name: str) -> _Open:
    """Return this thread's open array; one is kept open per thread."""
    key = (*stamp(path), name)
    kept: tuple[Any, _Open] | None = getattr(_LOCAL, "kept", None)
    if kept is not None and kept[0] == key:
        return kept[1]
    close_npz()
    _LOCAL.kept = (key, _Open(path, name))
    return _LOCAL.kept[1]  # type: ignore[no-any-return]


def close_npz() -> None:
    """Close the archive that this thread keeps open (Windows cannot delete an open file)."""
    kept: tuple[Any, _Open] | None = getattr(_LOCAL, "kept", None)
    if kept is not None:
        kept[1].close()
        _LOCAL.kept = None


def read_npz(path: Path, name: str | None, row: int | None) -> Picture:
    """Read one row of one array.

    Rows of shape (Y, X) or (Y, X, 3) are pictures, (Z, Y, X) and (Z, Y, X, 3) volumes; a last axis of 1 is a grey
    channel. Reading rows in order costs one pass through the archive, whatever its size.

    Args:
        path: the archive.
        name: array, such as "train_images".
        row: row of the array, counted from 0.

    Returns:
        Picture with (C, Y, X) or (C, Z, Y, X); levels by depth, for floats the smallest and largest of the array.

    Raises:
        FileProblem: truncated, damaged, no such array or row, or rows that are no pictures.
    """
    file = str(path)
    if name is None or row is None:
        names = ", ".join(sorted(list_arrays(path))) or "none"
        raise FileProblem(file, f"holds arrays ({names}): name a picture with the locator keys array= and row=")
    try:
        source = _opened(path, name)
        shape = source.head.shape
        if len(shape) < 3 or min(shape) < 1:
            raise FileProblem(file, f"array {name} is of shape {shape}, expected rows of pictures, such as (N, 28, 28)")
        if not 0 <= row < shape[0]:
            raise FileProblem(file, f"array {name} has {shape[0]} rows, the locator asks for row {row}")
        values = source.rows(row, 1)[0]
        image, notes = keep_depth(_first(values, file, name))
        levels, told = _levels(image, source, (*stamp(path), name))
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError) as error:
        close_npz()
        raise FileProblem(file, f"is damaged: array {name} cannot be read") from error
    except TypeError as error:
        raise FileProblem(file, f"array {name} holds no real numbers") from error
    image, gaps = fill_missing(image)
    return Picture(np.array(image), levels, bits=1 if values.dtype == np.bool_ else 8 * values.dtype.itemsize,
                   format="npz", notes=notes + gaps + told)


def _first(values: Array, file: str, name: str) -> Array:
    """Bring the channel axis, where there is one, to the front."""
    if values.ndim > 2 and values.shape[-1] in (1, 3):
        return np.ascontiguousarray(np.moveaxis(values, -1, 0))
    if values.ndim in (2, 3):
        return values[None]
    raise FileProblem(file, f"array {name} has rows of the shape {values.shape}, expected (Y, X), (Y, X, 3), (Z, Y, X) "
                            "or (Z, Y, X, 3)")


def _levels(image: Array, source: _Open, key: tuple[Any, ...]) -> tuple[tuple[float, float], tuple[str, ...]]:
    stored = source.head.dtype
    if stored.kind == "b":
        return (0.0, 1.0), ()
    if stored.kind == "u" and stored.itemsize <= 2:
        return full_levels(image)[0], ()
    return _RANGES.get(key, lambda: _range(source)), ("levels are the smallest and largest value of the array",)


def _range(source: _Open) -> tuple[float, float]:
    ends = [(float(part.min()), float(part.max())) for part in _finite_parts(source)]
    low, high = min((e[0] for e in ends), default=0.0), max((e[1] for e in ends), default=1.0)
    return low, high if high > low else low + 1.0


def _finite_parts(source: _Open) -> Iterator[Array]:
    total = source.head.shape[0]
    step = max(1, _CHUNK // max(1, source.bytes))
    for row in range(0, total, step):
        part = source.rows(row, min(step, total - row))
        part = part[np.isfinite(part)]
        if part.size:
            yield part
