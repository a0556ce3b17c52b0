"""How far values in 0 to 1 can be spread."""

from __future__ import annotations

import numpy as np
import pytest

KIND = "mean-and-sd"


@pytest.mark.parametrize(("mean", "sd", "runs", "count"), [
    ("0.90", "0.42", "", 0),  # sqrt(2 * .895 * .105) = .4335
    ("0.90", "0.45", "", 1),
    ("0.90", "0.34", "5", 0),  # sqrt(1.25 * .895 * .105) = .3427
    ("0.90", "0.36", "5", 1),
    ("0.50", "0.70", "", 0), ("0.50", "0.72", "", 1), ("1.00", "0.00", "", 0), ("1.00", "0.20", "", 1)])
def test_the_largest_spread(objections, mean: str, sd: str, runs: str, count: int) -> None:
    found = objections(KIND, {"network": "a", "dice": mean, "dice_sd": sd, "runs": runs})
    assert [o.severity for o in found] == ["impossible"] * count


def test_a_negative_spread(objections) -> None:
    assert objections(KIND, {"network": "a", "dice": "0.9", "dice_sd": "-0.1"})[0].numbers == (
        "Dice: a standard deviation of -0.1.")


def test_metrics_of_another_range_are_left_alone(objections) -> None:
    assert objections(KIND, {"network": "a", "mcc": "0.0", "mcc_sd": "0.9"}) == []


def test_no_values_break_the_bound() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        values = rng.beta(*rng.uniform(0.05, 2, 2), rng.integers(2, 9))
        n, m = len(values), values.mean()
        assert values.std(ddof=1) <= np.sqrt(m * (1 - m) * n / (n - 1)) + 1e-12
