"""The search for a confusion matrix of whole numbers, against one that tries every table."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.audit.referee.checks.confusion_matrix import rates_of
from bogam.audit.referee.whole_numbers import exists

NAMES = ("accuracy", "sensitivity", "specificity", "precision", "npv", "f1", "balanced_accuracy", "kappa", "mcc",
         "prevalence", "error_rate")


def every_table(n: int):
    return [(tp, p - tp, fp, n - p - fp) for p in range(n + 1) for tp in range(p + 1) for fp in range(n - p + 1)]


def by_trying(ranges, n, positives=None, fixed=None) -> bool:
    """Return the same answer by trying every table with exact rates; undefined rates are not asked."""
    for entries in every_table(n):
        if positives is not None and entries[0] + entries[1] != positives:
            continue
        if any(entries[("tp", "fn", "fp", "tn").index(name)] != value for name, value in (fixed or {}).items()):
            continue
        rates = rates_of(entries)
        if all(rates[m] is not None and low - 1e-9 <= rates[m] <= high + 1e-9 for m, (low, high) in ranges.items()):
            return True
    return False


def test_worked_by_hand() -> None:
    # of 50 cases 43 are .86 and 44 are .88
    assert exists({"accuracy": (0.855, 0.865)}, 50) is True
    assert exists({"accuracy": (0.8725, 0.8735)}, 50) is False
    # of 7 positive cases 6 are .857
    assert exists({"sensitivity": (0.8565, 0.8575)}, 20, 7) is True
    assert exists({"sensitivity": (0.8565, 0.8575)}, 20, 8) is False
    # over three seeds on 8 positive cases each 0.8 is 19.2 of 24: no; 0.79 is 19 of 24
    assert exists({"sensitivity": (0.7995, 0.8005)}, 60, 24, step=3) is False
    assert exists({"sensitivity": (0.7915, 0.7925)}, 60, 24, step=3) is True


def test_a_rate_of_nothing_prints_nothing() -> None:
    # without true positives a precision of one half would be 0 / 0
    assert exists({"sensitivity": (0.0, 0.0), "precision": (0.495, 0.505)}, 20) is False
    assert exists({"sensitivity": (0.0, 0.0), "precision": (0.0, 0.005)}, 20) is True


def test_every_run_has_the_same_positive_cases() -> None:
    # 3 runs on 20 cases: 21 / 60 is 7 of 20 in each; 22 / 60 is no whole number in each
    assert exists({"prevalence": (0.3495, 0.3505)}, 60, step=3) is True
    assert exists({"prevalence": (0.3662, 0.3672)}, 60, step=3) is False
    assert exists({"prevalence": (0.3662, 0.3672)}, 60) is True


@pytest.mark.parametrize("seed", range(40))
def test_the_same_as_trying_every_table(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, digits = int(rng.integers(4, 15)), int(rng.integers(2, 4))
    table = every_table(n)[rng.integers(len(every_table(n)))]
    rates = {m: v for m, v in rates_of(table).items() if v is not None and 0 < v < 1 and m in NAMES}
    chosen = [m for m in rates if rng.random() < 0.45] or list(rates)[:1]
    half = 0.5 * 10.0**-digits
    moved = {m: rng.integers(-9, 10) * 2 * half if rng.random() < 0.4 else 0 for m in chosen}
    shown = {m: round(rates[m], digits) + moved[m] for m in chosen}
    ranges = {m: (v - half, v + half) for m, v in shown.items()}
    positives = table[0] + table[1] if rng.random() < 0.5 else None
    fixed = {"tp": table[0]} if rng.random() < 0.3 else {"fn": table[1]} if rng.random() < 0.2 else {}
    assert exists(ranges, n, positives, fixed=fixed) is by_trying(ranges, n, positives, fixed)


def test_too_many_to_try_is_undecided() -> None:
    assert exists({"f1": (0.5, 0.5), "kappa": (0.9, 0.9)}, 40_000) is None


def test_large_tables_end_early() -> None:
    assert exists({"accuracy": (0.85, 0.86), "f1": (0.7, 0.9), "kappa": (0.5, 0.9)}, 200_000) is True
