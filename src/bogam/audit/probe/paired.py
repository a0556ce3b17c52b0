"""The interval of a difference that was taken picture by picture, where pictures come in groups."""

from __future__ import annotations

import numpy as np

from bogam.audit.probe.deal import Indices
from bogam.core.types import FloatArray
from bogam.evaluate.intervals import t_interval

FEWEST = 8
"""With fewer groups of equal weight than this no interval is given."""


def grouped_interval(values: FloatArray, weights: FloatArray,
                     groups: Indices) -> tuple[float, float | None, float | None, int]:
    """Return the weighted mean of values, its 95 % interval over groups, and the number of groups.

    The variance is that of a ratio of sums over groups (linearized), with the t quantile of as many degrees of freedom
    as groups of equal weight would have, less one.

    Args:
        values: (n,) differences.
        weights: (n,) 0 or more.
        groups: (n,) group of each.

    Returns:
        (mean, low, high, groups); low and high are None below `FEWEST` groups of equal weight.

    Example:
        >>> mean, low, high, count = grouped_interval(np.arange(10.0), np.ones(10), np.arange(10))
        >>> round(mean, 2), round(low, 2), round(high, 2), count
        (4.5, 2.33, 6.67, 10)

    References:
        Linearized variance of a ratio: Cochran, "Sampling Techniques", third edition, Wiley 1977, section 6.4.
        Number of groups of equal weight: Kish, "Survey Sampling", Wiley 1965, section 11.2.
    """
    _, place = np.unique(groups, return_inverse=True)
    total = float(weights.sum())
    mean = float((weights * values).sum() / total)
    shares = np.bincount(place, weights) / total
    off = np.bincount(place, weights * (values - mean)) / total
    alike = 1.0 / float((shares ** 2).sum())
    count = len(shares)
    if alike < FEWEST:
        return mean, None, None, count
    return mean, *t_interval(mean, count / (count - 1) * float((off ** 2).sum()), alike - 1), count
