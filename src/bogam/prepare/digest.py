"""What a prepared case depends on, as one key: files, what is taken from them, steps, and the code that does it."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from bogam.data.locator import Locator

PREPARE_VERSION = 1
"""Raise it where a result changes for a reason that no file of `bogam.prepare` or `bogam.data` shows."""

SETTLED_NS = 2_000_000_000
"""A file younger than this is read again each time: a file system's clock may be too coarse to show a second change."""


@cache
def code_digest() -> str:
    """Return a digest of the code that reads and prepares, and of OpenCV's version."""
    import cv2

    import bogam
    root = Path(bogam.__file__).parent
    total = hashlib.sha256(f"{PREPARE_VERSION} {bogam.__version__} {cv2.__version__}".encode())
    files = [*(root / "prepare").glob("*.py"), *(root / "data" / "readers").glob("*.py"), root / "data" / "load.py"]
    for file in sorted(files):
        total.update(file.name.encode())
        if file.is_file():
            total.update(file.read_bytes())
    return total.hexdigest()


class FileDigests:
    """Digests of files' contents; a file is read again only where its size or one of its times changed."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, ...], str]] = {}
        self._lock = threading.Lock()

    def of(self, path: Path) -> str:
        """Return the sha256 of a file's content, or of all files below a folder with their names.

        Raises:
            OSError: it does not exist or cannot be read.
        """
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file())
            listing = [(p.relative_to(path).as_posix(), self.of(p)) for p in inside]
            return hashlib.sha256(json.dumps(listing).encode()).hexdigest()
        stat = path.stat()
        state = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
        with self._lock:
            known = self._known.get(path)
        if known is not None and known[0] == state:
            return known[1]
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if time.time_ns() - max(stat.st_mtime_ns, stat.st_ctime_ns) > SETTLED_NS:
            with self._lock:
                self._known[path] = (state, digest)
        return digest


def case_key(root: Path, image: Mapping[str, Any], objects: Sequence[Mapping[str, Any]], settings: str,
             files: FileDigests) -> str:
    """Return the cache key of one case, 32 hex digits.

    Args:
        root: folder to which locators are relative.
        image: the case's row of `images`: `image` and `pixels_sha256` count.
        objects: its rows of `objects`; all columns count, and the content of every file that they name.
        settings: what all cases share: steps, channels, mask labels.
        files: digests of contents.

    Raises:
        OSError: a file does not exist or cannot be read.
    """
    contents = [files.of(root / Locator.parse(str(text)).path)
                for text in (image["image"], *(row.get("locator") for row in objects)) if text is not None]
    plain = [settings, code_digest(), image["image"], image.get("pixels_sha256"), contents,
             [{k: v for k, v in row.items() if k != "id"} for row in objects]]
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:32]
