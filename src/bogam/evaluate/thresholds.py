"""The threshold that turns probabilities into a decision, chosen on the validation part alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from bogam.core.types import Array, Case, FloatArray, Prediction

GRID = tuple(round(0.05 * k, 2) for k in range(1, 20))
"""Thresholds tried for masks."""


def threshold_rule(task: str, labels: int) -> str:
    """Return in one sentence how the threshold is chosen, for the report.

    Example:
        >>> threshold_rule("classification", 3)
        'The class with the largest probability is chosen; there is no threshold.'
    """
    if task == "segmentation":
        return ("The threshold of each label, one of 0.05, 0.10 ... 0.95, is the one with the highest mean Dice over "
                "the validation images that have the label.")
    if labels == 2:
        return ("The threshold is the one with the highest balanced accuracy (Youden's index) on the validation "
                "images; of several, the middle of their widest run.")
    return "The class with the largest probability is chosen; there is no threshold."


def choose_thresholds(predictions: Iterable[tuple[Case, Prediction]], task: str, labels: int,
                      classes: Mapping[str, int]) -> tuple[float, ...]:
    """Choose one threshold per label on validation predictions; see `threshold_rule`.

    Args:
        predictions: of the validation part, each with its case; masks in the original geometry.
        task: "segmentation" or "classification".
        labels: number of classes or mask labels.
        classes: id to class index, for classification; ids without one are passed over.

    Returns:
        One per label, for `predict.decide`. 0.5 where validation cannot tell (one class, or no lesion). With two
        classes the first is 1 minus the second, and only the second decides.
    """
    if task == "segmentation":
        return _for_masks(predictions, labels)
    pairs = [(float(p.probs[1]), classes[case.id]) for case, p in predictions if labels == 2 and case.id in classes]
    if not pairs:
        return (0.5,) * labels
    chosen = best_cut(np.array([p for p, _ in pairs]), np.array([c == 1 for _, c in pairs]))
    return (1 - chosen, chosen)


def best_cut(scores: Array, positive: Array) -> float:
    """Return the threshold (positive where score >= threshold) with the highest sensitivity + specificity.

    Args:
        scores: (n,) probabilities.
        positive: (n,) bool.

    Returns:
        Of several equally good thresholds the middle of their widest run; 0.5 with one class, or where no threshold
        is better than chance.

    Example:
        >>> best_cut(np.array([0.1, 0.2, 0.4, 0.9]), np.array([False, False, True, True])).__round__(3)
        0.3
    """
    truth = np.asarray(positive, bool)
    found = np.asarray(scores, np.float64)
    steps = np.unique(found)
    if not truth.any() or truth.all() or len(steps) < 2:
        return 0.5
    tried = (steps[1:] + steps[:-1]) / 2
    above, below = np.sort(found[truth]), np.sort(found[~truth])
    gain = (1 - np.searchsorted(above, tried) / len(above)) + np.searchsorted(below, tried) / len(below)
    if gain.max() <= 1 + 1e-12:
        return 0.5
    best = np.flatnonzero(gain >= gain.max() - 1e-12)
    runs = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
    low, high = max(((steps[run[0]], steps[run[-1] + 1]) for run in runs), key=lambda ends: ends[1] - ends[0])
    return float((low + high) / 2)


def dice_at(probs: FloatArray, truth: Array) -> FloatArray:
    """Return the Dice of one label of one image at each threshold of `GRID`; one pass over the pixels.

    Args:
        probs: (Y, X) float32, 0 to 1.
        truth: (Y, X), not 0 is inside; not empty.
    """
    reached = np.searchsorted(np.array(GRID, np.float32), np.asarray(probs, np.float32).ravel(), side="right")
    inside = truth.ravel() != 0
    size = len(GRID) + 1
    predicted = np.bincount(reached, minlength=size)[::-1].cumsum()[::-1][1:]
    shared = np.bincount(reached[inside], minlength=size)[::-1].cumsum()[::-1][1:]
    return np.asarray(2 * shared / (predicted + np.count_nonzero(inside)), np.float64)


def _for_masks(predictions: Iterable[tuple[Case, Prediction]], labels: int) -> tuple[float, ...]:
    total, count = np.zeros((labels, len(GRID))), np.zeros(labels, np.int64)
    for case, prediction in predictions:
        if case.masks is None:
            continue
        for k in range(labels):
            if case.masks[k].any():
                total[k] += dice_at(prediction.probs[k], case.masks[k])
                count[k] += 1
    chosen = []
    for k in range(labels):
        best = np.flatnonzero(total[k] >= total[k].max() - 1e-9 * max(count[k], 1))
        nearest = min(best, key=lambda place: abs(GRID[place] - 0.5))
        chosen.append(GRID[nearest] if count[k] else 0.5)
    return tuple(chosen)
