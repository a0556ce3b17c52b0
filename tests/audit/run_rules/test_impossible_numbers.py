"""The referee over a study's own table: silent on numbers that were computed, loud on numbers that were changed."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.audit.discipline import RunEvidence, RunRecord, run_rules
from bogam.audit.run_rules.impossible_numbers import rows_of
from bogam.metrics.catalog import metrics_of

KIND = "impossible-numbers"


def masks(seed: int) -> dict[str, float]:
    """Return the mean Dice and IoU of drawn masks."""
    dice = np.random.default_rng(seed).beta(4, 2, size=60)
    return {"dice": float(dice.mean()), "iou": float((dice / (2 - dice)).mean())}


def matrix(tp: int, fn: int, fp: int, tn: int) -> dict[str, float]:
    """Return the rates of one confusion matrix."""
    return {"accuracy": (tp + tn) / (tp + fn + fp + tn), "sensitivity": tp / (tp + fn), "specificity": tn / (tn + fp),
            "precision": tp / (tp + fp), "f1": 2 * tp / (2 * tp + fp + fn),
            "balanced_accuracy": (tp / (tp + fn) + tn / (tn + fp)) / 2}


def test_computed_numbers_are_not_accused(made) -> None:
    runs = [made.record(cell=cell, seed=seed) for cell in "abc" for seed in (0, 1)]
    assert made.check(KIND, *runs, scores={cell: masks(k) for k, cell in enumerate("abc")}) == []
    assert made.check(KIND, scores={}) == []


def test_an_iou_above_dice_is_a_stop(made) -> None:
    runs = [made.record(cell=cell) for cell in "ab"]
    scores = {"a": masks(0), "b": {**masks(1), "iou": 0.99}}
    found, = run_rules.parse(KIND).check(made.evidence(*runs, scores=scores))
    assert (found.severity, found.title) == ("stop", "The results contradict each other in 1 place: IoU above Dice.")
    assert found.detail.startswith("By the referee's check iou-and-dice, b: IoU 0.990 > Dice ")


@pytest.mark.parametrize(("changed", "accused"), [
    ({}, False), ({"accuracy": 0.95}, True), ({"sensitivity": 0.2}, True)])
def test_rates_of_one_run_must_fit_one_table_of_counts(made, changed, accused) -> None:
    parts = {"train": ["t"], "validation": ["v"], "test": [f"i{k}" for k in range(60)]}
    told = made.evidence(made.record(), scores={"x": {**matrix(18, 6, 4, 32), **changed}}, parts=parts)
    found = list(run_rules.parse(KIND).check(RunEvidence(told.runs, told.folds, (), told.scores, 2)))
    assert bool(found) is accused


def test_means_over_folds_are_not_read_as_one_table(made) -> None:
    runs = [RunRecord("x", 0, fold, 0, {"status": "done"}) for fold in (0, 1)]
    one, other = matrix(18, 6, 4, 32), matrix(3, 9, 1, 12)
    scores = {name: float(np.mean([one[name], other[name]])) for name in one}
    assert list(run_rules.parse(KIND).check(RunEvidence(tuple(runs), scores={"x": scores}, classes=2))) == []


def test_every_metric_of_ours_that_the_referee_knows_is_in_the_rows(made) -> None:
    names = metrics_of("classification", 2)
    row, = rows_of(made.evidence(made.record(), scores={"x": dict.fromkeys(names, 0.5)}))
    assert {"cell", "folds", "seeds", "auc", "accuracy", "sensitivity", "specificity"} <= set(row)
