"""Area under the ROC curve, of one test part; never pooled over folds."""

from __future__ import annotations

import numpy as np

from bogam.core.types import Array, FloatArray
from bogam.metrics.resamples import as_number, checked_scores, in_blocks, mean_of_defined, ratio


def auc(scores: Array, positive: Array, weights: Array | None = None) -> float | None:
    """Return the chance that a positive case scores higher than a negative one; a tie counts half.

    Args:
        scores: (n,) any finite numbers; higher means more positive.
        positive: (n,) bool.
        weights: (n,) how often each case counts; None: once.

    Returns:
        0 to 1, or None where one class is missing: undefined, not 0.5.

    Raises:
        UserError: lengths differ, or a score is not finite.

    Example:
        >>> auc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True]))
        0.75
        >>> auc(np.array([0.1, 0.4]), np.array([True, True])) is None
        True

    Notes:
        Scores of models trained on different folds are not on one scale: compute per fold and average.

    References:
        Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747
    """
    once = np.ones(len(scores)) if weights is None else np.asarray(weights, np.float64)
    return as_number(float(resampled_auc(scores, positive, once[None])[0]))


def resampled_auc(scores: Array, positive: Array, weights: FloatArray) -> FloatArray:
    """Return the AUC under each row of weights: one sort, then sums over a (resamples, cases) table.

    Args:
        scores, positive: (n,), as for `auc`.
        weights: (R, n), how often each case counts in each resample.

    Returns:
        (R,); nan where a resample has one class.
    """
    found, truth = checked_scores("auc", scores, positive)
    order = np.argsort(found, kind="stable")
    found, truth = found[order], truth[order]
    starts = np.flatnonzero(np.concatenate([[True], found[1:] != found[:-1]])) if len(found) else np.zeros(0, np.intp)

    def compute(block: FloatArray) -> FloatArray:
        ranked = block[:, order]
        above, below = ranked * truth, ranked * ~truth
        if len(starts) < len(found):
            above, below = np.add.reduceat(above, starts, axis=1), np.add.reduceat(below, starts, axis=1)
        beaten = np.cumsum(below, axis=1) - below / 2
        return ratio(np.einsum("rn,rn->r", above, beaten), above.sum(axis=1) * below.sum(axis=1))

    return in_blocks(compute, weights)


def macro_auc(probs: Array, target: Array) -> float | None:
    """Return the mean of the one-vs-rest AUCs of all classes; for two classes, the AUC of the second.

    Args:
        probs: (n, classes).
        target: (n,) class index.

    Returns:
        0 to 1. A class that no case, or every case, belongs to has no AUC and is left out of the mean; None where no
        class has one.

    Example:
        >>> macro_auc(np.eye(3)[[0, 1, 2]], np.array([0, 1, 2]))
        1.0

    References:
        None: follows from the definition.
    """
    return as_number(float(resampled_macro_auc(probs, target, np.ones((1, len(target))))[0]))


def resampled_macro_auc(probs: Array, target: Array, weights: FloatArray) -> FloatArray:
    """Return `macro_auc` under each row of weights (R, n): (R,), nan where undefined."""
    if probs.shape[1] == 2:
        return resampled_auc(probs[:, 1], target == 1, weights)
    each = [resampled_auc(probs[:, k], target == k, weights) for k in range(probs.shape[1])]
    return mean_of_defined(np.stack(each, axis=-1))
