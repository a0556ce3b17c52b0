"""Small pictures and facts under the digest of the pixels: appended in shards, read memory-mapped.

A shard is three files, ``looks-<version>-<name>.small.npy``, ``.picture.npy`` and ``.parquet``; the last is written
last, so that what a kill cut off is not seen. Nothing is ever changed: two writers at once do no harm.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

SMALL = 64
"""Side of the small picture, in pixels; the aspect ratio is not kept."""
PICTURE = 128
"""Longest side of the larger picture, in pixels; the aspect ratio is kept, and nothing is enlarged."""
SHARD = 4096
"""Pictures in one shard; 84 MB."""


@dataclass(frozen=True, eq=False)
class Look:
    """What is kept of one picture.

    Args:
        small: (64, 64) uint8 grey.
        picture: (Y, X) uint8 grey, 128 at most.
        facts: plain numbers and words.
        marks: of `marks.marks_of`.
    """

    small: NDArray[np.uint8]
    picture: NDArray[np.uint8]
    facts: Mapping[str, Any]
    marks: Mapping[str, float]


@dataclass
class _Shard:
    small: Any
    picture: Any
    rows: list[dict[str, str]]


@dataclass
class LookStore:
    """Looks by key. `folder` None keeps them in memory (20 KB each).

    Args:
        folder: made where it does not exist.
        version: looks of another version are not seen.
    """

    folder: Path | None
    version: str
    _shards: list[_Shard] = field(default_factory=list, init=False)
    _places: dict[str, tuple[int, int]] = field(default_factory=dict, init=False)
    _waiting: dict[str, Look] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(self.folder.glob(f"looks-{self.version}-*.parquet")):
            try:
                rows = pl.read_parquet(path).select("key", "facts", "marks").to_dicts()
                arrays = [np.load(path.with_suffix(f".{name}.npy"), mmap_mode="r") for name in ("small", "picture")]
            except (pl.exceptions.PolarsError, OSError, ValueError):
                continue  # damaged or half deleted: what it held is looked at again
            if all(len(array) == len(rows) for array in arrays):
                self._add(_Shard(arrays[0], arrays[1], rows))

    def __contains__(self, key: str) -> bool:
        return key in self._places or key in self._waiting

    def __len__(self) -> int:
        return len(self._places) + len(self._waiting)

    def _add(self, shard: _Shard) -> None:
        for place, row in enumerate(shard.rows):
            self._places.setdefault(row["key"], (len(self._shards), place))
        self._shards.append(shard)

    def put(self, key: str, look: Look) -> None:
        """Keep a look; on disk after `flush`, or when a shard is full. Any thread may call it."""
        with self._lock:
            if key not in self:
                self._waiting[key] = look
            if len(self._waiting) >= SHARD:
                self._write()

    def flush(self) -> None:
        """Write what waits."""
        with self._lock:
            if self._waiting:
                self._write()

    def _write(self) -> None:
        looks = list(self._waiting.values())
        small = np.stack([look.small for look in looks])
        picture = np.zeros((len(looks), PICTURE, PICTURE), np.uint8)
        rows = []
        for k, (key, look) in enumerate(self._waiting.items()):
            height, width = look.picture.shape
            picture[k, :height, :width] = look.picture
            rows.append({"key": key, "facts": json.dumps({**look.facts, "height": height, "width": width}),
                         "marks": json.dumps(dict(look.marks))})
        if self.folder is not None:
            path = self.folder / f"looks-{self.version}-{uuid.uuid4().hex[:16]}.parquet"
            held = []
            for name, array in (("small", small), ("picture", picture)):
                np.save(path.with_suffix(f".{name}.npy"), array)
                held.append(np.load(path.with_suffix(f".{name}.npy"), mmap_mode="r"))
            part = path.with_suffix(".part")
            pl.DataFrame(rows).write_parquet(part)
            part.replace(path)
            small, picture = held
        self._add(_Shard(small, picture, rows))
        self._waiting.clear()

    def _row(self, key: str) -> tuple[_Shard, int]:
        shard, place = self._places[key]
        return self._shards[shard], place

    def small(self, key: str) -> NDArray[np.uint8]:
        """Return (64, 64) uint8, read-only where it is mapped. Raises KeyError."""
        shard, place = self._row(key)
        return np.asarray(shard.small[place])

    def picture(self, key: str) -> NDArray[np.uint8]:
        """Return (Y, X) uint8, 128 at most. Raises KeyError."""
        shard, place = self._row(key)
        facts = json.loads(shard.rows[place]["facts"])
        return np.asarray(shard.picture[place, :facts["height"], :facts["width"]])

    def facts(self, key: str) -> dict[str, Any]:
        """Return the facts. Raises KeyError."""
        shard, place = self._row(key)
        return dict(json.loads(shard.rows[place]["facts"]))

    def marks(self, key: str) -> dict[str, float]:
        """Return the marks. Raises KeyError."""
        shard, place = self._row(key)
        return dict(json.loads(shard.rows[place]["marks"]))
