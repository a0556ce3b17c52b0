"""Arrays on disk under a key: written once, read memory-mapped, safe with many writers and readers at once.

Each writer appends to a shard of its own, ``<name>.bin`` (arrays, 64-byte aligned) with ``<name>.jsonl`` (one line
per entry, written after its arrays). Nothing is ever changed or moved. A line that was cut off by a kill is ignored.
"""

from __future__ import annotations

import errno
import json
import math
import mmap
import os
import threading
import uuid
import weakref
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from bogam.core.errors import UserError, say
from bogam.core.types import Array
from bogam.prepare.digest import FileDigests

ALIGN = 64
KEY_DIGITS = 32
_HEAD = b'{"key": "'
_AFTER_KEY = len(_HEAD) + KEY_DIGITS


def _close(*files: BinaryIO) -> None:
    for file in files:
        file.close()


class Cache:
    """A folder of prepared arrays. It holds only what can be computed again: deleting the folder loses nothing.

    Args:
        folder: made where it does not exist.
        disk_gb: the most that all shards together may take on disk, in 10**9 bytes; writing stops before it.

    Notes:
        Reading costs no memory of its own: pages of the shards belong to the operating system, which drops them
        where memory is short. Two writers that add the same key at once both keep it; either is read.
    """

    def __init__(self, folder: Path, disk_gb: float = 20.0) -> None:
        self.folder = Path(folder)
        self.disk_gb = disk_gb
        self.files = FileDigests()
        if self.folder.exists() and not self.folder.is_dir():
            raise UserError(say(f"cache {self.folder}", "a file", "a folder"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._index: dict[str, tuple[str, bytes]] = {}
        self._read_up_to: dict[str, int] = {}
        self._maps: dict[str, mmap.mmap] = {}
        self._checked: set[str] = set()
        self._writer: tuple[int, str, BinaryIO, BinaryIO] | None = None
        self.refresh()

    def __enter__(self) -> Cache:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._index)

    def close(self) -> None:
        """Close this writer's shard and let go of the maps; arrays already handed out stay valid."""
        with self._lock:
            if self._writer is not None:
                _close(*self._writer[2:])
            self._writer = None
            self._maps.clear()

    def refresh(self) -> None:
        """Read what other writers have added to their indexes since the last time."""
        with self._lock:
            for path in sorted(self.folder.glob("*.jsonl")):
                start = self._read_up_to.get(path.stem, 0)
                try:
                    if path.stat().st_size <= start:
                        continue
                    with path.open("rb") as file:
                        file.seek(start)
                        text = file.read()
                except FileNotFoundError:
                    continue
                whole = text[:text.rfind(b"\n") + 1]
                self._read_up_to[path.stem] = start + len(whole)
                for line in whole.splitlines():
                    if line.startswith(_HEAD) and line.endswith(b"}"):
                        self._index.setdefault(line[len(_HEAD):_AFTER_KEY].decode(), (path.stem, line))

    def has(self, key: str) -> bool:
        """Tell whether a key is there; other writers' additions are seen after `refresh`."""
        return key in self._index

    def used(self) -> int:
        """Return the bytes that all shards take on disk."""
        total = 0
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.name.endswith((".bin", ".jsonl")):
                    total += entry.stat().st_size
        return total

    def room(self) -> int:
        """Return the bytes that may still be written within the budget."""
        return int(self.disk_gb * 1e9) - self.used()

    def over_budget(self, needed: int) -> UserError:
        """Return the error that says what to do where `needed` more bytes do not fit."""
        return UserError(say(
            f"cache {self.folder}", f"{needed / 1e9:.3g} GB more to write beside {self.used() / 1e9:.3g} GB",
            f"at most {self.disk_gb:g} GB on disk", "Raise the cache's disk budget (disk_gb), make the prepared "
            "pictures smaller, or delete the folder: it holds only what can be computed again."))

    def put(self, key: str, arrays: Mapping[str, Array], meta: Mapping[str, Any]) -> int:
        """Add an entry and return the bytes of its arrays, with padding; a key that is there stays as it is.

        Args:
            key: 32 hex digits that change with everything the entry depends on.
            arrays: by name; any shape and type.
            meta: plain JSON values.

        Raises:
            UserError: the disk budget or the disk is full.
        """
        if len(key) != KEY_DIGITS or not key.isalnum():
            raise ValueError(f"cache key: got {key!r}, expected {KEY_DIGITS} hex digits.")
        with self._lock:
            if self.has(key):
                return 0
            needed = sum(-(-array.nbytes // ALIGN) * ALIGN for array in arrays.values())
            if needed > self.room():
                raise self.over_budget(needed)
            try:
                name, data, index = self._shard()
                data.seek(0, os.SEEK_END)
                start, check, layout = data.tell(), 0, {}
                start += data.write(bytes(-start % ALIGN))
                place = start
                for label, array in arrays.items():
                    solid = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
                    padding = bytes(-solid.nbytes % ALIGN)
                    layout[label] = [array.dtype.str, list(array.shape), place]
                    data.write(solid.data)
                    data.write(padding)
                    check = zlib.crc32(padding, zlib.crc32(solid.data, check))
                    place += solid.nbytes + len(padding)
                data.flush()
                line = json.dumps({"key": key, "start": start, "end": place, "crc32": check, "arrays": layout,
                                   "meta": meta}).encode()
                index.write(line + b"\n")
                index.flush()
            except OSError as error:
                if error.errno == errno.ENOSPC:
                    raise UserError(say(f"cache {self.folder}", "a full disk", f"{needed / 1e6:.3g} MB more",
                                        "Free some, or choose another folder.")) from error
                raise
            self._index[key] = (name, line)
            return needed

    def get(self, key: str) -> tuple[dict[str, Array], dict[str, Any]]:
        """Return an entry's arrays as read-only views of the mapped shard, and its meta.

        An entry's checksum is compared when this process first reads it.

        Raises:
            KeyError: no such entry.
            UserError: the shard is damaged or was deleted.
        """
        name, line = self._index[key]
        entry = json.loads(line)
        mapped = self._map(name, entry["end"])
        if key not in self._checked:
            if zlib.crc32(memoryview(mapped)[entry["start"]:entry["end"]]) != entry["crc32"]:
                raise self._damaged(name)
            self._checked.add(key)
        arrays = {}
        for label, (dtype, shape, place) in entry["arrays"].items():
            count = math.prod(shape)
            flat = np.frombuffer(mapped, dtype, count, place) if count else np.frombuffer(b"", dtype)
            arrays[label] = flat.reshape(shape)
        return arrays, entry["meta"]

    def _damaged(self, name: str) -> UserError:
        return UserError(say(f"cache {self.folder / name}.bin", "a damaged or missing file", "what was written to it",
                             "Delete the cache folder and run again: it holds only what can be computed again."))

    def _map(self, name: str, end: int) -> mmap.mmap:
        found = self._maps.get(name)
        if found is not None and len(found) >= end:
            return found
        with self._lock:
            try:
                with (self.folder / f"{name}.bin").open("rb") as file:
                    found = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except (FileNotFoundError, ValueError):
                raise self._damaged(name) from None
            if len(found) < end:
                raise self._damaged(name)
            self._maps[name] = found
            return found

    def _shard(self) -> tuple[str, BinaryIO, BinaryIO]:
        """Return this process's own shard; a process that was forked off opens another."""
        if self._writer is None or self._writer[0] != os.getpid():
            name = f"shard-{uuid.uuid4().hex[:16]}"
            data, index = ((self.folder / f"{name}.{end}").open("ab") for end in ("bin", "jsonl"))
            self._writer = (os.getpid(), name, data, index)
            weakref.finalize(self, _close, data, index)
        return self._writer[1:]
