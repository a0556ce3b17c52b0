"""Small text files that another process may read at any moment; no torch here."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any


def write_atomically(path: Path, text: str) -> None:
    """Write a text file so that a reader sees the old or the new one, never half of it."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write one JSON object per line, atomically."""
    write_atomically(path, "".join(json.dumps(row) + "\n" for row in rows))


def append_row(path: Path, row: dict[str, Any]) -> None:
    """Add one JSON object as a line to a file that is only ever added to, also by several processes at once."""
    line = (json.dumps(row, ensure_ascii=False) + "\n").encode()
    with path.open("ab", buffering=0) as file:
        if sys.platform == "win32":  # elsewhere one short write in append mode is whole
            import msvcrt
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            try:
                file.write(line)
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            file.write(line)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read one JSON object per line; an unfinished last line is left out."""
    if not path.is_file():
        return []
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return rows
