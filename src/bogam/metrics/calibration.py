"""Calibration: whether a predicted probability means what it says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bogam.core.types import Array, FloatArray
from bogam.metrics.resamples import as_number, checked_scores, ratio

BINS = 10
"""Bins of equal width on [0, 1]: [0, 0.1), [0.1, 0.2) ... [0.9, 1]."""


def said_and_true(probs: Array, target: Array) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return which probability is judged, and whether it came true, (n,) each.

    Two classes: the probability of the second, and whether the case is of it. More: the largest probability, and
    whether that class is right ("confidence").
    """
    found = np.asarray(probs, np.float64)
    if found.shape[1] == 2:
        return found[:, 1], np.asarray(target) == 1
    return found.max(axis=1), found.argmax(axis=1) == np.asarray(target)


def bin_of(said: Array, bins: int = BINS) -> NDArray[np.int64]:
    """Return the bin of each probability; 1.0 lies in the last one.

    Example:
        >>> bin_of(np.array([0.0, 0.1, 0.95, 1.0])).tolist()
        [0, 1, 9, 9]
    """
    return np.clip((np.asarray(said, np.float64) * bins).astype(np.int64), 0, bins - 1)


def bin_features(said: Array, happened: Array, bins: int = BINS) -> FloatArray:
    """Return (n, 2 * bins) numbers per case whose sums over cases give the calibration error.

    The first block is 1 in the case's bin; the second is probability minus truth in the case's bin.
    """
    found, truth = checked_scores("calibration error", said, happened)
    rows, place = np.arange(len(found)), bin_of(found, bins)
    table = np.zeros((len(found), 2 * bins))
    table[rows, place] = 1.0
    table[rows, bins + place] = found - truth
    return table


def error_of_sums(sums: FloatArray) -> FloatArray:
    """Return the calibration error of summed `bin_features` (..., 2 * bins): (...), nan without cases."""
    bins = sums.shape[-1] // 2
    return ratio(np.abs(sums[..., bins:]).sum(axis=-1), sums[..., :bins].sum(axis=-1))


def calibration_error(said: Array, happened: Array, bins: int = BINS, weights: Array | None = None) -> float | None:
    """Return the expected calibration error: the mean over cases of |mean probability - observed share| of their bin.

    Args:
        said: (n,) predicted probabilities, 0 to 1; see `said_and_true` for which.
        happened: (n,) bool.
        bins: number of bins of equal width.
        weights: (n,) how often each case counts; None: once.

    Returns:
        0 to 1; lower is better. None without cases.

    Example:
        >>> round(calibration_error(np.array([0.1, 0.12, 0.9]), np.array([False, True, True])), 4)
        0.2933

    Notes:
        With few cases per bin it is above 0 even for a perfectly calibrated model; it depends on the bins.

    References:
        Naeini, Cooper and Hauskrecht 2015, doi:10.1609/aaai.v29i1.9602
    """
    features = bin_features(said, happened, bins)
    once = np.ones(len(features)) if weights is None else np.asarray(weights, np.float64)
    return as_number(float(error_of_sums((once @ features)[None])[0]))
