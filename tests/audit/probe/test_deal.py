"""Groups are dealt whole, in the shares that are asked for, and each picture is tested often enough."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.audit.probe.deal import TESTED, deal, deals, majority


@pytest.mark.parametrize("shares", [(0.2, 0.8), (0.2, 0.65, 0.15), (0.7, 0.3)])
def test_groups_stay_whole_and_shares_are_kept_in_every_class(shares: tuple[float, ...]) -> None:
    rng = np.random.default_rng(1)
    sizes = rng.integers(1, 6, 300)
    groups = np.repeat(np.arange(300), sizes)
    strata = np.repeat(rng.integers(0, 3, 300), sizes)
    part = deal(groups, strata, shares, rng)
    assert all(len(set(part[groups == g])) == 1 for g in range(300))
    for stratum in range(3):
        found = np.bincount(part[strata == stratum], minlength=len(shares)) / (strata == stratum).sum()
        assert np.abs(found - shares).max() < 0.03


def test_each_picture_is_tested_about_so_often_and_never_trains_then() -> None:
    groups = np.repeat(np.arange(60), 2)
    times = np.zeros(120)
    for tested, training in deals(groups, np.zeros(120, int), 0.25, 0.6, np.random.default_rng(0)):
        assert not (tested & training).any()
        assert not set(groups[tested]) & set(groups[training])
        times += tested
    assert times.mean() == pytest.approx(TESTED, rel=0.1)
    assert times.min() >= 1


def test_two_deals_differ_and_the_same_generator_gives_the_same() -> None:
    groups, strata = np.arange(50), np.zeros(50, int)
    first = [deal(groups, strata, (0.5, 0.5), np.random.default_rng(3)) for _ in range(2)]
    assert (first[0] == first[1]).all()
    assert (first[0] != deal(groups, strata, (0.5, 0.5), np.random.default_rng(4))).any()


def test_a_group_has_the_label_of_most_of_its_pictures() -> None:
    assert majority(np.array([0, 0, 0, 1, 1]), np.array([2, 2, 0, 1, 0])).tolist() == [2, 0]
