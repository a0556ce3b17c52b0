"""The copies in a set of images: identical pixels, and one picture transformed, each pair verified by alignment."""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from bogam.data.looks import Looks
from bogam.data.manifest import Manifest
from bogam.data.same.describe import describe

VERSION = 1
"""Raise it when another verdict may come of the same pictures."""


@dataclass(frozen=True)
class Copied:
    """Two images that show one picture.

    Args:
        one, other: ids, in the order of the manifest.
        kind: "identical": the same values; "transformed": re-encoded, resized, re-windowed, flipped, turned, cropped,
            filtered or distorted.
        how: what lies between them, in words.
        agreement: 0 to 1, of the finest detail that settles it; 1 for identical ones.
        made: what was done is what augmentation does (odd angles, distortion, blur, noise), not what storing does.
    """

    one: str
    other: str
    kind: Literal["identical", "transformed"]
    how: str
    agreement: float
    made: bool = False


def copies(manifest: Manifest, looks: Looks, cache: Path | None = None,
           progress: Callable[[int, int], None] | None = None) -> tuple[Copied, ...]:
    """Return every pair of images that show one picture.

    Args:
        manifest: scanned.
        looks: of its images.
        cache: folder that keeps the result, under a digest of the pictures; None keeps nothing.
        progress: called with (done, total).
    """
    images = manifest.images.filter(pl.col("id").is_in(set(looks.small)))
    rows = images.select("id", "image", "pixels_sha256").rows()
    values = {name: str(looks.facts[name]["values"]) for name, _, _ in rows}
    whole = hashlib.sha256(json.dumps([VERSION, sorted((i, values[i], place.partition("#")[0]) for i, place, _ in rows)])
                           .encode()).hexdigest()[:16]
    kept = cache / f"copies-{whole}.json" if cache else None
    if kept and kept.is_file():
        return tuple(Copied(**row) for row in json.loads(kept.read_text(encoding="utf-8")))
    found = (*_identical(values), *_transformed(rows, values, looks, progress))
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps([asdict(pair) for pair in found]), encoding="utf-8")
        part.replace(kept)
    return found


def _identical(values: Mapping[str, str]) -> list[Copied]:
    """Return the pairs with equal values; of many equal pictures each is paired with the first."""
    of: dict[str, list[str]] = defaultdict(list)
    for name, digest in values.items():
        of[digest].append(name)
    return [Copied(same[0], other, "identical", "the same pixels", 1.0) for same in of.values() for other in same[1:]]


def _transformed(rows: list[tuple[str, str, str]], values: Mapping[str, str], looks: Looks,
                 progress: Callable[[int, int], None] | None) -> list[Copied]:
    """Return the verified pairs among pictures of different values; of identical ones the first stands for all."""
    from bogam.data.same.find import find_copies
    first: dict[str, tuple[str, str]] = {}
    for name, place, _ in rows:
        if not looks.facts[name]["blank"]:
            first.setdefault(values[name], (name, place))
    ids = [name for name, _ in first.values()]
    files = [place.partition("#")[0] if "#" in place else "" for _, place in first.values()]
    found = find_copies(len(ids), lambda k: looks.picture[ids[k]], lambda k: looks.small[ids[k]], files, progress)
    pairs = []
    for copy in found:
        one, other = ids[copy.first], ids[copy.other]
        words, made = describe(copy, _shape(looks, one), _shape(looks, other))
        one, other = (one, other) if copy.first < copy.other else (other, one)
        pairs.append(Copied(one, other, "transformed", ", ".join(words), round(copy.agreement, 4), made))
    return pairs


def _shape(looks: Looks, name: str) -> tuple[int, int]:
    height, width = looks.picture[name].shape
    return height, width
