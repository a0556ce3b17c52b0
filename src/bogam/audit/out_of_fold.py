"""Small models scored where they did not learn: what a few facts, or a tiny picture, tell of the class."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bogam.core.seeds import generator
from bogam.core.types import FloatArray
from bogam.data.split import partition
from bogam.metrics.auc import resampled_auc
from bogam.metrics.resamples import mean_of_defined

FOLDS = 5
RESAMPLES = 200

Fit = Callable[[FloatArray, NDArray[np.int64]], Callable[[FloatArray], FloatArray]]
"""fit(features, target) -> predict(features) -> probabilities (n, classes)."""


@dataclass(frozen=True)
class Area:
    """An AUC with its interval: the mean over folds, resampled by group."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"AUC {self.value:.2f} ({self.low:.2f} to {self.high:.2f})"


def deal_folds(groups: Sequence[str], target: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the fold, 0 to `FOLDS` - 1, of each image: whole groups, classes shared out evenly, always the same.

    Args:
        groups: (n,) the group that is never divided.
        target: (n,) class index.
    """
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    counts = np.zeros((len(names), int(target.max()) + 1))
    np.add.at(counts, (place, target), 1)
    return partition(counts, [1 / FOLDS] * FOLDS, generator(0, "audit", "folds"))[place]


def probabilities(features: FloatArray, target: NDArray[np.int64], fold: NDArray[np.int64], fit: Fit) -> FloatArray:
    """Return what a model that never saw the image's fold says of it: (n, classes), nan where a fold cannot be learned.

    Args:
        features: (n, k).
        target: (n,) class index.
        fold: (n,) of `deal_folds`.
        fit: the model.
    """
    found = np.full((len(target), int(target.max()) + 1), np.nan)
    for number in np.unique(fold):
        here = fold == number
        seen = np.unique(target[~here])
        if len(seen) > 1:
            found[np.ix_(here, seen)] = fit(features[~here], np.searchsorted(seen, target[~here]))(features[here])
    return found


def small_tree(features: FloatArray, target: NDArray[np.int64]) -> Callable[[FloatArray], FloatArray]:
    """Fit a decision tree of at most eight leaves; a missing value may tell something too."""
    from sklearn.tree import DecisionTreeClassifier
    least = max(5, round(0.01 * len(target)))
    model: Any = DecisionTreeClassifier(max_leaf_nodes=8, min_samples_leaf=least, random_state=0)
    model.fit(features, target)
    return lambda unseen: np.asarray(model.predict_proba(unseen), np.float64)


def linear(features: FloatArray, target: NDArray[np.int64]) -> Callable[[FloatArray], FloatArray]:
    """Fit a logistic regression with a mild penalty; features should have one scale."""
    from sklearn.linear_model import LogisticRegression
    model: Any = LogisticRegression(C=0.1, max_iter=300)
    model.fit(features, target)
    return lambda unseen: np.asarray(model.predict_proba(unseen), np.float64)


def area(scores: FloatArray, positive: NDArray[np.bool_], fold: NDArray[np.int64], groups: Sequence[str],
         level: float = 0.95) -> Area | None:
    """Return the mean over folds of the AUC, with an interval from resampled groups, symmetric on the logit.

    Args:
        scores: (n,) out of fold; nan takes no part.
        positive: (n,).
        fold: (n,); scores of two folds are never compared.
        groups: (n,) what is resampled.
        level: of confidence; where several areas are looked at, 1 - 0.05 / how many.

    Returns:
        None where no fold has both classes.
    """
    use = ~np.isnan(scores)
    names, place = np.unique(np.asarray(groups)[use], return_inverse=True)
    if len(names) < 2:
        return None
    rng = generator(0, "audit", "area")
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), RESAMPLES).astype(np.float64)
    weights = np.vstack([np.ones(len(names)), drawn])[:, place]
    each = [resampled_auc(scores[use][own], positive[use][own], weights[:, own])
            for own in (fold[use] == number for number in np.unique(fold[use]))]
    means = mean_of_defined(np.stack(each, axis=-1))
    if np.isnan(means[0]):
        return None
    edge = 0.5 / len(names)
    logit = np.log(np.clip(means, edge, 1 - edge)) - np.log1p(-np.clip(means, edge, 1 - edge))
    reach = NormalDist().inv_cdf((1 + level) / 2) * float(np.nanstd(logit[1:], ddof=1))
    low, high = (1 / (1 + math.exp(-(float(logit[0]) + sign * reach))) for sign in (-1, 1))
    return Area(float(means[0]), low, high)
