"""The copy probe: what a copier gains on a split over what it reaches where no group is divided."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bogam.audit.probe.copier import nearest_elsewhere, nearest_of_other_groups, nearest_training, ranked
from bogam.audit.probe.deal import Indices, deals
from bogam.audit.probe.paired import grouped_interval
from bogam.audit.probe.result import ProbeRow
from bogam.audit.probe.subject import Subject
from bogam.core.seeds import generator
from bogam.core.types import FloatArray

MARGIN = 0.05
"""A gain of up to so much (5 points) raises no suspicion: pictures of two persons that merely look alike give some."""


PASSED = 10
"""Training pictures that look most alike and are passed over; a fivefold expansion puts at most four copies there."""
TAKEN = 5
"""Those after them, whose mean score says what a picture gives that merely looks alike."""
CLIFF = 0.20
"""On honest splits the score falls by up to 16 points from the most alike picture to those (phantoms of 200 images); a
fall whose interval lies above this says that the most alike ones are copies, whatever the groups."""
ENOUGH = (100, 2 * (PASSED + TAKEN))
"""Training pictures needed for that: in all, and of each class, where classes are copied; of a rarer class the tenth
most alike picture may be another for want of its own."""


class Copies:
    """Whom the copier copies on the split: one entry per tested picture and fold.

    Args:
        what: the pictures and the split.
        tell: progress, (done, total).
    """

    def __init__(self, what: Subject, tell: Callable[[int, int], None] | None = None) -> None:
        asked, copied, withheld, later = [], [], [], []
        ranks = PASSED + TAKEN if _enough(what) else 1
        for tested, training in what.sides:
            here = np.flatnonzero(tested)
            order = ranked(what.pictures, here, training, ranks)
            best = order[:, 0]
            own = np.flatnonzero(what.groups[here] == what.groups[best])
            without = best.copy()
            without[own] = nearest_elsewhere(what.pictures, what.groups, here[own], training)
            asked.append(here)
            copied.append(best)
            withheld.append(without)
            later.append(order[:, PASSED:])
        self.asked: Indices = np.concatenate(asked)
        """(m,) tested pictures; one that several repeats test stands here several times."""
        self.copied: Indices = np.concatenate(copied)
        """(m,) the training picture that looks most alike."""
        self.withheld: Indices = np.concatenate(withheld)
        """(m,) the one that does so where the picture's own group is withheld from training; -1: there is none."""
        self.later: Indices = np.concatenate(later)
        """(m, `TAKEN`) those that follow the `PASSED` most alike; (m, 0) where there are too few to say."""
        self.tested: Indices = np.unique(self.asked)
        self.others: Indices = np.zeros((len(self.tested), 0), np.intp)
        """(tested, k) the nearest pictures of the nearest other groups."""
        if len(np.unique(what.groups)) > 1:
            self.others = nearest_of_other_groups(what.pictures, what.groups, self.tested, tell)
        self.own: FloatArray = what.groups[self.asked] == what.groups[self.copied]
        """(m,) whether the copied picture is of the tested picture's own group."""


def _enough(what: Subject) -> bool:
    """Return whether there are training pictures enough in every fold to look beyond the most alike ones."""
    classes = np.zeros_like(what.strata) if what.masks is not None else what.strata
    count = int(classes.max()) + 1
    return all(training.sum() >= ENOUGH[0] and np.bincount(classes[training], minlength=count).min() >= ENOUGH[1]
               for _, training in what.sides)


def copy_probe(what: Subject, copies: Copies, seed: int = 0) -> list[ProbeRow]:
    """Score the copier on the split, and where it cannot copy, in three ways.

    - On divisions of whole groups into parts of the same size, repeatedly: a picture's score on the split is compared
      with its own mean score over the divisions that test it.
    - On the split itself, with the tested picture's own group withheld from training. Where the split divides no
      group the difference is exactly 0; and it sees a leak also where test pictures come from elsewhere than training
      pictures, which the divisions mix.
    - On the split itself, copying the training pictures that come after the `PASSED` most alike ones. That needs no
      groups: where nobody knows which pictures belong together, both ways above leak as much as the split.

    Intervals are over groups.

    Args:
        what: the pictures and the split.
        copies: whom the copier copies on it.
        seed: of the divisions.

    Returns:
        Up to three rows, or none where there is one group only or nothing to score.
    """
    if not copies.others.shape[1]:
        return []
    split = _mean(what, copies.asked, what.score(copies.asked, copies.copied))
    divided, count = _on_divisions(what, copies, seed)
    there = copies.withheld >= 0
    withheld = _mean(what, copies.asked[there], what.score(copies.asked[there], copies.withheld[there]))
    rows = [_row(what, split, divided, "whole groups on one side",
                 f"{count} divisions of whole groups into parts of the same size"),
            _row(what, split, withheld, "own group withheld", "the same split")]
    if copies.later.shape[1]:
        asked = np.repeat(copies.asked, TAKEN)
        later = _mean(what, asked, what.score(asked, copies.later.ravel()))
        rows.append(_row(what, split, later, "look-alikes withheld", "the same split", CLIFF))
    return [row for row in rows if row is not None]


def _on_divisions(what: Subject, copies: Copies, seed: int) -> tuple[FloatArray, int]:
    """Return (n,) the mean score of each picture over divisions of whole groups, nan where none tests it."""
    place = np.full(len(what.ids), -1, np.intp)
    place[copies.tested] = np.arange(len(copies.tested))
    test = float(np.mean([tested.mean() for tested, _ in what.sides]))
    train = float(np.mean([training.mean() for _, training in what.sides]))
    asked, scores = [], []
    for tested, training in deals(what.groups, what.strata, test, train, generator(seed, "copy probe")):
        here = np.flatnonzero(tested & (place >= 0))
        if training.any() and len(here):
            copied = nearest_training(what.pictures, copies.others, copies.tested, place[here], training)
            asked.append(here)
            scores.append(what.score(here, copied))
    if not asked:
        return np.full(len(what.ids), np.nan), 0
    return _mean(what, np.concatenate(asked), np.concatenate(scores)), len(asked)


def _mean(what: Subject, asked: Indices, scores: FloatArray) -> FloatArray:
    """Return (n,) the mean score of each picture, nan where it was not tested or cannot be scored."""
    times = np.bincount(asked, minlength=len(what.ids))
    sums = np.bincount(asked, scores, minlength=len(what.ids))
    return np.where(times > 0, sums / np.maximum(times, 1), np.nan)


def _row(what: Subject, split: FloatArray, reference: FloatArray, against: str, how: str,
         margin: float = MARGIN) -> ProbeRow | None:
    both = np.flatnonzero(~(np.isnan(split) | np.isnan(reference)))
    if not len(both):
        return None
    weights = what.weights(both)
    difference, low, high, groups = grouped_interval(split[both] - reference[both], weights, what.groups[both])
    score = float((weights * split[both]).sum() / weights.sum())
    return ProbeRow("copy-probe", what.task, "copier", what.metric, against, score, score - difference, low, high,
                    margin, len(both), groups, how)
