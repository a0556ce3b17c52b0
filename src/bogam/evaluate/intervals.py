"""Intervals: bootstrap over groups, and what takes its place where there are few groups or all resamples agree."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bogam.core.types import FloatArray

FEW = 30
"""With fewer groups than this a bootstrap interval is too narrow; a small-sample method takes its place."""


def percentile_interval(value: float, replicates: FloatArray, groups: int, level: float = 0.95, *,
                        pivotal: bool = False) -> tuple[float, float]:
    """Return the expanded percentile interval of bootstrap replicates.

    The ends are not the 2.5 and 97.5 % points but lie further out, so that for a mean the interval is as wide as the t
    interval: a plain percentile interval of n groups is too narrow by about sqrt((n - 1) / n) and z instead of t.

    Args:
        value: the estimate.
        replicates: (R,) the metric in each resample of groups; no nan.
        groups: how many groups were resampled, 2 or more.
        level: of confidence.
        pivotal: mirror the interval at the estimate (basic bootstrap), for a metric whose replicates are biased
            upward, such as a calibration error; the interval is widened to hold the estimate.

    Returns:
        (low, high).

    References:
        Hesterberg 2015, doi:10.1080/00031305.2015.1089789; resampling whole groups: Field and Welsh 2007,
        doi:10.1111/j.1467-9868.2007.00593.x
    """
    from scipy.stats import norm, t
    tail = float(norm.cdf(math.sqrt(groups / (groups - 1)) * t.ppf((1 - level) / 2, groups - 1)))
    low, high = (float(q) for q in np.quantile(replicates, [tail, 1 - tail]))
    if pivotal:
        low, high = min(2 * value - high, value), max(2 * value - low, value)
    return low, high


def jackknife_variance(left_out: FloatArray, strata: NDArray[np.int64]) -> float:
    """Return the variance of an estimate from its values with one group left out at a time, within strata.

    Args:
        left_out: (G,) the estimate without group g.
        strata: (G,) the fold of group g; a stratum of one group adds nothing, so such strata are joined first.

    Example:
        >>> sample = np.array([1.0, 2.0, 3.0, 6.0])
        >>> left_out = (sample.sum() - sample) / 3
        >>> jackknife_variance(left_out, np.zeros(4, np.int64)) * 4, sample.var(ddof=1)
        (4.666666666666666, np.float64(4.666666666666667))
    """
    total = 0.0
    for stratum in np.unique(strata):
        part = left_out[strata == stratum]
        total += (len(part) - 1) / len(part) * float(((part - part.mean()) ** 2).sum())
    return total


def t_interval(value: float, variance: float, df: float, level: float = 0.95) -> tuple[float, float]:
    """Return value -/+ t times the standard error.

    Example:
        >>> [round(end, 3) for end in t_interval(0.0, 1.0, 9)]
        [-2.262, 2.262]
    """
    from scipy.stats import t
    half = float(t.ppf((1 + level) / 2, df)) * math.sqrt(variance)
    return value - half, value + half


def satterthwaite(variances: Sequence[float], dfs: Sequence[float]) -> float:
    """Return the degrees of freedom of a sum of independent variance estimates; at least 1.

    Example:
        >>> satterthwaite([1.0, 1.0], [5.0, 5.0])
        10.0

    References:
        Satterthwaite 1946, doi:10.2307/3002019
    """
    below = sum(v ** 2 / df for v, df in zip(variances, dfs, strict=True) if v > 0 and df > 0)
    return max(1.0, sum(variances) ** 2 / below) if below > 0 else 1.0


def clopper_pearson(successes: float, trials: float, level: float = 0.95) -> tuple[float, float]:
    """Return the exact binomial interval of a share; takes fractions, for effective sample sizes.

    Example:
        >>> [round(end, 4) for end in clopper_pearson(10, 10)]
        [0.6915, 1.0]

    References:
        Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404
    """
    from scipy.stats import beta
    tail = (1 - level) / 2
    low = 0.0 if successes <= 0 else float(beta.ppf(tail, successes, trials - successes + 1))
    high = 1.0 if successes >= trials else float(beta.ppf(1 - tail, successes + 1, trials - successes))
    return low, high


def share_interval(value: float, variance: float, cases: int, df: float, level: float = 0.95) -> tuple[float, float]:
    """Return the Clopper-Pearson interval of a share of clustered cases, at their effective number.

    The effective number is that of independent cases with the same variance, lowered by (z / t) squared for the few
    degrees of freedom, and never above the number of cases.

    Args:
        value: the share, strictly between 0 and 1.
        variance: of the share, over groups.
        cases: number of cases.
        df: degrees of freedom of the variance.

    References:
        Korn and Graubard 1998, Survey Methodology 24, 193-201
    """
    from scipy.stats import norm, t
    effective = value * (1 - value) / variance * float(norm.ppf((1 + level) / 2) / t.ppf((1 + level) / 2, df)) ** 2
    effective = max(min(effective, float(cases)), 1.0)
    return clopper_pearson(value * effective, effective, level)


def bound_interval(at_top: bool, groups: int, bounds: tuple[float, float], level: float = 0.95) -> tuple[float, float]:
    """Return the interval of a metric that stands at the end of its range in every group.

    Were its true value m (on 0..1), all of `groups` independent groups would stand at 1 with a chance of at most
    m ** groups; the lower end is where that chance is (1 - level) / 2, as in Clopper-Pearson for all of n.

    Args:
        at_top: whether the metric stands at the high end of its range.
        groups: independent groups it rests on; for an AUC the smaller class's, which gives as many independent pairs.
        bounds: (low, high) of the metric.

    Example:
        >>> bound_interval(True, 10, (0.0, 1.0)) == (clopper_pearson(10, 10)[0], 1.0)
        True
    """
    short = 1.0 - ((1 - level) / 2) ** (1 / groups)
    span = bounds[1] - bounds[0]
    return (bounds[1] - span * short, bounds[1]) if at_top else (bounds[0], bounds[0] + span * short)
