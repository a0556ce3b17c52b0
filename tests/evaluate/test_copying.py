"""A model is stamped unless its interval lies beyond the copier."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from bogam.evaluate.copying import against_copier, stamped


def cell(gain: float, seeds: int = 2, images: int = 120, noise: float = 0.1, folds: int = 3) -> pl.DataFrame:
    """Return Dice rows whose mean lies `gain` above that of `copier`, on groups of two images."""
    rng = np.random.default_rng(7)
    hard = np.random.default_rng(1).uniform(-0.15, 0.15, images)
    rows = []
    for seed in range(seeds):
        for k in range(images):
            rows.append({"repeat": 0, "fold": k % folds, "seed": seed, "id": f"i{k}", "group": f"g{k // (2 * folds)}-"
                         f"{k % folds}", "part": "test", "label": "lesion", "has_lesion": True,
                         "dice": float(np.clip(0.4 + gain + hard[k] + noise * rng.normal(), 0, 1))})
    return pl.DataFrame(rows)


COPIER = cell(0.0, seeds=1, noise=0.0)


@pytest.mark.parametrize("seeds", [1, 2, 3])
@pytest.mark.parametrize(("gain", "stamp"), [(0.2, False), (0.0, True), (-0.2, True)])
def test_only_a_clear_gain_goes_without_the_stamp(gain: float, stamp: bool, seeds: int) -> None:
    found = against_copier("a", cell(gain, seeds), COPIER, "dice", 400)
    assert found.gain == pytest.approx(100 * gain, abs=3)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.gain < found.high
    assert found.stamped == stamp
    assert ("noise of training" in found.words) == (seeds == 1)
    assert stamped([found]) == [found] * stamp


def test_a_gain_within_the_noise_is_stamped_and_the_interval_says_why() -> None:
    found = against_copier("a", cell(0.03, 2, images=18, noise=0.3), COPIER.filter(pl.col("id").is_in(
        [f"i{k}" for k in range(18)])), "dice", 400)
    assert found.stamped
    assert found.high is not None
    assert found.high > 0
    assert "points of Dice over copying" in found.words


def test_a_metric_of_which_less_is_better_turns_the_sign() -> None:
    def rows(rate: float) -> pl.DataFrame:
        made = cell(0.0, 2).with_columns(has_lesion=pl.lit(False))
        drawn = np.random.default_rng(0).random(made.height) < rate
        return made.with_columns(false_positive=pl.Series(drawn), predicted_share=pl.lit(0.1))

    better = against_copier("a", rows(0.1), rows(0.6), "false_positive_rate", 400)
    assert better.gain is not None
    assert better.gain > 30
    assert not better.stamped
    assert against_copier("a", rows(0.6), rows(0.1), "false_positive_rate", 400).stamped


def test_classes_are_compared_too() -> None:
    rng = np.random.default_rng(0)
    target = np.tile([0, 1], 60)

    def rows(right: float, seeds: int) -> pl.DataFrame:
        made = []
        for seed in range(seeds):
            said = np.where(rng.random(120) < right, target, 1 - target)
            made += [{"repeat": 0, "fold": k // 2 % 2, "seed": seed, "id": f"i{k}", "group": f"g{k}", "part": "test",
                      "target": int(target[k]), "prob_0": 1.0 - said[k], "prob_1": float(said[k]),
                      "predicted": int(said[k])} for k in range(120)]
        return pl.DataFrame(made)

    copied = rows(0.6, 1)
    better = against_copier("a", rows(0.9, 2), copied, "auc", 400)
    assert better.gain is not None
    assert better.gain > 15
    assert not better.stamped
    assert against_copier("a", rows(0.6, 2), copied, "auc", 400).stamped


def test_what_cannot_be_compared_is_not_stamped() -> None:
    other = COPIER.with_columns(fold=pl.lit(9, pl.Int64))
    found = against_copier("a", cell(0.2), other, "dice", 100)
    assert (found.gain, found.stamped) == (None, False)
    assert found.words == "not compared with copying: the copier was not scored on these folds"
    few = against_copier("a", cell(0.2, 1, images=2, folds=1), COPIER.filter(pl.col("fold") == 0), "dice", 100)
    assert few.low is None
    assert not few.stamped
