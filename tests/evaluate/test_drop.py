"""The change from one sample to another."""

import numpy as np
import polars as pl
import pytest

from bogam.evaluate.drop import drop


def table(dices: np.ndarray, per_group: int = 2) -> pl.DataFrame:
    return pl.DataFrame({"id": [f"i{k}" for k in range(len(dices))],
                         "group": [f"g{k // per_group}" for k in range(len(dices))],
                         "part": "test", "label": "lesion", "dice": dices, "iou": dices / (2 - dices),
                         "has_lesion": True, "tp": 1, "fp": 1, "fn": 1, "tn": 1,
                         "false_positive": pl.Series([None] * len(dices), dtype=pl.Boolean), "predicted_share": 0.5})


def test_the_change_and_its_interval_by_hand() -> None:
    rng = np.random.default_rng(0)
    inside, outside = rng.normal(0.7, 0.1, 200).clip(0, 1), rng.normal(0.5, 0.1, 120).clip(0, 1)
    found = drop(table(inside, 1), table(outside, 1), "dice")
    assert found.value == pytest.approx(outside.mean() - inside.mean())
    half = 1.96 * np.sqrt(inside.var() / 200 + outside.var() / 120)
    assert found.low is not None
    assert found.high is not None
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.1)
    assert found.groups == 120
    assert found.metric == "dice_change"


def test_groups_of_equal_images_count_once() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(0.6, 0.1, 60).clip(0, 1)
    alone = drop(table(values, 1), table(values[::-1], 1), "dice")
    fourfold = drop(table(np.repeat(values, 4), 4), table(np.repeat(values[::-1], 4), 4), "dice")
    assert alone.low == pytest.approx(fourfold.low, abs=0.01)


def test_coverage_over_many_samples_is_near_95_percent() -> None:
    rng = np.random.default_rng(2)
    hits = 0
    for k in range(200):
        inside = (rng.normal(0.6, 0.08, 40)).clip(0, 1)
        outside = (rng.normal(0.5, 0.08, 25)).clip(0, 1)
        found = drop(table(inside, 1), table(outside, 1), "dice", resamples=200, seed=k)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= -0.1 <= found.high
    assert 0.91 <= hits / 200 <= 0.99


def test_too_few_groups_give_no_interval() -> None:
    found = drop(table(np.array([0.5, 0.6, 0.7, 0.8]), 1), table(np.array([0.2, 0.3]), 1), "dice")
    assert found.value == pytest.approx(-0.4)
    assert found.low is None
    assert "too few" in found.note


def test_undefined_sides_are_said() -> None:
    none = table(np.array([0.5, 0.6])).with_columns(has_lesion=pl.lit(False))
    found = drop(table(np.array([0.5, 0.6, 0.7])), none, "dice")
    assert found.value is None
    assert "undefined outside" in found.note
