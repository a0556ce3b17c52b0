"""What a careless expansion is worth: augmented copies pooled before the split, answered by a copier.

Enlarging a set by augmented copies and then dividing it at random puts copies of one picture on both sides. A copier,
which learns nothing, then answers from memory. Here it is scored that way, and the honest way: whole groups on one
side, and only training pictures augmented.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bogam.audit.probe.copier import nearest
from bogam.audit.probe.deal import Indices, deal
from bogam.audit.probe.masks import Packed, dice_of_copies, pack
from bogam.audit.probe.paired import grouped_interval
from bogam.augment.family import Augment
from bogam.augment.plan import Plan
from bogam.core.errors import UserError, say
from bogam.core.seeds import generator
from bogam.core.types import Case, FloatArray
from bogam.data.duplicates import thumbnail
from bogam.evaluate.baselines import Floats

FOLDS = 5
MEAN_IOU = "mean IoU"


@dataclass(frozen=True)
class ExpansionRow:
    """A copier on one expansion of a set.

    Args:
        name: of the expansion.
        pictures: after it.
        metric: "Dice" or "balanced accuracy".
        leaky: mean score over pooled random splits, 0 to 1.
        honest: mean score over splits of whole groups, augmented in training only, 0 to 1.
        leaky_spread, honest_spread: standard deviation between divisions.
        difference, low, high: leaky less honest, picture by picture, with its 95 % interval over groups.
        leaky_mean_iou, honest_mean_iou: IoU averaged over lesion and background; None for classification.
    """

    name: str
    pictures: int
    metric: str
    leaky: float
    honest: float
    leaky_spread: float
    honest_spread: float
    difference: float
    low: float | None
    high: float | None
    leaky_mean_iou: float | None = None
    honest_mean_iou: float | None = None


@dataclass(frozen=True, eq=False)
class _Pool:
    """Original pictures and their copies: who each is made of, how it looks, and its answer."""

    source: Indices
    pictures: Floats
    classes: Indices | None
    masks: Packed | None
    pixels: int

    def score(self, asked: Indices, copied: Indices) -> FloatArray:
        if self.classes is not None:
            return np.asarray(self.classes[self.source[asked]] == self.classes[self.source[copied]], np.float64)
        assert self.masks is not None
        return np.nan_to_num(dice_of_copies(self.masks[asked], self.masks[copied]))

    def mean_iou(self, asked: Indices, copied: Indices) -> float | None:
        """Return the mean over pictures of the mean of the IoU of lesion and of background."""
        if self.masks is None:
            return None
        one, other = self.masks[asked], self.masks[copied]
        both = np.bitwise_count(one & other).sum(axis=-1, dtype=np.int64)
        either = np.bitwise_count(one | other).sum(axis=-1, dtype=np.int64)
        lesion = np.where(either > 0, both / np.maximum(either, 1), 1.0)
        ground = (self.pixels - either) / np.maximum(self.pixels - both, 1)
        return float(((lesion + ground) / 2).mean())


def expansions(cases: Sequence[Case], groups: Sequence[str], sets: Mapping[str, Sequence[Augment]], *,
               classes: Sequence[str] | None = None, seeds: Sequence[int] = range(5),
               tell: Callable[[str, int, int], None] | None = None) -> list[ExpansionRow]:
    """Score a copier on a set enlarged by each of some augmentations, pooled before the split and the honest way.

    Each seed draws the augmentations anew and divides the set into five parts, each of which is tested once against
    the other four (80/20): all copies at random, and whole groups. In the honest way only original pictures are tested,
    and training pictures come with their copies.

    Args:
        cases: prepared, of one size, grey; with masks that mark something, or with classes.
        groups: of each case, never divided in the honest way.
        sets: name to augmentations; each makes one copy of every picture, whatever its `probability`.
        classes: of each case, to be copied in place of masks.
        seeds: of draws and divisions.
        tell: progress: what, done, total.

    Raises:
        UserError: no cases, a case of another size than the first, or one without a mask to copy.
    """
    _check(cases, classes)
    _, group = np.unique(np.array(groups), return_inverse=True)
    labels = None if classes is None else np.unique(np.array(classes), return_inverse=True)[1]
    strata = np.zeros(len(cases), np.intp) if labels is None else labels
    rows = []
    for count, (name, steps) in enumerate(sets.items()):
        leaky, honest = _Scores(len(cases)), _Scores(len(cases))
        for place, seed in enumerate(seeds):
            pool = _pool(cases, steps, labels, seed)
            total = len(pool.source)
            fold = generator(seed, "pooled", name).permutation(total) % FOLDS
            side = deal(group, strata, [1 / FOLDS] * FOLDS, generator(seed, "grouped", name))
            for k in range(FOLDS):
                leaky.add(pool, np.flatnonzero(fold == k), fold != k)
                honest.add(pool, np.flatnonzero(side == k), side[pool.source] != k)
            for scores in (leaky, honest):
                scores.close(strata)
            if tell:
                tell(f"Copying, {name}", count * len(seeds) + place + 1, len(sets) * len(seeds))
        weights = 1.0 / np.bincount(strata)[strata]
        difference, low, high, _ = grouped_interval(leaky.mean() - honest.mean(), weights, group)
        rows.append(ExpansionRow(
            name, total, "Dice" if classes is None else "balanced accuracy", leaky.value(), honest.value(),
            leaky.spread(), honest.spread(), difference, low, high, leaky.iou(), honest.iou()))
    return rows


class _Scores:
    """Scores of the copies of each original picture, over folds and divisions."""

    def __init__(self, count: int) -> None:
        self.sums, self.times = np.zeros(count), np.zeros(count)
        self.here_sums, self.here_times = np.zeros(count), np.zeros(count)
        self.values: list[float] = []
        self.ious: list[float] = []

    def add(self, pool: _Pool, asked: Indices, training: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> None:
        """Score one fold."""
        copied = nearest(pool.pictures, asked, training)
        scores = pool.score(asked, copied)
        self.here_sums += np.bincount(pool.source[asked], scores, minlength=len(self.sums))
        self.here_times += np.bincount(pool.source[asked], minlength=len(self.sums))
        mean_iou = pool.mean_iou(asked, copied)
        self.ious += [] if mean_iou is None else [mean_iou]

    def close(self, strata: Indices) -> None:
        """End a division: its value is the mean over classes of the mean over their tested pictures."""
        sums, times = (np.bincount(strata, of) for of in (self.here_sums, self.here_times))
        self.values.append(float((sums / times).mean()))
        self.sums += self.here_sums
        self.times += self.here_times
        self.here_sums[:], self.here_times[:] = 0, 0

    def mean(self) -> FloatArray:
        """Return the mean score of each original picture and its copies."""
        return np.asarray(self.sums / self.times)

    def value(self) -> float:
        """Return the mean over divisions."""
        return float(np.mean(self.values))

    def spread(self) -> float:
        """Return the standard deviation between divisions; 0 for one."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else 0.0

    def iou(self) -> float | None:
        """Return the mean IoU over lesion and background, or None."""
        return float(np.mean(self.ious)) if self.ious else None


