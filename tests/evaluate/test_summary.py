"""Estimates of a cell: what is averaged over what, and what is said where a metric or an interval is undefined."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bogam.evaluate.calibration import reliability_table, wilson
from bogam.evaluate.findings import Estimate
from bogam.evaluate.summary import headline, summarize
from bogam.metrics.auc import auc


def classified(folds: int = 3, seeds: int = 2, each: int = 40, quality: float = 1.5) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    rows = []
    for fold in range(folds):
        target = rng.integers(0, 2, each)
        for seed in range(seeds):
            prob = 1 / (1 + np.exp(-(quality * (target - 0.5) + rng.normal(size=each))))
            rows.append(pl.DataFrame({
                "repeat": 0, "fold": fold, "seed": seed, "id": [f"f{fold}i{k:03d}" for k in range(each)],
                "group": [f"f{fold}g{k // 2:03d}" for k in range(each)], "part": "test", "target": target,
                "prob_0": 1 - prob, "prob_1": prob, "predicted": (prob > 0.5).astype(int)}))
    return pl.concat(rows)


def segmented(has: list[bool], dice: list[float], **more: object) -> pl.DataFrame:
    count = len(has)
    return pl.DataFrame({
        "id": [f"i{k:03d}" for k in range(count)], "group": [f"g{k:03d}" for k in range(count)], "part": "test",
        "label": "lesion", "dice": dice, "iou": [d / (2 - d) for d in dice], "has_lesion": has,
        "tp": [5] * count, "fp": [5] * count, "fn": [0] * count, "tn": [90] * count,
        "false_positive": pl.Series([None if h else d == 0 for h, d in zip(has, dice, strict=True)], dtype=pl.Boolean),
        "predicted_share": [0.1] * count, **more})


def named(found: list[Estimate], name: str) -> Estimate:
    return next(e for e in found if e.metric == name)


def test_auc_is_the_mean_over_runs_and_not_pooled() -> None:
    cases = classified()
    cases = cases.with_columns(pl.col("prob_1") / (1 + pl.col("fold")))  # another scale in each fold
    each = [auc(r["prob_1"].to_numpy(), r["target"].to_numpy() == 1) for r in cases.partition_by("fold", "seed")]
    found = named(summarize(cases, "classification", ("no", "yes"), 200), "auc")
    assert found.value == pytest.approx(np.mean(np.array(each, float)))
    pooled = auc(cases["prob_1"].to_numpy(), cases["target"].to_numpy() == 1)
    assert pooled is not None
    assert found.value is not None
    assert abs(pooled - found.value) > 0.02
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high
    assert (found.cases, found.groups) == (120, 60)
    assert "over seeds" in found.method


def test_the_same_seed_gives_the_same_interval_and_order_does_not_matter() -> None:
    cases = classified()
    first = summarize(cases, "classification", ("no", "yes"), 100, seed=3)
    assert first == summarize(cases.sample(fraction=1, shuffle=True, seed=1), "classification", ("no", "yes"), 100, 3)
    assert first != summarize(cases, "classification", ("no", "yes"), 100, seed=4)


def test_a_fold_of_one_class_is_left_out_and_named() -> None:
    cases = classified().with_columns(target=pl.when(pl.col("fold") == 1).then(1).otherwise(pl.col("target")))
    found = named(summarize(cases, "classification", ("no", "yes"), 100), "auc")
    rest = named(summarize(cases.filter(pl.col("fold") != 1), "classification", ("no", "yes"), 100), "auc")
    assert found.value == pytest.approx(rest.value)
    assert found.cases == 80
    assert "undefined in 1 of 3 folds" in found.note
    none = named(summarize(cases.with_columns(target=pl.lit(1)), "classification", ("no", "yes"), 100), "auc")
    assert (none.value, none.low, none.high) == (None, None, None)
    assert "one class only" in none.note


def test_seeds_that_differ_widen_the_interval() -> None:
    has, rng = [True] * 60, np.random.default_rng(0)
    dice = list(0.7 + 0.05 * rng.normal(size=60))

    def width(shift: float) -> float:
        runs = [segmented(has, [d + shift * s for d in dice]).with_columns(seed=pl.lit(s)) for s in (-1, 1)]
        found = named(summarize(pl.concat(runs), "segmentation", ("lesion",), 2000), "dice")
        assert found.value == pytest.approx(np.mean(dice))
        assert found.low is not None
        assert found.high is not None
        return found.high - found.low

    alike, apart = width(0.0), width(0.02)
    expected = np.hypot(alike, 2 * 2 * 0.02)  # seeds -0.02 and 0.02: variance of their mean is 0.0004
    assert apart == pytest.approx(expected, rel=0.25)


def test_images_without_a_lesion_stand_beside_the_headline() -> None:
    found = summarize(segmented([True] * 40 + [False] * 40, [0.5] * 20 + [0.7] * 20 + [1.0] * 30 + [0.0] * 10),
                      "segmentation", ("lesion",), 200)
    values = {e.metric: e.value for e in found}
    assert values["dice"] == pytest.approx(0.6)
    assert named(found, "dice").cases == 40
    assert values["dice_all"] == pytest.approx((24 + 30) / 80)
    assert named(found, "dice_all").cases == 80
    assert values["false_positive_rate"] == pytest.approx(0.25)
    assert named(found, "false_positive_rate").groups == 40
    assert values["false_positive_area"] == pytest.approx(0.1)
    assert values["mean_iou"] == pytest.approx((5 / 10 + 90 / 95) / 2)


def test_no_lesion_anywhere_is_undefined() -> None:
    found = summarize(segmented([False] * 40, [1.0] * 40), "segmentation", ("lesion",), 100)
    assert named(found, "dice").value is None
    assert "no image has the label" in named(found, "dice").note
    assert named(found, "dice_all").value == 1.0


def test_labels_are_averaged() -> None:
    one, two = segmented([True] * 40, [0.5] * 40), segmented([True] * 10 + [False] * 30, [0.9] * 10 + [1.0] * 30)
    both = pl.concat([one, two.with_columns(label=pl.lit("cyst"))])
    assert named(summarize(both, "segmentation", ("lesion", "cyst"), 100), "dice").value == pytest.approx(0.7)


def test_all_right_gives_the_exact_interval() -> None:
    cases = classified(1, 1, 100, quality=60)
    found = summarize(cases, "classification", ("no", "yes"), 100)
    right = named(found, "accuracy")
    assert right.value == 1.0
    assert right.high == 1.0
    assert right.low == pytest.approx(0.025 ** (1 / 50))  # 50 groups
    assert "same in all resamples" in right.note
    area = named(found, "auc")
    assert area.value == 1.0
    assert area.low is not None
    assert area.low < (right.low or 0)


def test_a_constant_prediction_has_no_interval() -> None:
    cases = classified(1, 1, 100).with_columns(prob_0=pl.lit(0.4), prob_1=pl.lit(0.6), predicted=pl.lit(1))
    found = named(summarize(cases, "classification", ("no", "yes"), 100), "auc")
    assert (found.value, found.low, found.high) == (0.5, None, None)
    assert "constant" in found.note


def test_few_groups_take_the_small_sample_method() -> None:
    rng = np.random.default_rng(4)
    cases = segmented([True] * 12, list(rng.uniform(0.4, 0.9, 12)))
    found = named(summarize(cases, "segmentation", ("l",), 100), "dice")
    assert "12 groups, fewer than 30" in found.note
    assert "t interval" in found.method
    share = named(summarize(classified(1, 1, 30), "classification", ("no", "yes"), 100), "accuracy")
    assert "Clopper-Pearson" in share.method
    assert share.groups == 15
    two = named(summarize(segmented([True], [0.5]), "segmentation", ("l",), 100), "dice")
    assert two.value == 0.5
    assert two.low is None
    assert two.note


def test_training_rows_do_not_count_and_headline_reads_a_file(tmp_path: Path) -> None:
    cases = segmented([True] * 40, list(np.linspace(0.4, 0.8, 40)))
    more = pl.concat([cases, cases.with_columns(part=pl.lit("train"), dice=pl.lit(1.0), iou=pl.lit(1.0))])
    assert summarize(more, "segmentation", ("l",), 50) == summarize(cases, "segmentation", ("l",), 50)
    more.write_parquet(tmp_path / "cases.parquet")
    words = headline(tmp_path / "cases.parquet", "segmentation", ("l",))
    assert words.startswith("Test: Dice 0.600 (95 % interval 0.5")
    assert summarize(cases.head(0), "segmentation", ("l",), 50)[0].value is None


def test_reliability_by_hand() -> None:
    cases = pl.DataFrame({"id": ["a", "b", "c"], "group": ["a", "b", "b"], "target": [0, 1, 1],
                          "prob_0": [0.95, 0.85, 0.05], "prob_1": [0.05, 0.15, 0.95], "predicted": [0, 0, 1]})
    table = reliability_table(cases)
    assert table["count"].to_list() == [1, 1, 1]
    assert table["observed"].to_list() == [0.0, 1.0, 1.0]
    assert (table["observed_low"][1], table["observed_high"][1]) == pytest.approx(wilson(1, 1))
