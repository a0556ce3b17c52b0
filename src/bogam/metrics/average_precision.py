"""Average precision: the area under the precision-recall curve, drawn in steps."""

from __future__ import annotations

import numpy as np

from bogam.core.types import Array, FloatArray
from bogam.metrics.resamples import as_number, checked_scores, in_blocks, mean_of_defined, ratio


def average_precision(scores: Array, positive: Array, weights: Array | None = None) -> float | None:
    """Return the precision at each threshold, weighted by the recall that the threshold adds.

    Args:
        scores: (n,) any finite numbers; higher means more positive.
        positive: (n,) bool.
        weights: (n,) how often each case counts; None: once.

    Returns:
        0 to 1; chance level is the share of positive cases. None where one class is missing.

    Raises:
        UserError: lengths differ, or a score is not finite.

    Example:
        >>> round(average_precision(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])), 4)
        0.8333

    Notes:
        The trapezoid rule, which some tools use instead of steps, is too optimistic.

    References:
        None: follows from the definition.
    """
    once = np.ones(len(scores)) if weights is None else np.asarray(weights, np.float64)
    return as_number(float(resampled_average_precision(scores, positive, once[None])[0]))


def resampled_average_precision(scores: Array, positive: Array, weights: FloatArray) -> FloatArray:
    """Return the average precision under each row of weights (R, n): (R,), nan where a resample has one class."""
    found, truth = checked_scores("average precision", scores, positive)
    order = np.argsort(-found, kind="stable")
    found, truth = found[order], truth[order]
    starts = np.flatnonzero(np.concatenate([[True], found[1:] != found[:-1]])) if len(found) else np.zeros(0, np.intp)

    def compute(block: FloatArray) -> FloatArray:
        ranked = block[:, order]
        hits = ranked * truth
        if len(starts) < len(found):
            hits, ranked = np.add.reduceat(hits, starts, axis=1), np.add.reduceat(ranked, starts, axis=1)
        precision = np.cumsum(ranked, axis=1)
        np.divide(np.cumsum(hits, axis=1), precision, out=precision, where=precision > 0)
        total = hits.sum(axis=1)
        return ratio(np.einsum("rn,rn->r", hits, precision), np.where(ranked.sum(axis=1) > total, total, 0.0))

    return in_blocks(compute, weights)


def resampled_macro_average_precision(probs: Array, target: Array, weights: FloatArray) -> FloatArray:
    """Return the mean of the one-vs-rest average precisions, (R,); for two classes, that of the second.

    Classes that are undefined in a resample are left out of its mean.
    """
    if probs.shape[1] == 2:
        return resampled_average_precision(probs[:, 1], target == 1, weights)
    each = [resampled_average_precision(probs[:, k], target == k, weights) for k in range(probs.shape[1])]
    return mean_of_defined(np.stack(each, axis=-1))