def _pool(cases: Sequence[Case], steps: Sequence[Augment], labels: Indices | None, seed: int) -> _Pool:
    plans = [Plan([step.model_copy(update={"probability": 1.0})], seed) for step in steps]
    copies = [*cases]
    for plan in plans:
        copies += [plan.apply(case, plan.draw(case, 0)) for case in cases]
    pictures = np.stack([thumbnail(case.image[0]) for case in copies])
    masks = None if labels is not None else pack(np.stack([_masks(case) for case in copies]) > 0)
    return _Pool(np.tile(np.arange(len(cases)), len(plans) + 1), pictures, labels, masks, int(np.prod(cases[0].shape)))


def _masks(case: Case) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    assert case.masks is not None
    return case.masks


def _check(cases: Sequence[Case], classes: Sequence[str] | None) -> None:
    if len(cases) < FOLDS:
        raise UserError(say("expansion", f"{len(cases)} pictures", f"{FOLDS} or more"))
    for case in cases:
        if case.image.ndim != 3 or case.image.shape != cases[0].image.shape or case.image.shape[0] != 1:
            raise UserError(say(f"case {case.id}", f"an image of shape {case.image.shape}",
                                "grey pictures (1, Y, X) of one size", "Resize them, channels: gray."))
        if classes is None and (case.masks is None or not case.masks.any()):
            raise UserError(say(f"case {case.id}", "no mask, or an empty one", "a mask to copy", "Leave it out."))
