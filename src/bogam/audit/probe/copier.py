"""The copier: it answers with the answer of the training picture that looks most alike."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bogam.audit.probe.deal import Indices
from bogam.evaluate.baselines import Floats, most_alike

MOST_GROUPS = 32
"""Other groups whose nearest picture is kept for each picture; that none of them trains is rare, and looked up."""
_ROWS = 256


def nearest(pictures: Floats, asked: Indices, training: NDArray[np.bool_]) -> Indices:
    """Return for each asked picture the training picture that correlates best.

    Args:
        pictures: (n, d), each of mean 0 and length 1.
        asked: (m,) places.
        training: (n,) who may be copied; one picture or more.

    Returns:
        (m,) places.
    """
    known = np.flatnonzero(training)
    return known[most_alike(pictures[known], pictures[asked])]


def ranked(pictures: Floats, asked: Indices, training: NDArray[np.bool_], most: int) -> Indices:
    """Return for each asked picture the `most` training pictures that correlate best, the best first.

    Args:
        pictures: (n, d), each of mean 0 and length 1.
        asked: (m,) places.
        training: (n,) who may be copied; more than `most` pictures.
        most: how many.

    Returns:
        (m, most) places.
    """
    known = np.flatnonzero(training)
    found = np.zeros((len(asked), most), np.intp)
    for begin in range(0, len(asked), _ROWS):
        alike = pictures[asked[begin:begin + _ROWS]] @ pictures[known].T
        top = np.argpartition(-alike, most - 1, axis=1)[:, :most]
        order = np.argsort(-np.take_along_axis(alike, top, axis=1), axis=1, kind="stable")
        found[begin:begin + _ROWS] = known[np.take_along_axis(top, order, axis=1)]
    return found


def nearest_elsewhere(pictures: Floats, groups: Indices, asked: Indices, training: NDArray[np.bool_]) -> Indices:
    """Return for each asked picture the most alike training picture of another group; -1 where there is none.

    Args:
        pictures: (n, d), each of mean 0 and length 1.
        groups: (n,).
        asked: (m,) places.
        training: (n,) who may be copied.
    """
    known = np.flatnonzero(training)
    found = np.full(len(asked), -1, np.intp)
    for begin in range(0, len(asked), _ROWS):
        rows = asked[begin:begin + _ROWS]
        alike = pictures[rows] @ pictures[known].T
        alike[groups[rows][:, None] == groups[known][None]] = -np.inf
        best = alike.argmax(axis=1)
        there = np.isfinite(alike[np.arange(len(rows)), best])
        found[begin:begin + _ROWS][there] = known[best[there]]
    return found


def nearest_of_other_groups(pictures: Floats, groups: Indices, asked: Indices,
                            tell: Callable[[int, int], None] | None = None) -> Indices:
    """Return, for each asked picture, the nearest picture of each of the nearest other groups, best first.

    One pass over all pairs then serves any number of divisions of whole groups: a group trains as a whole, and its
    nearest picture with it.

    Args:
        pictures: (n, d), each of mean 0 and length 1.
        groups: (n,) 0 to G - 1, two groups or more.
        asked: (m,) places.
        tell: progress, (done, total).

    Returns:
        (m, min(G - 1, `MOST_GROUPS`)) places.

    Notes:
        Time n times m times d; memory some hundred rows of n.
    """
    order = np.argsort(groups, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(groups))])
    most = min(len(starts) - 2, MOST_GROUPS)
    arranged = pictures[order]
    found = np.zeros((len(asked), most), np.intp)
    for begin in range(0, len(asked), _ROWS):
        rows = asked[begin:begin + _ROWS]
        alike = pictures[rows] @ arranged.T
        best = np.maximum.reduceat(alike, starts[:-1], axis=1)
        best[np.arange(len(rows)), groups[rows]] = -np.inf
        top = np.argpartition(-best, most - 1, axis=1)[:, :most]
        top = np.take_along_axis(top, np.argsort(-np.take_along_axis(best, top, axis=1), axis=1, kind="stable"), axis=1)
        for k, chosen in enumerate(top):
            for place, group in enumerate(chosen):
                first = starts[group]
                found[begin + k, place] = order[first + alike[k, first:starts[group + 1]].argmax()]
        if tell:
            tell(min(begin + _ROWS, len(asked)), len(asked))
    return found


def nearest_training(pictures: Floats, others: Indices, asked: Indices, chosen: Indices,
                     training: NDArray[np.bool_]) -> Indices:
    """Return for some asked pictures the most alike training picture, where no group of theirs trains.

    Args:
        pictures: (n, d).
        others: of `nearest_of_other_groups` for `asked`.
        asked: (m,) places.
        chosen: (k,) which of the asked.
        training: (n,) who may be copied; whole groups, none of a chosen picture's.

    Returns:
        (k,) places.
    """
    trains = training[others[chosen]]
    first = trains.argmax(axis=1)
    found = np.asarray(others[chosen, first])
    lost = np.flatnonzero(~trains[np.arange(len(chosen)), first])
    if len(lost):
        found[lost] = nearest(pictures, asked[chosen[lost]], training)
    return found
