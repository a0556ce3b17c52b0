"""Our metrics against scikit-learn; tolerance 1e-12."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as theirs

from bogam.metrics.auc import auc, macro_auc
from bogam.metrics.average_precision import average_precision
from bogam.metrics.brier import brier
from bogam.metrics.confusion import accuracy, balanced_accuracy, confusion_matrix, f1, sensitivity, specificity
from bogam.metrics.curves import precision_recall_curve, roc_curve
from bogam.metrics.dice import dice
from bogam.metrics.iou import iou

SEEDS = range(12)


def binary(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores with many ties on odd seeds, and integer multiplicities with zeros."""
    rng = np.random.default_rng(seed)
    truth = rng.random(80) < 0.3
    scores = rng.normal(size=80) + truth
    scores = np.round(scores) / 8 if seed % 2 else scores
    return scores, truth, rng.integers(0, 4, 80).astype(float)


@pytest.mark.parametrize("seed", SEEDS)
def test_auc_and_average_precision_with_and_without_weights(seed: int) -> None:
    scores, truth, weights = binary(seed)
    assert auc(scores, truth) == pytest.approx(theirs.roc_auc_score(truth, scores), abs=1e-12)
    assert auc(scores, truth, weights) == pytest.approx(
        theirs.roc_auc_score(truth, scores, sample_weight=weights), abs=1e-12)
    assert average_precision(scores, truth) == pytest.approx(theirs.average_precision_score(truth, scores), abs=1e-12)
    assert average_precision(scores, truth, weights) == pytest.approx(
        theirs.average_precision_score(truth, scores, sample_weight=weights), abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_curves(seed: int) -> None:
    scores, truth, _ = binary(seed)
    roc, precision = roc_curve(scores, truth), precision_recall_curve(scores, truth)
    assert roc is not None
    assert precision is not None
    fpr, tpr, thresholds = theirs.roc_curve(truth, scores, drop_intermediate=False)
    np.testing.assert_allclose([roc.across, roc.up], [fpr, tpr], atol=1e-12)
    np.testing.assert_allclose(roc.thresholds, thresholds)
    expected, recall, _ = theirs.precision_recall_curve(truth, scores)
    np.testing.assert_allclose(precision.up[1:], expected[:-1][::-1], atol=1e-12)
    np.testing.assert_allclose(precision.across[1:], recall[:-1][::-1], atol=1e-12)


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("seed", SEEDS)
def test_many_classes(seed: int, classes: int) -> None:
    rng = np.random.default_rng(seed)
    target = np.concatenate([np.arange(classes), rng.integers(0, classes, 90)])
    probs = rng.dirichlet(np.ones(classes), len(target))
    predicted, weights = probs.argmax(axis=1), rng.integers(1, 4, len(target)).astype(float)
    table = confusion_matrix(target, predicted, classes, weights)
    np.testing.assert_allclose(table, theirs.confusion_matrix(target, predicted, sample_weight=weights))
    assert float(accuracy(table)) == pytest.approx(theirs.accuracy_score(target, predicted, sample_weight=weights))
    assert float(balanced_accuracy(table)) == pytest.approx(
        theirs.balanced_accuracy_score(target, predicted, sample_weight=weights))
    kind = "binary" if classes == 2 else "macro"
    assert float(f1(table)) == pytest.approx(
        theirs.f1_score(target, predicted, sample_weight=weights, average=kind))
    assert brier(probs, target) == pytest.approx(theirs.brier_score_loss(target, probs))
    score = probs[:, 1] if classes == 2 else probs
    assert macro_auc(probs, target) == pytest.approx(theirs.roc_auc_score(target, score, multi_class="ovr"))
    if classes == 2:
        assert float(sensitivity(table)) == pytest.approx(
            theirs.recall_score(target, predicted, sample_weight=weights))
        assert float(specificity(table)) == pytest.approx(
            theirs.recall_score(target, predicted, pos_label=0, sample_weight=weights))


@pytest.mark.parametrize("seed", SEEDS)
def test_masks(seed: int) -> None:
    rng = np.random.default_rng(seed)
    predicted, truth = rng.random((2, 16, 20)) < 0.4
    assert dice(predicted, truth) == pytest.approx(theirs.f1_score(truth.ravel(), predicted.ravel()))
    assert iou(predicted, truth) == pytest.approx(theirs.jaccard_score(truth.ravel(), predicted.ravel()))
