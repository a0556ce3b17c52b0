"""Who is on which side: the folds, or before a split the parts that the data set gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import polars as pl

from bogam.data.manifest import Manifest

Place = tuple[int, int]
P = TypeVar("P")


def sides_of(manifest: Manifest) -> pl.DataFrame:
    """Return one row per image and fold: the columns of `images`, with repeat, fold and part."""
    if manifest.folds.height:
        return manifest.folds.select("id", "repeat", "fold", "part").join(manifest.images.drop("part"), on="id")
    return manifest.images.filter(pl.col("part").is_not_null()).with_columns(repeat=pl.lit(0), fold=pl.lit(0))


def parts_of(manifest: Manifest) -> dict[str, dict[Place, str]]:
    """Return id to (repeat, fold) to part."""
    found: dict[str, dict[Place, str]] = {}
    for name, repeat, fold, part in sides_of(manifest).select("id", "repeat", "fold", "part").rows():
        found.setdefault(name, {})[repeat, fold] = part
    return found


def torn(pairs: Iterable[tuple[str, str, P]], parts: dict[str, dict[Place, str]]) -> tuple[list[tuple[str, str, P]],
                                                                                          list[tuple[str, str, P]]]:
    """Return of (id, id, anything) those that lie on two sides: first where one side tests, then the others."""
    tests, others = [], []
    for pair in pairs:
        one, other = parts.get(pair[0], {}), parts.get(pair[1], {})
        apart = [{one[place], other[place]} for place in one.keys() & other.keys() if one[place] != other[place]]
        if any("test" in both for both in apart):
            tests.append(pair)
        elif apart:
            others.append(pair)
    return tests, others
