"""All files below a folder, listed once, and the order in which people read them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".jpe", ".tif", ".tiff", ".bmp", ".pgm", ".ppm", ".pnm", ".dcm",
                            ".dicom", ".ima", ".nii"})
JUNK_NAMES = frozenset({"thumbs.db", "desktop.ini", ".ds_store", "ehthumbs.db"})
JUNK_FOLDERS = frozenset({"__macosx", "$recycle.bin", "@eadir", "__pycache__"})
_DIGITS = re.compile(r"(\d+)")


def natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """Return a sort key by which "b (2)" comes before "b (10)".

    Example:
        >>> sorted(["b (10)", "b (2)"], key=natural)
        ['b (2)', 'b (10)']
    """
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in _DIGITS.split(name.lower()) if part)


@lru_cache(maxsize=1 << 18)
def suffix_of(name: str) -> str:
    """Return the lower-case suffix; ".nii.gz" counts as ".nii"; a number after a dot is no suffix.

    Example:
        >>> suffix_of("a/b.NII.gz"), suffix_of("1.2.840.113"), suffix_of("IM_0001")
        ('.nii', '', '')
    """
    lower = name.lower()
    if lower.endswith(".nii.gz"):
        return ".nii"
    suffix = PurePosixPath(lower).suffix
    return "" if suffix[1:].isdigit() else suffix


@lru_cache(maxsize=1 << 18)
def stem_of(name: str) -> str:
    """Return the file's name without folder and suffix.

    Example:
        >>> stem_of("a/benign (1).png"), stem_of("b/t1.nii.gz"), stem_of("IM_0001")
        ('benign (1)', 't1', 'IM_0001')
    """
    last = name.rpartition("/")[2]
    if last.lower().endswith(".nii.gz"):
        return last[:-7]
    suffix = suffix_of(last)
    return last[:len(last) - len(suffix)] if suffix else last


def is_picture(name: str, folder: Path) -> bool:
    """Say whether a file is taken for a picture: by its suffix, or by its content where it has none."""
    suffix = suffix_of(name)
    if suffix in IMAGE_SUFFIXES:
        return True
    if suffix or name.rpartition("/")[2].upper() in {"DICOMDIR", "LICENSE", "README", "MAKEFILE", "COPYING"}:
        return False
    from bogam.data.readers.read import sniff
    return sniff(folder / name) is not None


@dataclass(frozen=True)
class Tree:
    """The files below a folder.

    Args:
        folder: the folder that the user named.
        prefix: the part of each path that lies above this tree, "" or "name/".
        pictures: paths relative to the tree, natural order, "/" on every system.
        others: all other files that are no junk.
        junk: leavings of operating systems.
    """

    folder: Path
    prefix: str
    pictures: tuple[str, ...]
    others: tuple[str, ...]
    junk: tuple[str, ...]

    @classmethod
    def walk(cls, folder: Path) -> Tree:
        """List a folder; hidden folders are junk; links to folders are not followed."""
        pictures: list[str] = []
        others: list[str] = []
        junk: list[str] = []
        for here, folders, files in os.walk(folder):
            relative = Path(here).relative_to(folder).as_posix()
            start = "" if relative == "." else relative + "/"
            bad = [f for f in folders if f.lower() in JUNK_FOLDERS or f.startswith(".")]
            junk.extend(start + f + "/" for f in bad)
            folders[:] = [f for f in folders if f not in bad]
            for name in files:
                if name.lower() in JUNK_NAMES or name.startswith("."):
                    junk.append(start + name)
                elif is_picture(start + name, folder):
                    pictures.append(start + name)
                else:
                    others.append(start + name)
        return cls(folder, "", *(tuple(sorted(names, key=natural)) for names in (pictures, others, junk)))

    def below(self, name: str) -> Tree:
        """Return the tree of one sub-folder."""
        start = name.rstrip("/") + "/"

        def cut(names: Iterable[str]) -> tuple[str, ...]:
            return tuple(n[len(start):] for n in names if n.startswith(start))

        return Tree(self.folder, self.prefix + start, cut(self.pictures), cut(self.others), cut(self.junk))

    def folders(self) -> list[str]:
        """Return the names of the sub-folders that hold pictures or other files, natural order."""
        return sorted({n.split("/", 1)[0] for n in (*self.pictures, *self.others) if "/" in n}, key=natural)

    def here(self, suffixes: Iterable[str]) -> list[str]:
        """Return the other files that lie in the tree's own folder and have one of the suffixes."""
        wanted = set(suffixes)
        return [n for n in self.others if "/" not in n and suffix_of(n) in wanted]

    def path(self, name: str) -> Path:
        """Return where a file of the tree lies."""
        return self.folder / (self.prefix + name)
