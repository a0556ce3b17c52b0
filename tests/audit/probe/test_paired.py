"""The interval of a grouped mean holds what it should as often as it says, and copies do not narrow it."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.audit.probe.paired import grouped_interval


def test_it_holds_the_truth_in_about_95_of_100() -> None:
    rng = np.random.default_rng(0)
    hits, count = 0, 600
    for _ in range(count):
        sizes = rng.integers(1, 6, 40)
        groups = np.repeat(np.arange(40), sizes)
        values = 0.3 + rng.normal(size=40)[groups] + 0.3 * rng.normal(size=len(groups))
        _, low, high, _ = grouped_interval(values, np.ones(len(groups)), groups)
        hits += low <= 0.3 <= high
    assert 0.92 < hits / count < 0.98


def test_repeating_every_picture_changes_nothing() -> None:
    rng = np.random.default_rng(1)
    values, groups = rng.normal(size=30), np.arange(30) // 2
    once = grouped_interval(values, np.ones(30), groups)
    thrice = grouped_interval(np.tile(values, 3), np.ones(90), np.tile(groups, 3))
    assert once == pytest.approx(thrice)


def test_weights_count_and_few_groups_give_no_interval() -> None:
    mean, low, high, count = grouped_interval(np.array([1.0, 0.0]), np.array([3.0, 1.0]), np.array([0, 1]))
    assert (mean, low, high, count) == (0.75, None, None, 2)
    heavy = np.ones(40)
    heavy[0] = 1000.0  # one group is nearly all
    assert grouped_interval(np.arange(40.0), heavy, np.arange(40))[1] is None
    assert grouped_interval(np.ones(20), np.ones(20), np.arange(20))[:3] == pytest.approx((1.0, 1.0, 1.0))
