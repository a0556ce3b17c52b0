"""Divide whole groups at random, again and again, into parts as large as those of the split under test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]
TESTED = 6
"""How often each picture is tested over all deals, on average."""


def deal(groups: Indices, strata: Indices, shares: Sequence[float], rng: np.random.Generator) -> Indices:
    """Return the part of each picture; a group never lies on two sides.

    Within each stratum groups stand in random order and are cut where the counts of their pictures reach the shares,
    so that every part has about its share of the pictures of each stratum.

    Args:
        groups: (n,) group of each picture, 0 to G - 1.
        strata: (n,) class of each picture; a group's is that of most of its pictures.
        shares: of the parts; add to 1.
        rng: decides the order.

    Example:
        >>> parts = deal(np.array([0, 0, 1, 1]), np.zeros(4, int), [0.5, 0.5], np.random.default_rng(0))
        >>> sorted(parts.tolist()), parts[0] == parts[1]
        ([0, 0, 1, 1], np.True_)
    """
    sizes = np.bincount(groups)
    of = majority(groups, strata)
    order = rng.permutation(len(sizes))
    order = order[np.argsort(of[order], kind="stable")]
    ends = np.cumsum(shares)
    ends[-1] = 1.0
    part = np.zeros(len(sizes), np.intp)
    for stratum in np.unique(of):
        members = order[of[order] == stratum]
        middle = (np.cumsum(sizes[members]) - sizes[members] / 2) / sizes[members].sum()
        part[members] = np.searchsorted(ends, middle, side="left")
    return part[groups]


def majority(groups: Indices, labels: Indices) -> Indices:
    """Return the label of most pictures of each group; of several the lowest.

    Args:
        groups: (n,) group of each picture, 0 to G - 1, each with a picture.
        labels: (n,) 0 to C - 1.

    Example:
        >>> majority(np.array([0, 0, 1]), np.array([1, 0, 1])).tolist()
        [0, 1]
    """
    counts = np.zeros((int(groups.max()) + 1, int(labels.max()) + 1), np.int64)
    np.add.at(counts, (groups, labels), 1)
    return np.asarray(counts.argmax(axis=1))


def deals(groups: Indices, strata: Indices, test: float, train: float,
          rng: np.random.Generator) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Yield (tested, training), (n,) each, so often that each picture is tested about `TESTED` times.

    Args:
        groups, strata: as in `deal`.
        test, train: shares of the pictures; what is left takes no part.
        rng: decides the order.
    """
    for _ in range(max(12, round(TESTED / test))):
        part = deal(groups, strata, [test, train, max(0.0, 1 - test - train)], rng)
        yield part == 0, part == 1
