"""Rates and the confusion matrices that could give them."""

from __future__ import annotations

import pytest

KIND = "confusion-matrix"
ONE = {"network": "a", "runs": "1", "classes": "2"}
MATRIX = {"tp": "18", "fn": "2", "fp": "16", "tn": "64"}
RATES = {"sensitivity": "0.900", "specificity": "0.800", "accuracy": "0.820", "precision": "0.529", "npv": "0.970",
         "f1": "0.667", "balanced_accuracy": "0.850", "kappa": "0.556", "mcc": "0.591"}


def test_right_rates_beside_their_matrix(objections) -> None:
    # kappa: chance = (34 * 20 + 66 * 80) / 100^2 = .596, (.82 - .596) / .404 = .55446
    found = objections(KIND, {**ONE, **MATRIX, **RATES})
    assert [o.numbers for o in found] == [
        "The printed matrix (tp 18, fn 2, fp 16, tn 64) gives kappa 0.5545, printed 0.556."]
    assert objections(KIND, {**ONE, **MATRIX, **RATES, "kappa": "0.554"}) == []


@pytest.mark.parametrize(("metric", "wrong"), [("accuracy", "0.822"), ("precision", "0.531"), ("mcc", "0.593")])
def test_a_rate_that_differs_from_the_matrix(objections, metric: str, wrong: str) -> None:
    rates = {**RATES, "kappa": "0.554", metric: wrong}
    assert [(o.severity, o.title) for o in objections(KIND, {**ONE, **MATRIX, **rates})] == [
        ("impossible", "Rates that differ from the printed matrix")]
    untold = {k: v for k, v in ONE.items() if k != "runs"}
    assert [o.severity for o in objections(KIND, {**untold, **MATRIX, **rates})] == ["remark"]
    assert objections(KIND, {**untold, **MATRIX, **rates, "folds": "5"}) == []


def test_counts_that_do_not_add(objections) -> None:
    found, = objections(KIND, {**ONE, **MATRIX, "n": "101", "accuracy": "0.82"})
    assert (found.severity, found.numbers) == ("impossible", "tp 18 + fn 2 + fp 16 + tn 64 = 100, not n 101.")
    found, = objections(KIND, {**ONE, "tp": "18", "positives": "12", "accuracy": "0.82"})
    assert found.numbers == "tp 18 of 12 positives."


def test_accuracy_outside_sensitivity_and_specificity(objections) -> None:
    bad = {"sensitivity": "0.95", "specificity": "0.91", "accuracy": "0.87"}
    found, = objections(KIND, {**ONE, **bad})
    assert (found.severity, found.numbers) == (
        "impossible", "With sensitivity .95, specificity .91 the accuracy is 0.9050 to 0.9550, printed 0.87.".replace(
            " .9", " 0.9"))
    found, = objections(KIND, {"network": "a", **bad})
    assert found.severity == "remark"
    assert "It cannot be if the table is of one run and two classes, which it does not say" in found.numbers
    assert objections(KIND, {"network": "a", **bad, "folds": "5"}) == []
    assert objections(KIND, {**ONE, **bad, "classes": "4"}) == []


def test_means_over_seeds_on_one_test_set_keep_the_plain_rates(objections) -> None:
    seeds = {"network": "a", "seeds": "3", "n": "60", "positives": "24"}
    right = {"sensitivity": "0.90", "specificity": "0.80", "accuracy": "0.84"}  # .4 * .9 + .6 * .8
    assert objections(KIND, {**seeds, **right}) == []
    assert [o.severity for o in objections(KIND, {**seeds, **right, "accuracy": "0.86"})] == ["impossible"]
    assert objections(KIND, {**seeds, **right, "f1": "0.70"}) == []  # a mean F1 is no F1 of means
    # 0.915 * 72 = 65.9, so 66 / 72 = .9167; .912 is no 72nd
    found, = objections(KIND, {**seeds, "sensitivity": "0.912"})
    assert "summed over 3 runs" in found.numbers


def test_no_whole_number_of_cases(objections) -> None:
    found, = objections(KIND, {**ONE, "n": "50", "accuracy": "0.873"})
    assert found.numbers == ("No confusion matrix of 50 cases gives accuracy 0.873. The nearest are 43/50 = 0.8600 and "
                             "44/50 = 0.8800.")
    assert objections(KIND, {**ONE, "n": "50", "accuracy": "0.86"}) == []


def test_an_accuracy_needs_no_two_classes_to_be_a_share(objections) -> None:
    found, = objections(KIND, {"network": "a", "runs": "1", "n": "50", "accuracy": "0.873"})
    assert found.severity == "impossible"
    found, = objections(KIND, {"network": "a", "n": "50", "accuracy": "0.873"})
    assert found.severity == "remark"


def test_rates_that_fit_one_by_one_but_not_together(objections) -> None:
    # 10 positive, 10 negative: sensitivity .90 is 9, specificity .80 is 8, so kappa is .70
    base = {**ONE, "n": "20", "positives": "10", "sensitivity": "0.90", "specificity": "0.80"}
    assert objections(KIND, {**base, "kappa": "0.70"}) == []
    found, = objections(KIND, {**base, "kappa": "0.72"})
    assert found.numbers == "No confusion matrix of 20 cases, 10 of them positive gives kappa 0.72."
