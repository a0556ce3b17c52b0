"""ROC, precision-recall and reliability by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bogam.study.report.calibration import of_cell, reliability
from bogam.study.report.curves import mean_curve
from bogam.study.report.roc import GRID, bands, precision_on_grid, roc_on_grid
from bogam.study.results import CellResult, RunResult

TRUTH = np.array([True, False, True, False])
SCORE = np.array([0.9, 0.8, 0.7, 0.1])


def test_roc_is_a_step_between_thresholds() -> None:
    line = roc_on_grid(TRUTH, SCORE)
    assert line[0] == 0.5
    assert line[GRID < 0.5][-1] == 0.5
    assert line[GRID >= 0.5].min() == 1.0


def test_area_under_the_curve_is_the_share_of_ordered_pairs() -> None:
    rng = np.random.default_rng(0)
    truth, score = rng.random(400) < 0.4, rng.normal(size=400)
    score = score + truth
    pairs = (score[truth][:, None] > score[~truth][None]).mean()
    assert np.trapezoid(roc_on_grid(truth, score), GRID) == pytest.approx(pairs, abs=0.01)


def test_ties_are_one_threshold() -> None:
    assert roc_on_grid(np.array([True, False]), np.array([0.5, 0.5]))[50] == pytest.approx(0.5)


def test_precision_at_a_recall_is_that_of_the_first_threshold_that_reaches_it() -> None:
    line = precision_on_grid(TRUTH, SCORE)
    assert line[GRID <= 0.5].tolist() == [1.0] * 51
    assert line[GRID > 0.5] == pytest.approx(2 / 3)


def _cell(rows: list[dict[str, object]]) -> CellResult:
    return CellResult("a", {}, False, [RunResult(Path(), 0, 0, 0, "done")], pl.DataFrame(rows))


def test_a_run_with_one_class_is_left_out_and_counted() -> None:
    rows = [{"repeat": 0, "fold": f, "seed": 0, "id": str(n), "part": "test", "target": int(t) if f == 0 else 1,
             "prob_0": 1 - s, "prob_1": s} for f in range(2) for n, (t, s) in enumerate(zip(TRUTH, SCORE, strict=True))]
    (band,) = bands(_cell(rows), ("no", "yes"), roc_on_grid)
    assert (band.runs, band.left_out, band.label, band.share) == (1, 1, "yes", 0.5)
    assert band.mean.tolist() == roc_on_grid(TRUTH, SCORE).tolist()


def test_train_rows_are_not_drawn() -> None:
    rows = [{"repeat": 0, "fold": 0, "seed": 0, "id": "a", "part": "train", "target": 1, "prob_0": 0.2, "prob_1": 0.8}]
    assert bands(_cell(rows), ("no", "yes"), roc_on_grid) == []
    assert of_cell(_cell(rows), 2) is None


def test_reliability_counts_a_probability_of_one_in_the_last_bin() -> None:
    found = reliability(np.array([1.0, 0.95]), np.array([True, False]))
    assert found.count.tolist() == [2]
    assert found.observed.tolist() == [0.5]


def test_the_mean_curve_ends_where_most_runs_have_stopped() -> None:
    long, short = (np.arange(1.0, 6), np.ones(5)), (np.arange(1.0, 3), np.zeros(2))
    epochs, mean = mean_curve([long, short, short])
    assert epochs.tolist() == [1, 2]
    assert mean == pytest.approx([1 / 3, 1 / 3])
