"""The change of a metric from one sample of patients to another: in-domain against external."""

from __future__ import annotations

import numpy as np
import polars as pl

from bogam.core.seeds import generator
from bogam.evaluate.findings import Estimate
from bogam.evaluate.intervals import satterthwaite, t_interval
from bogam.evaluate.measure import arrange, block_sizes, carriers, measure, resample_groups, rows_by_run
from bogam.metrics.catalog import metric_named

FEWEST = 3
"""Groups of the rarest kind, on either side, below which no interval is given."""


def drop(inside: pl.DataFrame, outside: pl.DataFrame, metric: str, resamples: int = 2000, seed: int = 0) -> Estimate:
    """Return the metric outside minus inside, with a 95 % interval.

    The two samples hold different groups (patients), so their bootstrap variances add; the interval is t with
    Satterthwaite's degrees of freedom. One model is looked at: the noise of training is not part of it.

    Args:
        inside, outside: scored cases, as `evaluate.score` makes them; several runs are averaged.
        metric: a name of the catalog.
        resamples: of the groups of each side.
        seed: of the resampling.

    Returns:
        In the metric's own scale, named ``METRIC_change``; value None where either side is undefined, no interval
        where a side has fewer than 3 groups of a kind that the metric needs. Cases and groups are those outside.
    """
    name = f"{metric}_change"
    title = metric_named(metric).title
    values, variances, dfs, units = [], [], [], []
    for side, cases in (("inside", inside), ("outside", outside)):
        runs = rows_by_run(cases)
        tested = arrange(runs)
        count = len(tested.groups)
        at = [measure(metric, rows, tested.places(rows)) for rows in runs.values()]
        points = np.array([of(np.ones((1, count)))[0] for of in at])
        if not runs or np.isnan(points).any():
            return Estimate(name, None, note=f"{title} is undefined {side}.")
        rng = generator(seed, "drop", side)
        parts = []
        for block in block_sizes(count, resamples):
            weights = resample_groups(np.zeros(count, np.int64), block, rng)
            parts.append(np.mean([of(weights) for of in at], axis=0))
        replicates = np.concatenate(parts)
        good = replicates[~np.isnan(replicates)]
        units.append(min((len(set(tested.places(rows)[kind].tolist())) for rows in runs.values()
                          for kind in carriers(metric, rows)), default=0))
        values.append(float(points.mean()))
        variances.append(float(good.var(ddof=1)) * count / (count - 1) if len(good) > 1 and count > 1 else np.nan)
        dfs.append(max(units[-1] - 1, 1))
    change = values[1] - values[0]
    cases_outside, groups_outside = outside["id"].n_unique(), outside["group"].n_unique()
    if min(units) < FEWEST or not np.isfinite(variances).all():
        return Estimate(name, change, cases=cases_outside, groups=groups_outside,
                        note=f"The change of {title} rests on {min(units)} groups on one side: too few for an "
                             "interval.")
    if not sum(variances):
        return Estimate(name, change, cases=cases_outside, groups=groups_outside,
                        note=f"{title} does not vary between groups, so its change has no interval.")
    low, high = t_interval(change, sum(variances), satterthwaite(variances, dfs))
    note = f"Fewer than 30 groups on one side: the interval of the change of {title} is a small-sample one." \
        if min(units) < 30 else ""
    return Estimate(name, change, max(low, -1.0), min(high, 1.0),
                    "t interval, bootstrap variance over groups of both samples", cases_outside, groups_outside, note)
