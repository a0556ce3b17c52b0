"""Keep the volume or array that was read last, so that its slices are not each a whole read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Generic, TypeVar

Value = TypeVar("Value")


def stamp(path: Path) -> tuple[str, int, int]:
    """Return what changes when a file changes: its path, time and size."""
    status = path.stat()
    return str(path), status.st_mtime_ns, status.st_size


class Recent(Generic[Value]):
    """The values that were made last, per thread, up to a number of bytes.

    Args:
        weigh: bytes of a value; a value heavier than the limit is returned but not kept.
        limit: bytes kept per thread.

    Example:
        >>> recent = Recent(len, limit=10)
        >>> recent.get("a", lambda: "abc"), recent.get("a", lambda: "never called")
        ('abc', 'abc')
    """

    def __init__(self, weigh: Callable[[Value], int], limit: int = 256 * 2**20) -> None:
        self.weigh = weigh
        self.limit = limit
        self._local = threading.local()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value kept under the key, or make and keep it."""
        kept: OrderedDict[Hashable, Value] = self._local.__dict__.setdefault("kept", OrderedDict())
        if key in kept:
            kept.move_to_end(key)
            return kept[key]
        value = make()
        if self.weigh(value) <= self.limit:
            kept[key] = value
            while sum(self.weigh(v) for v in kept.values()) > self.limit:
                kept.popitem(last=False)
        return value
