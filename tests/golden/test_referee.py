"""The referee's arithmetic against scipy's linear programs and scikit-learn's metrics."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog
from sklearn import metrics as theirs

from bogam.audit.referee.checks.confusion_matrix import rates_of
from bogam.audit.referee.matrix import RATES, possible, range_given


def program(ranges, scale, goal):
    """Return the least goal . shares under the ranges where scale . shares = 1, or None."""
    rows = [row for name, (low, high) in ranges.items() for a, b in [np.array(RATES[name], float)]
            for row in (low * b - a, a - high * b)]
    done = linprog(goal, A_ub=rows, b_ub=np.zeros(len(rows)), A_eq=[scale], b_eq=[1], bounds=[(0, None)] * 4)
    return done.fun if done.status == 0 else None


def drawn(seed: int):
    """Return ranges of a few rates of a drawn table; in one of two, one rate is moved."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(rng.uniform(0.3, 3, 4))
    values = {name: float(np.dot(a, shares) / np.dot(b, shares)) for name, (a, b) in RATES.items()}
    names = [name for name in RATES if rng.random() < 0.5] or ["f1"]
    half = 0.5 * 10.0 ** -int(rng.integers(2, 5))
    moved = rng.choice(names) if rng.random() < 0.5 else None
    return {n: (values[n] - half, values[n] + half) if n != moved else (values[n] + 3 * half, values[n] + 5 * half)
            for n in names}


@pytest.mark.parametrize("block", range(10))
def test_bodies_with_flat_sides(block: int) -> None:
    answers = set()
    for seed in range(30 * block, 30 * block + 30):
        ranges = drawn(seed)
        ours = possible(ranges)
        assert ours is all(program(ranges, RATES[n][1], np.zeros(4)) is not None for n in ranges), seed
        answers.add(ours)
        if ours:
            above, below = RATES["accuracy"]
            low, high = program(ranges, below, above), program(ranges, below, -np.array(above))
            assert range_given("accuracy", ranges) == pytest.approx((low, -high), abs=1e-6)
    assert answers == {True, False}


@pytest.mark.parametrize("seed", range(8))
def test_rates(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, called = rng.random(60) < 0.4, rng.random(60) < 0.5
    tn, fp, fn, tp = theirs.confusion_matrix(truth, called).ravel()
    ours = rates_of([tp, fn, fp, tn])
    for name, value in (("accuracy", theirs.accuracy_score), ("sensitivity", theirs.recall_score),
                        ("precision", theirs.precision_score), ("f1", theirs.f1_score),
                        ("balanced_accuracy", theirs.balanced_accuracy_score), ("kappa", theirs.cohen_kappa_score),
                        ("mcc", theirs.matthews_corrcoef)):
        assert ours[name] == pytest.approx(value(truth, called), abs=1e-12)
