"""ROC and precision-recall curves of one test part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bogam.core.types import Array, FloatArray
from bogam.metrics.resamples import checked_scores


@dataclass(frozen=True, eq=False)
class Curve:
    """A curve, one point per distinct threshold.

    Args:
        across: false positive rate (ROC) or recall (precision-recall), rising.
        up: sensitivity (ROC) or precision (precision-recall).
        thresholds: a case is positive where its score is at least this; falling, the first is inf.
    """

    across: FloatArray
    up: FloatArray
    thresholds: FloatArray


def counts(scores: Array, positive: Array) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return true positives, false positives and thresholds, from "nothing is positive" on.

    Example:
        >>> [c.tolist() for c in counts(np.array([0.9, 0.5, 0.5]), np.array([True, False, True]))]
        [[0.0, 1.0, 2.0], [0.0, 0.0, 1.0], [inf, 0.9, 0.5]]
    """
    found, truth = checked_scores("curve", scores, positive)
    order = np.argsort(-found, kind="stable")
    found, truth = found[order], truth[order]
    ends = np.flatnonzero(np.concatenate([found[1:] != found[:-1], [True]])) if len(found) else np.zeros(0, np.intp)
    true, false = np.cumsum(truth)[ends], np.cumsum(~truth)[ends]
    return (np.concatenate([[0.0], true]), np.concatenate([[0.0], false]), np.concatenate([[np.inf], found[ends]]))


def roc_curve(scores: Array, positive: Array) -> Curve | None:
    """Return the ROC curve, from (0, 0) to (1, 1); None where one class is missing."""
    true, false, thresholds = counts(scores, positive)
    if not true[-1] or not false[-1]:
        return None
    return Curve(false / false[-1], true / true[-1], thresholds)


def precision_recall_curve(scores: Array, positive: Array) -> Curve | None:
    """Return precision over recall; None where one class is missing.

    The first point stands at recall 0 with the precision of the first threshold. Between points precision is a step,
    not a line: the area under these steps is `average_precision`.
    """
    true, false, thresholds = counts(scores, positive)
    if not true[-1] or not false[-1]:
        return None
    precision = true[1:] / (true[1:] + false[1:])
    return Curve(true / true[-1], np.concatenate([precision[:1], precision]), thresholds)
