"""Folds by group, models that never saw their images, intervals that hold."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.audit.out_of_fold import FOLDS, area, deal_folds, linear, probabilities, small_tree


def test_a_group_lies_in_one_fold_and_classes_are_shared_out() -> None:
    groups = [f"g{k // 3}" for k in range(150)]
    target = np.array([(k // 3) % 2 for k in range(150)])
    fold = deal_folds(groups, target)
    assert all(len(set(fold[k:k + 3].tolist())) == 1 for k in range(0, 150, 3))
    assert sorted(np.unique(fold)) == list(range(FOLDS))
    assert all(0.3 < target[fold == f].mean() < 0.7 for f in range(FOLDS))
    assert (fold == deal_folds(groups, target)).all()


def test_no_model_sees_the_images_that_it_scores() -> None:
    seen = []

    def fit(features, target):
        seen.append(set(features[:, 0].astype(int).tolist()))
        return lambda unseen: np.repeat(1.0 / (unseen[:, :1] + 1), 2, axis=1)
    target = np.arange(20) % 2
    fold = np.arange(20) % 5
    found = probabilities(np.arange(20.0)[:, None], target, fold, fit)
    assert len(seen) == 5
    for number, used in enumerate(seen):
        assert used == {k for k in range(20) if k % 5 != number}
    assert found[:, 0] == pytest.approx(1 / (np.arange(20) + 1))


def test_a_class_that_a_fold_never_saw_stays_undefined() -> None:
    target = np.array([0, 0, 0, 1, 1, 1, 2])
    found = probabilities(np.arange(7.0)[:, None], target, np.array([0, 1, 0, 1, 0, 1, 0]), linear)
    assert np.isnan(found[6, 2])
    assert not np.isnan(found[0, :2]).any()


@pytest.mark.parametrize("model", [small_tree, linear])
def test_what_tells_all_has_an_area_of_one_and_noise_of_a_half(model) -> None:
    rng = np.random.default_rng(0)
    target = np.arange(300) % 2
    groups = [str(k) for k in range(300)]
    fold = deal_folds(groups, target)
    told = area(probabilities(target[:, None].astype(float), target, fold, model)[:, 1], target == 1, fold, groups)
    assert told is not None
    assert told.value == 1
    assert told.low > 0.95
    noise = area(probabilities(rng.normal(size=(300, 2)), target, fold, model)[:, 1], target == 1, fold, groups)
    assert noise is not None
    assert noise.low < 0.5 < noise.high
    assert str(told).startswith("AUC 1.00 (")


def test_fewer_groups_make_a_wider_interval() -> None:
    rng = np.random.default_rng(1)
    target = np.arange(400) % 2
    score = rng.normal(size=400) + target
    fold = np.zeros(400, np.int64)
    narrow = area(score, target == 1, fold, [str(k) for k in range(400)])
    wide = area(score, target == 1, fold, [str(k // 20) for k in range(400)])
    strict = area(score, target == 1, fold, [str(k) for k in range(400)], level=0.999)
    assert narrow is not None
    assert wide is not None
    assert strict is not None
    assert narrow.value == wide.value == strict.value
    assert wide.high - wide.low < 2 * (narrow.high - narrow.low)  # groups of mixed classes lose little
    assert strict.high - strict.low > 1.4 * (narrow.high - narrow.low)


def test_one_class_or_one_group_has_no_area() -> None:
    fold = np.zeros(4, np.int64)
    assert area(np.arange(4.0), np.ones(4, bool), fold, list("abcd")) is None
    assert area(np.arange(4.0), np.arange(4) > 1, fold, list("aaaa")) is None
