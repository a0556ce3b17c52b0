"""What a table tells of the noise in a difference."""

from __future__ import annotations

import pytest

from bogam.audit.referee.noise import noise_between


def test_paired_runs(table) -> None:
    rows = table([{"network": n, "fold": str(k), "dice": v} for n, values in (
        ("a", (".70", ".80", ".75")), ("b", (".69", ".78", ".74"))) for k, v in enumerate(values)]).rows
    noise = noise_between(rows[:3], rows[3:], "dice")
    # differences .01 .02 .01: mean .01333, sd .00577, t(2) 4.303: half 1.434 points
    assert noise.within is True
    assert "-0.1 to 2.8 points" in noise.words
    rows = table([{"network": n, "fold": str(k), "dice": v} for n, values in (
        ("a", (".70", ".80", ".75")), ("b", (".60", ".71", ".65"))) for k, v in enumerate(values)]).rows
    assert noise_between(rows[:3], rows[3:], "dice").within is False


def test_printed_intervals(row) -> None:
    def one(value: str, low: str, high: str):
        return row(network=value, dice=value, dice_low=low, dice_high=high)
    # halves of 3 and 4 points: 5 together
    assert noise_between([one("0.71", "0.68", "0.74")], [one("0.70", "0.66", "0.74")], "dice").within is True
    assert noise_between([one("0.76", "0.73", "0.79")], [one("0.70", "0.66", "0.74")], "dice").within is False


def test_stated_standard_deviations(row) -> None:
    def one(value: str, **more):
        return row(network=value, dice=f"{value} ± 0.02", **more)
    # 0.02 / sqrt(5) each: half = 2.306 * .02 * sqrt(2 / 5) = 2.92 points
    for value, within in (("0.72", True), ("0.74", False)):
        assert noise_between([one(value, runs=5)], [one("0.70", runs=5)], "dice").within is within
    noise = noise_between([one("0.72")], [one("0.70")], "dice")
    assert (noise.within, "is not told" in noise.words) == (True, True)
    assert noise_between([one("0.73")], [one("0.70")], "dice").within is False


@pytest.mark.parametrize(("first", "second", "n", "within"), [
    ("1.00", "0.95", 100, True),  # five cases, though unpaired 1.96 * sqrt(.0475 / 100) = 4.3 points
    ("0.90", "0.84", 100, True),  # six, and unpaired 1.96 * sqrt(.09 / 100 + .1344 / 100) = 9.3 points
    ("0.90", "0.80", 100, False)])
def test_cases(row, first: str, second: str, n: int, within: bool) -> None:
    rows = [row(network="a", accuracy=first, n=n), row(network="b", accuracy=second, n=n)]
    assert noise_between(rows[:1], rows[1:], "accuracy").within is within


def test_nothing_told(row) -> None:
    assert noise_between([row(network="a", dice="0.7")], [row(network="b", dice="0.6")], "dice").within is None
    rows = [row(network="a", dice="0.7", n=9), row(network="b", dice="0.6", n=9)]
    assert noise_between(rows[:1], rows[1:], "dice").within is None
