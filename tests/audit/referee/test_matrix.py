"""Which confusion matrices fit printed rates, as shares."""

from __future__ import annotations

import pytest

from bogam.audit.referee.matrix import conflict, possible, range_given, ranges_of, sizes


def at(**values: float) -> dict[str, tuple[float, float]]:
    return {name: (value, value) for name, value in values.items()}


def test_worked_by_hand() -> None:
    # 100 cases: tp 18, fn 2, fp 16, tn 64
    right = at(sensitivity=0.9, specificity=0.8, prevalence=0.2, accuracy=0.82, precision=18 / 34, npv=64 / 66,
               f1=36 / 54)
    assert possible(right)
    for name in right:
        assert not possible(right | at(**{name: right[name][0] + 0.01})), name


def test_a_rate_of_nothing_does_not_fit_everything() -> None:
    # with tn = 1 and all else 0, precision, sensitivity and F1 would be 0 / 0
    assert not possible(at(precision=0.62, sensitivity=0.85, f1=0.93))
    assert possible(at(precision=0.6, sensitivity=0.9, f1=0.72))


def test_rare_positives_are_no_fault() -> None:
    n, tp, fn, fp = 1_000_000, 3, 1, 5
    assert possible(at(sensitivity=tp / (tp + fn), precision=tp / (tp + fp), f1=2 * tp / (2 * tp + fp + fn),
                       accuracy=1 - (fp + fn) / n, prevalence=(tp + fn) / n))


def test_ranges_of_one_rate_by_the_others() -> None:
    assert range_given("accuracy", at(sensitivity=0.9, specificity=0.8)) == pytest.approx((0.8, 0.9))
    assert range_given("prevalence", at(sensitivity=0.9, specificity=0.8, accuracy=0.82)) == pytest.approx((0.2, 0.2))
    assert range_given("f1", at(sensitivity=0.9, precision=0.6)) == pytest.approx((0.72, 0.72))
    assert range_given("f1", at(sensitivity=0.9, specificity=0.8, accuracy=0.95)) is None


def test_a_smallest_contradiction() -> None:
    assert conflict(at(sensitivity=0.9, specificity=0.8, accuracy=0.95, precision=0.7)) == [
        "sensitivity", "specificity", "accuracy"]


def test_counts_give_the_share_of_positive_cases(row) -> None:
    found = ranges_of(row(sensitivity="0.9", n=50, positives=20), ("sensitivity", "prevalence"))
    assert found["prevalence"] == (0.4, 0.4)
    assert found["sensitivity"] == pytest.approx((0.85, 0.95), abs=1e-8)
    assert sizes(row(accuracy="0.9", n=50, negatives=20)) == (50, 30, 20)
    assert sizes(row(accuracy="0.9", n=50)) == (50, None, None)
    assert sizes(row(accuracy="0.9")) == (None, None, None)
