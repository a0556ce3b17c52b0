"""What is known of an image without looking at what it shows: its size, its file, its marks, where it came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bogam.audit.family import Evidence
from bogam.core.types import FloatArray

MOST_VALUES = 20
"""Values of a word, such as a scanner's name, that are told apart; rarer ones count as one."""
BORDERS = ("border_top", "border_bottom", "border_left", "border_right")


@dataclass(frozen=True, eq=False)
class Trait:
    """Something that could betray the class.

    Args:
        name: in words.
        values: (n, k) numbers, nan where not known; a row per image.
        content: whether it may be the disease itself (how bright, how rich in detail), not only where it came from.
    """

    name: str
    values: FloatArray
    content: bool = False


def traits(evidence: Evidence, ids: Sequence[str]) -> list[Trait]:
    """Return every trait that differs among the images, in the order of `ids`."""
    rows = {row["id"]: row for row in evidence.manifest.images.iter_rows(named=True)}
    table = [rows[name] for name in ids]
    found = [Trait("picture size", _numbers(table, "rows", "columns")),
             Trait("channels", _numbers(table, "channels")), Trait("bit depth", _numbers(table, "bits"))]
    found += [Trait(words, _words([row[column] for row in table])) for column, words in (
        ("format", "file format"), ("site", "site"), ("scanner", "scanner"), ("view", "view"),
        ("laterality", "laterality"))]
    looks = evidence.looks
    if looks is not None:
        known = [looks.marks.get(name) for name in ids]
        for keys, words in ((("text",), "burnt-in text"), (("callipers",), "callipers"),
                            (("markers",), "corner markers"), (("overlay",), "colored overlay"),
                            (BORDERS, "uniform borders")):
            found.append(Trait(words, np.array([[np.nan if own is None else own.get(key, np.nan) for key in keys]
                                                for own in known])))
    found.append(Trait("mean grey level", _numbers(table, "mean_level"), content=True))
    pixels = np.prod(_numbers(table, "rows", "columns", "slices", "channels"), axis=1, keepdims=True)
    if _own_files(table):
        with np.errstate(divide="ignore", invalid="ignore"):
            found.append(Trait("compression (bytes per pixel)", _numbers(table, "bytes") / pixels, content=True))
    return [trait for trait in found if _differs(trait.values)]


def _own_files(table: Sequence[dict[str, object]]) -> bool:
    """Say whether each image is a file of its own, so that the file's size is the image's."""
    return not any("#" in str(row["image"]) for row in table)


def _numbers(table: Sequence[dict[str, object]], *columns: str) -> FloatArray:
    return np.array([[np.nan if row[c] is None else float(str(row[c])) for c in columns] for row in table], np.float64)


def _words(values: Sequence[str | None]) -> FloatArray:
    """Return one column per frequent value, 1 where an image has it; nan where nothing is known."""
    often = [value for value, _ in Counter(v for v in values if v is not None).most_common(MOST_VALUES)]
    return np.array([[np.nan if v is None else float(v == word) for word in often] for v in values],
                    np.float64).reshape(len(values), len(often))


def _differs(values: FloatArray) -> bool:
    if not values.size:
        return False
    known = ~np.isnan(values)
    return bool((known.any(axis=0) & ~known.all(axis=0)).any()
                or any(np.ptp(column[~np.isnan(column)]) > 0 for column in values.T if (~np.isnan(column)).any()))
