"""AUC: ties, one class, and resamples equal to copied cases."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.core.errors import UserError
from bogam.metrics import resamples
from bogam.metrics.auc import auc, macro_auc, resampled_auc, resampled_macro_auc


def test_one_class_is_undefined_and_constant_scores_are_half() -> None:
    assert auc(np.array([0.2, 0.7]), np.array([True, True])) is None
    assert auc(np.array([0.2, 0.7]), np.array([False, False])) is None
    assert auc(np.zeros(0), np.zeros(0, bool)) is None
    assert auc(np.full(5, 0.3), np.array([True, False, False, True, False])) == 0.5


def test_nan_scores_are_refused() -> None:
    with pytest.raises(UserError, match="1 scores that are not finite"):
        auc(np.array([0.1, np.nan]), np.array([True, False]))


def test_weights_are_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resamples, "BLOCK", 90)  # three resamples a block
    rng = np.random.default_rng(0)
    scores, truth = np.round(rng.normal(size=30), 1), rng.random(30) < 0.4
    weights = rng.integers(0, 3, (8, 30)).astype(float)
    weights[5, truth] = 0
    found = resampled_auc(scores, truth, weights)
    for row, value in zip(weights.astype(int), found, strict=True):
        copied = auc(np.repeat(scores, row), np.repeat(truth, row))
        assert copied == pytest.approx(value) if copied is not None else np.isnan(value)
    assert np.isnan(found[5])


def test_macro_leaves_absent_classes_out() -> None:
    probs, target = np.array([[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.5, 0.4, 0.1]]), np.array([0, 1, 0])
    assert macro_auc(probs, target) == 1.0
    assert macro_auc(probs, np.zeros(3, int)) is None
    assert np.isnan(resampled_macro_auc(probs, target, np.array([[1.0, 0.0, 1.0]]))[0])
