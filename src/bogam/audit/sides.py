"""Who lies in which part: of the folds, or before a split of the parts that the data set gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, NamedTuple, TypeVar

import polars as pl

from bogam.data.duplicates import LARGEST_COUNT, LARGEST_SHARE, Union
from bogam.data.manifest import Manifest
from bogam.data.same.evidence import Same

T = TypeVar("T")


def sides(manifest: Manifest) -> pl.DataFrame:
    """Return the images with their `repeat`, `fold` and `part`; a row for each fold."""
    if manifest.folds.height:
        return manifest.folds.select("id", "repeat", "fold", "part").join(manifest.images.drop("part"), on="id",
                                                                         how="inner", maintain_order="left")
    return manifest.images.filter(pl.col("part").is_not_null()).with_columns(repeat=pl.lit(0), fold=pl.lit(0))


def places(manifest: Manifest) -> dict[str, dict[tuple[int, int], str]]:
    """Return id to (repeat, fold) to part."""
    found: dict[str, dict[tuple[int, int], str]] = {}
    for name, repeat, fold, part in sides(manifest).select("id", "repeat", "fold", "part").rows():
        found.setdefault(name, {})[repeat, fold] = part
    return found


class Torn(NamedTuple, Generic[T]):
    """Pairs that lie on two sides of a fold.

    Args:
        tests: those with one in the test part.
        others: those in training and validation only.
    """

    tests: list[T]
    others: list[T]


def torn(pairs: Iterable[tuple[str, str, T]], where: dict[str, dict[tuple[int, int], str]]) -> Torn[T]:
    """Sort out the pairs (id, id, anything) that lie on two sides of some fold."""
    found: Torn[T] = Torn([], [])
    for one, other, kept in pairs:
        parts = [{part, where[other][fold]} for fold, part in where.get(one, {}).items()
                 if fold in where.get(other, {}) and where[other][fold] != part]
        if any("test" in two for two in parts):
            found.tests.append(kept)
        elif parts:
            found.others.append(kept)
    return found


def unfit(same: Same, total: int) -> set[str]:
    """Return the ids that hang together by copies in a group of more than 5 % of the set (and more than 10).

    So many are no copies: then the thresholds do not fit the set, and nobody is stopped by them.
    """
    ids = {name for pair in same.copies for name in (pair.first, pair.other)}
    union = Union(sorted(ids))
    for pair in same.copies:
        union.join(pair.first, pair.other)
    large = {root for root, size in union.sizes().items() if size > max(LARGEST_COUNT, LARGEST_SHARE * total)}
    return {name for name in ids if union.find(name) in large}
