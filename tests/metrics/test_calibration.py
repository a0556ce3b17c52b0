"""Brier score and calibration error by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.metrics.brier import brier
from bogam.metrics.calibration import calibration_error, said_and_true


def test_bins_by_hand() -> None:
    said, happened = np.array([0.1, 0.19, 0.9, 1.0]), np.array([False, True, True, True])
    assert calibration_error(said, happened) == pytest.approx((abs(0.29 - 1) + abs(1.9 - 2)) / 4)
    assert calibration_error(said, happened, weights=np.array([1.0, 0, 0, 0])) == pytest.approx(0.1)
    assert calibration_error(np.zeros(0), np.zeros(0, bool)) is None


def test_errors_of_one_bin_cancel_and_of_two_do_not() -> None:
    happened = np.array([True, False])
    assert calibration_error(np.array([0.45, 0.46]), happened, bins=10) == pytest.approx(0.045)
    assert calibration_error(np.array([0.35, 0.46]), happened, bins=10) == pytest.approx((0.65 + 0.46) / 2)


def test_which_probability_is_judged() -> None:
    said, happened = said_and_true(np.array([[0.8, 0.2], [0.4, 0.6]]), np.array([0, 1]))
    assert (said.tolist(), happened.tolist()) == ([0.2, 0.6], [False, True])
    said, happened = said_and_true(np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]]), np.array([1, 2]))
    assert (said.tolist(), happened.tolist()) == ([0.5, 0.7], [False, True])


def test_brier_ends_at_one_for_two_classes_and_at_two_for_more() -> None:
    assert brier(np.array([[1.0, 0.0]]), np.array([1])) == 1.0
    assert brier(np.array([[1.0, 0.0, 0.0]]), np.array([1])) == 2.0
    assert brier(np.zeros((0, 2)), np.zeros(0, int)) is None
