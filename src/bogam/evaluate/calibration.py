"""Reliability: predicted probability beside observed share, bin by bin."""

from __future__ import annotations

import numpy as np
import polars as pl

from bogam.evaluate.measure import rows_by_run
from bogam.metrics.calibration import BINS, bin_of, said_and_true


def wilson(successes: float, trials: float, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a share.

    Example:
        >>> [round(end, 3) for end in wilson(5, 10)]
        [0.237, 0.763]

    References:
        Wilson 1927, Journal of the American Statistical Association 22, 209-212
    """
    from scipy.stats import norm
    z = float(norm.ppf((1 + level) / 2))
    share = successes / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * np.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def reliability_table(cases: pl.DataFrame, bins: int = BINS) -> pl.DataFrame:
    """Return the reliability table of one cell, the test images of all runs pooled (for the figure only).

    Two classes: the probability of the second; more: that of the predicted class.

    Args:
        cases: as `CellResult.cases` of a classification.
        bins: of equal width on [0, 1].

    Returns:
        One row per bin that holds a case: from, to, count (an image counts once per run), groups, predicted (mean
        probability), observed (share), observed_low, observed_high (Wilson's 95 % interval at the number of groups,
        or of cases where these are fewer, so that a patient's many images do not narrow it).
    """
    runs = rows_by_run(cases)
    schema = {"from": pl.Float64, "to": pl.Float64, "count": pl.Int64, "groups": pl.Int64, "predicted": pl.Float64,
              "observed": pl.Float64, "observed_low": pl.Float64, "observed_high": pl.Float64}
    if not runs:
        return pl.DataFrame(schema=schema)
    rows = pl.concat(list(runs.values()), how="vertical")
    names = sorted((c for c in rows.columns if c.startswith("prob_")), key=lambda c: int(c[5:]))
    said, happened = said_and_true(rows.select(names).to_numpy(), rows["target"].to_numpy())
    groups = rows["group"].to_numpy()
    place = bin_of(said, bins)
    found = []
    for k in np.unique(place):
        chosen = place == k
        count, units, share = int(chosen.sum()), len(set(groups[chosen])), float(happened[chosen].mean())
        low, high = wilson(share * units, units)
        found.append({"from": k / bins, "to": (k + 1) / bins, "count": count, "groups": units,
                      "predicted": float(said[chosen].mean()), "observed": share, "observed_low": low,
                      "observed_high": high})
    return pl.DataFrame(found, schema=schema)
