"""AUC against one operating point."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.metrics.auc import auc

KIND = "auc-and-operating-point"


def row(value: str, **more: str) -> dict[str, str]:
    return {"network": "a", "sensitivity": "0.90", "specificity": "0.80", "auc": value, **more}


ONE = {"runs": "1", "classes": "2"}


@pytest.mark.parametrize(("value", "severity"), [
    ("0.71", None), ("0.70", "impossible"), ("0.98", None), ("0.99", "impossible")])
def test_bounds_of_one_run(objections, value: str, severity: str | None) -> None:
    # .895 * .795 = .7115; 1 - (1 - .905)(1 - .805) = .9815
    assert [o.severity for o in objections(KIND, row(value, **ONE))] == ([severity] if severity else [])


def test_the_upper_bound(objections) -> None:
    low = {"network": "a", "sensitivity": "0.50", "specificity": "0.50", **ONE}  # at most 1 - .495 * .495 = .755
    assert objections(KIND, {**low, "auc": "0.75"}) == []
    assert [o.numbers for o in objections(KIND, {**low, "auc": "0.78"})] == [
        "AUC 0.78 with sensitivity 0.50 and specificity 0.50: between 0.245 and 0.755 is possible."]


def test_averages_have_wider_bounds(objections) -> None:
    assert objections(KIND, row("0.70", folds="5", classes="2")) == []  # .895 + .795 - 1 = .69
    assert [o.severity for o in objections(KIND, row("0.68", folds="5", classes="2"))] == ["impossible"]


def test_what_is_not_said_is_not_held_against_the_table(objections) -> None:
    found, = objections(KIND, row("0.70"))
    assert found.severity == "remark"
    assert "--averaged no --classes 2" in found.numbers
    assert objections(KIND, row("0.60", classes="4")) == []


def test_no_curve_breaks_the_bounds() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        truth = rng.random(30) < 0.4
        truth[:2] = True, False
        scores = np.round(rng.normal(size=30) + truth, 1)
        area = auc(scores, truth)
        for cut in np.unique(scores):
            se, sp = (scores > cut)[truth].mean(), (scores <= cut)[~truth].mean()
            assert se * sp - 1e-12 <= area <= 1 - (1 - se) * (1 - sp) + 1e-12
