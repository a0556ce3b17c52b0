"""Rates that are averages."""

from __future__ import annotations

import numpy as np

KIND = "averaged-rates"


def test_f1(objections) -> None:
    def f1(value: str) -> list:
        return objections(KIND, {"network": "a", "precision": "0.60", "sensitivity": "0.90", "f1": value, "folds": "5"})
    assert f1("0.72") == []  # the harmonic mean, 1.08 / 1.5
    assert f1("0.50") == []  # means of F1 may lie far below
    assert [o.severity for o in f1("0.74")] == ["impossible"]
    assert [o.severity for o in f1("0.48")] == ["impossible"]  # below .595 + .895 - 1 = .49


def test_accuracy_and_balanced_accuracy(objections) -> None:
    def both(**more: str) -> list[str]:
        return [f"{o.severity} {o.about}" for o in objections(KIND, {
            "network": "a", "sensitivity": "0.40", "specificity": "0.30", "folds": "5", **more})]
    assert both(accuracy="0.70", classes="2") == []
    assert both(accuracy="0.72", classes="2") == ["impossible accuracy"]
    assert both(accuracy="0.72") == ["remark accuracy"]
    assert both(balanced_accuracy="0.35", classes="2") == []
    assert both(balanced_accuracy="0.37", classes="2") == ["impossible balanced_accuracy"]
    assert both(balanced_accuracy="0.90", classes="3") == []


def test_no_average_breaks_the_bounds() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        precision, recall = rng.beta(*rng.uniform(0.3, 3, 2), 6), rng.beta(*rng.uniform(0.3, 3, 2), 6)
        f1 = 2 * precision * recall / (precision + recall)
        p, r = precision.mean(), recall.mean()
        assert max(0, p + r - 1) - 1e-12 <= f1.mean() <= 2 * p * r / (p + r) + 1e-12
        share = rng.random(6)
        accuracy = share * precision + (1 - share) * recall  # as sensitivity and specificity
        assert max(0, p + r - 1) - 1e-12 <= accuracy.mean() <= min(1, p + r) + 1e-12
