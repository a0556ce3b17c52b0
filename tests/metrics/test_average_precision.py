"""Average precision: one class, and resamples equal to copied cases."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.metrics.average_precision import average_precision, resampled_average_precision


def test_one_class_is_undefined_and_a_constant_score_gives_the_share() -> None:
    assert average_precision(np.array([0.2, 0.7]), np.array([True, True])) is None
    assert average_precision(np.array([0.2, 0.7]), np.array([False, False])) is None
    assert average_precision(np.full(4, 0.3), np.array([True, False, False, False])) == 0.25


def test_weights_are_copies() -> None:
    rng = np.random.default_rng(1)
    scores, truth = np.round(rng.normal(size=30), 1), rng.random(30) < 0.4
    weights = rng.integers(0, 3, (8, 30)).astype(float)
    for row, value in zip(weights.astype(int), resampled_average_precision(scores, truth, weights), strict=True):
        assert average_precision(np.repeat(scores, row), np.repeat(truth, row)) == pytest.approx(value)
