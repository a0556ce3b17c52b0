"""Two cells with the same numbers."""

from __future__ import annotations

KIND = "repeated-cells"


def test_the_same_to_three_digits_is_a_warning(made) -> None:
    scores = {"a": {"dice": 0.81204, "iou": 0.78899}, "b": {"dice": 0.8118, "iou": 0.7893},
              "c": {"dice": 0.812, "iou": 0.790}}
    assert made.check(KIND, scores=scores) == [
        ("warning", "2 cells have the same results to 3 digits: dice 0.812, iou 0.789.")]


def test_one_metric_or_metrics_at_their_bounds_say_nothing(made) -> None:
    assert made.check(KIND, scores={"a": {"dice": 0.812}, "b": {"dice": 0.812}}) == []
    assert made.check(KIND, scores={c: {"dice": 0.812, "false_positive_rate": 1.0, "specificity": 0.0}
                                    for c in "ab"}) == []
    assert made.check(KIND, scores={}) == []
