"""Where one image lies: a path, and what to take from the file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Locator:
    """A path relative to the data root (or absolute), and keys such as frame, z, array and row.

    Keys: `frame` (multi-frame DICOM, multi-page TIFF), `z`, `y` or `x` (slice of a volume along that axis),
    `array` and `row` (a row of an array in an .npz), `series` (a DICOM series in a folder, by its pseudonym).

    Example:
        >>> str(Locator.parse("p.npz#array=train_images&row=3"))
        'p.npz#array=train_images&row=3'
        >>> Locator.parse("a/b.png").path
        'a/b.png'
    """

    path: str
    keys: tuple[tuple[str, str], ...] = field(default=())

    @classmethod
    def parse(cls, text: str) -> Locator:
        """Read ``path`` or ``path#key=value&key=value``.

        A '#' in a file's own name is written '%23'; a name that holds '%23' or '%25' itself has its '%' written '%25'.
        """
        path, _, tail = text.partition("#")
        keys = tuple(tuple(part.split("=", 1)) for part in tail.split("&") if "=" in part)
        return cls(re.sub("%2[35]", lambda m: "#" if m[0] == "%23" else "%", path), keys)  # type: ignore[arg-type]

    def __str__(self) -> str:
        path = re.sub("%(?=2[35])", "%25", PurePosixPath(self.path).as_posix()).replace("#", "%23")
        return path + ("#" + "&".join(f"{k}={v}" for k, v in self.keys) if self.keys else "")

    def get(self, key: str) -> str | None:
        """Return the value of a key, or None."""
        return dict(self.keys).get(key)

    def number(self, key: str) -> int | None:
        """Return the value of a key as an integer, or None."""
        value = self.get(key)
        return None if value is None else int(value)

    def at(self, **keys: str | int) -> Locator:
        """Return the locator with keys added or replaced."""
        merged = dict(self.keys) | {k: str(v) for k, v in keys.items()}
        return Locator(self.path, tuple(merged.items()))
