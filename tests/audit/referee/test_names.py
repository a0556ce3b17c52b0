"""What a column means by its header."""

from __future__ import annotations

import pytest

from bogam.audit.referee.names import KNOWN, METRICS, higher_is_better, limits, meaning_of, title
from bogam.core.errors import UserError
from bogam.metrics.catalog import catalog


def test_the_referee_calls_every_metric_as_the_catalog_does() -> None:
    for name, metric in catalog.items():
        assert KNOWN[name].name == name, f"{name} is read as {KNOWN[name].name}"
        assert name in METRICS
        assert limits(name) == metric.range
        assert higher_is_better(name) is metric.higher


@pytest.mark.parametrize(("header", "kind", "name", "percent"), [
    ("Dice", "metric", "dice", False), ("DSC (%)", "metric", "dice", True), ("mIoU", "metric", "mean_iou", False),
    ("Jaccard index", "metric", "iou", False), ("recall", "metric", "sensitivity", False),
    ("F1-score", "metric", "f1", False), ("AUROC", "metric", "auc", False), ("PPV", "metric", "precision", False),
    ("accuracy_pct", "metric", "accuracy", True), ("dice_sd", "sd", "dice", False), ("std_dice", "sd", "dice", False),
    ("auc_ci_low", "low", "auc", False), ("auc_high", "high", "auc", False), ("Network", "factor", "network", False),
    ("cases", "count", "n", False), ("TP", "count", "tp", False), ("folds", "runs", "folds", False),
    ("fold", "factor", "fold", False), ("table", "table", "table", False), ("metric", "long", "metric", False)])
def test_usual_names(header: str, kind: str, name: str, percent: bool) -> None:
    found = meaning_of(header, {})
    assert found is not None
    assert (found.kind, found.name, found.percent) == (kind, name, percent)


def test_a_misspelled_metric_is_an_error_with_the_nearest_name() -> None:
    with pytest.raises(UserError, match=r"Did you mean 'specificity'\?.*--column 'specifity=specificity'"):
        meaning_of("specifity", {})


def test_a_name_that_is_like_none_is_unknown() -> None:
    assert meaning_of("kernel", {}) is None


def test_the_user_can_say_what_a_column_is() -> None:
    for word, kind, name in (("dice", "metric", "dice"), ("factor", "factor", "kernel"),
                             ("ignore", "ignored", "kernel"), ("dice_sd", "sd", "dice"), ("n", "count", "n")):
        found = meaning_of("kernel", {"kernel": word})
        assert found is not None
        assert (found.kind, found.name) == (kind, name)
    with pytest.raises(UserError, match=r"--column kernel: got 'dise'.*Did you mean 'dice'"):
        meaning_of("kernel", {"kernel": "dise"})


def test_titles_for_sentences() -> None:
    assert [title(m) for m in ("iou", "dice", "auc", "f1", "accuracy", "mcc", "iou_pooled", "dice_all")] == [
        "IoU", "Dice", "AUC", "F1", "accuracy", "MCC", "IoU pooled", "Dice, all images"]
