"""How many identical rows chance gives."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.audit.referee.repeats import at_least, chance_alike, expected_within, fit


def table_of(table, values: np.ndarray, digits: int):
    return table([{"network": str(k), "dice": f"{a:.{digits}f}", "iou": f"{b:.{digits}f}"}
                  for k, (a, b) in enumerate(values)]).rows


def draw(rng: np.random.Generator, rows: int) -> np.ndarray:
    """Dice and IoU of cells without effects: sd .02, correlation .9."""
    return np.array([0.7, 0.6]) + rng.multivariate_normal([0, 0], 0.0004 * np.array([[1, 0.9], [0.9, 1]]), rows)


def test_the_expected_number_is_about_what_happens_and_not_less(table) -> None:
    rng = np.random.default_rng(0)
    expected = happened = 0.0
    for _ in range(60):
        rows = table_of(table, draw(rng, 12), 2)
        fitted = fit(rows, ("dice", "iou"))
        pairs = [(a, b) for k, a in enumerate(fitted) for b in fitted[:k]]
        expected += expected_within(fitted)
        happened += sum(all(a.row.values[m].value == b.row.values[m].value for m in ("dice", "iou")) for a, b in pairs)
    assert happened > 100
    assert 0.9 * happened < expected < 1.5 * happened


def test_a_curve_makes_copies_of_the_first_metric_copies_of_the_second(table) -> None:
    # IoU is a function of Dice: whoever agrees in one agrees in both, as often as values fall together
    rng = np.random.default_rng(4)
    expected = happened = 0.0
    for _ in range(60):
        dice = np.concatenate([level + rng.normal(0, 0.004, 4) for level in (0.5, 0.7, 0.9)])
        rows = table([{"network": str(k), "dice": f"{d:.3f}", "iou": f"{d / (2 - d):.3f}"}
                      for k, d in enumerate(dice)]).rows
        expected += expected_within(fit(rows, ("dice", "iou")))
        held = [(row.values["dice"].value, row.values["iou"].value) for row in rows]
        happened += sum(a == b for k, a in enumerate(held) for b in held[:k])
    assert happened > 20
    assert 0.8 * happened < expected < 1.6 * happened


def test_metrics_that_are_one_count_as_one(table) -> None:
    rng = np.random.default_rng(1)
    dice = 0.7 + 0.02 * rng.normal(size=12)
    one = fit(table([{"network": str(k), "dice": f"{d:.3f}"} for k, d in enumerate(dice)]).rows, ("dice",))
    two = fit(table([{"network": str(k), "dice": f"{d:.3f}", "iou": f"{d:.3f}"} for k, d in enumerate(dice)]).rows,
              ("dice", "iou"))
    assert 0.5 < chance_alike(two[0], two[1]) / chance_alike(one[0], one[1]) < 1.1


def test_effects_of_factors_tell_cells_apart(table) -> None:
    rng = np.random.default_rng(2)
    rows = [{"network": n, "augment": a, "dice": f"{0.6 + 0.1 * 'ab'.index(n) + 0.1 * 'pqr'.index(a) + x:.3f}",
             "iou": f"{0.5 + 0.1 * 'ab'.index(n) + 0.1 * 'pqr'.index(a) + y:.3f}", "loss": loss}
            for n in "ab" for a in "pqr" for loss in "xyz" for x, y in [rng.normal(0, 0.002, 2)]]
    fitted = fit(table(rows).rows, ("dice", "iou"))
    near, far = chance_alike(fitted[0], fitted[1]), chance_alike(fitted[0], fitted[17])
    assert near > 1e-3 > 1e-12 > far


def test_too_few_rows_give_no_model(table) -> None:
    assert fit(table([{"network": "a", "dice": ".7", "iou": ".6"}, {"network": "b", "dice": ".8", "iou": ".7"}]).rows,
               ("dice", "iou")) == []


def test_poisson() -> None:
    assert at_least(1, 0.1) == pytest.approx(1 - np.exp(-0.1))
    assert at_least(0, 0.1) == 1.0
    assert at_least(2, 0.0) == 0.0
    assert at_least(500, 490.0) == pytest.approx(0.334, abs=0.01)  # normal: 1 - Phi((499.5 - 490) / sqrt(490))
