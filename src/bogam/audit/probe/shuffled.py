"""Shuffled labels: what can be predicted where there is nothing to learn was remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bogam.audit.probe.copy_probe import Copies
from bogam.audit.probe.deal import Indices, majority
from bogam.audit.probe.masks import Packed, dice_of_copies, unpack
from bogam.audit.probe.result import ProbeRow
from bogam.audit.probe.subject import Subject
from bogam.core.seeds import generator
from bogam.core.types import FloatArray
from bogam.evaluate.baselines import components, logistic
from bogam.evaluate.intervals import t_interval

MARGIN = 0.05
WITHHELD = "own group withheld"
SHUFFLES = 100
PROBE_SHUFFLES = 20
"""Shuffles on which the linear probe is trained anew."""
MASK_SHUFFLES = 10
RAREST = 0.1
"""Where fewer groups than this share bear all labels but one, two made-up labels are dealt evenly instead."""


def shuffled_labels(what: Subject, copies: Copies, seed: int = 0, *, linear: bool = True,
                    tell: Callable[[int, int], None] | None = None) -> list[ProbeRow]:
    """Deal the labels anew between groups, score the copier (and a linear probe) on the split, and repeat.

    All pictures of a group bear its new label. What a predictor then still gets right beyond chance it can only know
    from pictures of the same group in training. Chance, for the copier, is the same copier where its own group is
    withheld, on the same shuffles; for the linear probe 1 / classes.

    Args:
        what: the pictures and the split.
        copies: whom the copier copies on it.
        seed: of the shuffles.
        linear: train the linear probe too (classification); imports scikit-learn.
        tell: progress, (done, total).
    """
    if not copies.others.shape[1]:
        return []
    if what.masks is not None:
        return _masks(what, what.masks, copies, seed, tell)
    labels = dealt_labels(what)
    rng = generator(seed, "shuffled labels")
    there = copies.withheld >= 0
    asked, copied, withheld = copies.asked[there], copies.copied[there], copies.withheld[there]
    split, chance = [], []
    for _ in range(SHUFFLES if len(asked) else 0):
        drawn = rng.permutation(labels)[what.groups]
        split.append(balanced(drawn[asked], drawn[copied]))
        chance.append(balanced(drawn[asked], drawn[withheld]))
    if not split:
        return []
    rows = [_row(what, copies, "copier", WITHHELD, np.array(split), np.array(chance))]
    if linear:
        rows.append(_linear(what, copies, labels, seed, tell))
    return rows


def dealt_labels(what: Subject) -> Indices:
    """Return one label per group, to be shuffled: that of most of its pictures, or two made-up ones, dealt evenly."""
    labels = majority(what.groups, what.strata)
    counts = np.bincount(labels)
    if 1 - counts.max() / len(labels) < RAREST:
        return np.arange(len(labels)) % 2
    return labels


def balanced(truth: Indices, said: Indices) -> float:
    """Return the mean over the classes in `truth` of the share of their rows that were said right.

    Example:
        >>> balanced(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]))
        0.8333333333333333
    """
    counts = np.bincount(truth)
    right = np.bincount(truth, truth == said)
    return float((right[counts > 0] / counts[counts > 0]).mean())


def _row(what: Subject, copies: Copies, predictor: str, against: str, split: FloatArray,
         chance: FloatArray) -> ProbeRow:
    apart = split - chance
    low, high = t_interval(float(apart.mean()), float(apart.var(ddof=1)) / len(apart), len(apart) - 1)
    return ProbeRow("shuffled-labels", what.task, predictor, what.metric, against, float(split.mean()),
                    float(chance.mean()), low, high, MARGIN, len(copies.tested),
                    len(np.unique(what.groups[copies.tested])), f"{len(split)} shuffles between groups")


def _linear(what: Subject, copies: Copies, labels: Indices, seed: int,
            tell: Callable[[int, int], None] | None) -> ProbeRow:
    rng = generator(seed, "shuffled labels", "linear probe")
    draws = [rng.permutation(labels)[what.groups] for _ in range(PROBE_SHUFFLES)]
    classes = int(labels.max()) + 1
    said: list[list[Indices]] = [[] for _ in draws]
    truth: list[list[Indices]] = [[] for _ in draws]
    for fold, (tested, training) in enumerate(what.sides):
        known, asked = components(what.pictures[training], what.pictures[tested], seed)
        for k, drawn in enumerate(draws):
            target = drawn[training]
            if len(np.unique(target)) > 1:
                said[k].append(logistic(known, target, asked, classes).argmax(axis=1))
                truth[k].append(drawn[tested])
            if tell:
                tell(fold * len(draws) + k + 1, len(what.sides) * len(draws))
    split = np.array([balanced(np.concatenate(t), np.concatenate(s)) for t, s in zip(truth, said, strict=True) if t])
    return _row(what, copies, "linear probe", "1 / classes", split, np.full(len(split), 1 / classes))


def _masks(what: Subject, masks: Packed, copies: Copies, seed: int,
           tell: Callable[[int, int], None] | None) -> list[ProbeRow]:
    """Give all pictures of a group one mask, that of a picture of another group."""
    drawn_from = [np.flatnonzero(what.groups == g) for g in range(int(what.groups.max()) + 1)]
    marked = np.bitwise_count(masks).sum(axis=(1, 2)) > 0
    givers = [members[marked[members]] for members in drawn_from]
    groups = [g for g, members in enumerate(givers) if len(members)]
    if len(groups) < 2:
        return []
    rng = generator(seed, "shuffled masks")
    use = np.isin(what.groups, groups)
    kept = (copies.withheld >= 0) & use[copies.asked] & use[copies.copied] & use[copies.withheld]
    asked, copied, withheld = copies.asked[kept], copies.copied[kept], copies.withheld[kept]
    if not len(asked):
        return []
    split, chance, mean = [], [], []
    for k in range(MASK_SHUFFLES):
        giver = np.full(len(drawn_from), -1, np.intp)
        giver[groups] = [int(rng.choice(givers[g])) for g in rng.permutation(groups)]
        given = giver[what.groups]
        split.append(float(dice_of_copies(masks[given[asked]], masks[given[copied]]).mean()))
        chance.append(float(dice_of_copies(masks[given[asked]], masks[given[withheld]]).mean()))
        mean.append(_mean_mask(what, masks, given, use))
        if tell:
            tell(k + 1, MASK_SHUFFLES)
    row = _row(what, copies, "copier", WITHHELD, np.array(split), np.array(chance))
    return [replace(row, how=f"{row.how}; the mean mask reaches {100 * float(np.mean(mean)):.1f}")]


def _mean_mask(what: Subject, masks: Packed, given: Indices, use: NDArray[np.bool_]) -> float:
    """Return the Dice of the mean training mask, cut at the level that suits the training masks' size."""
    tested, training = what.sides[0]
    known, asked = given[training & use], given[tested & use]
    planes = unpack(masks[known])
    mean = planes.mean(axis=0)
    size = planes.sum(axis=(0, 2)) / len(planes)
    cut = [np.sort(plane)[::-1][min(len(plane) - 1, int(area))] for plane, area in zip(mean, size, strict=True)]
    guess = mean >= np.array(cut)[:, None]
    packed = np.packbits(guess, axis=-1).view(np.uint64)
    return float(dice_of_copies(masks[asked], np.broadcast_to(packed, masks[asked].shape)).mean())
