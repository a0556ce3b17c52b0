"""Intervals: against formulas, and how often they cover the truth."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from bogam.evaluate.intervals import (
    bound_interval,
    clopper_pearson,
    jackknife_variance,
    percentile_interval,
    satterthwaite,
    share_interval,
    t_interval,
)
from bogam.evaluate.measure import resample_groups
from bogam.evaluate.summary import summarize


def test_exact_ends_are_those_of_scipy() -> None:
    expected = stats.binomtest(17, 20).proportion_ci(method="exact")
    assert clopper_pearson(17, 20) == pytest.approx((expected.low, expected.high))
    assert clopper_pearson(0, 12)[0] == 0.0
    assert bound_interval(True, 12, (0, 1)) == pytest.approx(clopper_pearson(12, 12))
    assert bound_interval(False, 12, (0, 1)) == pytest.approx(clopper_pearson(0, 12))


def test_jackknife_of_a_mean_is_its_variance() -> None:
    sample = np.random.default_rng(0).normal(size=25)
    left_out = (sample.sum() - sample) / 24
    variance = jackknife_variance(left_out, np.zeros(25, np.int64))
    assert variance == pytest.approx(sample.var(ddof=1) / 25)
    expected = stats.t.interval(0.95, 24, sample.mean(), stats.sem(sample))
    assert t_interval(float(sample.mean()), variance, 24) == pytest.approx(expected)


def test_clusters_widen_the_interval_of_a_share() -> None:
    alone = share_interval(0.8, 0.8 * 0.2 / 100, 100, 19)
    clustered = share_interval(0.8, 4 * 0.8 * 0.2 / 100, 100, 19)
    assert clustered[1] - clustered[0] > 1.6 * (alone[1] - alone[0])
    assert satterthwaite([2.0, 0.0], [7.0, 3.0]) == 7.0


def test_the_expanded_percentile_interval_is_as_wide_as_t() -> None:
    sample = np.random.default_rng(1).normal(size=30)
    weights = resample_groups(np.zeros(30, np.int64), 20_000, np.random.default_rng(2))
    low, high = percentile_interval(float(sample.mean()), weights @ sample / 30, 30)
    expected = np.diff(stats.t.interval(0.95, 29, 0, stats.sem(sample)))[0]
    assert high - low == pytest.approx(expected, rel=0.04)


def test_resamples_keep_the_size_of_each_stratum() -> None:
    weights = resample_groups(np.array([0, 0, 0, 1, 1]), 500, np.random.default_rng(0))
    assert (weights[:, :3].sum(axis=1) == 3).all()
    assert (weights[:, 3:].sum(axis=1) == 2).all()
    assert weights.mean(axis=0) == pytest.approx(np.ones(5), abs=0.15)


def coverage(groups: int, studies: int, kind: str) -> float:
    """Return how often the interval of a cell of clustered cases, one fold, holds the truth."""
    rng = np.random.default_rng(groups)
    held = 0
    for study in range(studies):
        group = np.repeat(np.arange(groups), rng.integers(1, 6, groups))
        shift = rng.normal(0, 1, groups)[group]
        ids = pl.Series("id", [f"i{k}" for k in range(len(group))])
        head = {"id": ids, "group": [f"g{g}" for g in group], "part": "test"}
        if kind == "dice":
            cases = pl.DataFrame({**head, "dice": 0.6 + 0.1 * shift + rng.normal(0, 0.1, len(group)),
                                  "has_lesion": True})
            truth, task, metric = 0.6, "segmentation", "dice"
        else:
            target = (shift + rng.normal(0, 1, len(group)) > 0).astype(int)
            score = rng.normal(0, 1, len(group)) + 1.5 * target
            prob = stats.norm.cdf(score - 0.75)
            cases = pl.DataFrame({**head, "target": target, "prob_0": 1 - prob, "prob_1": prob,
                                  "predicted": (prob > 0.5).astype(int)})
            truth = stats.norm.cdf(1.5 / np.sqrt(2)) if kind == "auc" else stats.norm.cdf(0.75)
            task, metric = "classification", kind
        found = summarize(cases, task, ("a", "b"), resamples=200, seed=study, metrics=[metric])[0]
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high
    return held / studies


@pytest.mark.parametrize(("kind", "groups"), [("dice", 12), ("dice", 40), ("accuracy", 14), ("auc", 50)])
def test_intervals_cover_the_truth(kind: str, groups: int) -> None:
    assert 0.90 <= coverage(groups, 150, kind) <= 0.995


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "groups"), [("dice", 8), ("dice", 30), ("dice", 100), ("accuracy", 10),
                                              ("accuracy", 35), ("auc", 16), ("auc", 35), ("auc", 100)])
def test_intervals_cover_the_truth_in_many_studies(kind: str, groups: int) -> None:
    assert 0.92 <= coverage(groups, 1500, kind) <= 0.995  # the exact method for shares covers more than it says
