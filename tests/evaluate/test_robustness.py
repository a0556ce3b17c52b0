"""Clean against corrupted: paired changes, averages, intervals, by numbers worked by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from bogam.core.errors import UserError
from bogam.evaluate.robustness import ALL, CLEAN, compare
from bogam.evaluate.score import SEGMENTATION


def table(dices: dict[tuple[str, int], list[float]], **where: int) -> pl.DataFrame:
    rows = []
    for (name, severity), values in dices.items():
        for k, value in enumerate(values):
            rows.append({"id": f"i{k}", "group": f"g{k // 2}", "part": "test", "label": "lesion", "dice": value,
                         "iou": value, "has_lesion": True, "tp": 1, "fp": 0, "fn": 0, "tn": 1,
                         "false_positive": None, "predicted_share": 0.5, "corruption": name, "severity": severity})
    frame = pl.DataFrame(rows, schema={**SEGMENTATION, "corruption": pl.String, "severity": pl.Int32})
    return frame.with_columns(**{name: pl.lit(value, pl.Int32) for name, value in where.items()})


def many(count: int = 80) -> dict[tuple[str, int], list[float]]:
    rng = np.random.default_rng(0)
    clean = rng.uniform(0.6, 0.9, count)
    return {(CLEAN, 0): clean.tolist(), **{("noise", s): (clean - 0.05 * s).tolist() for s in range(1, 6)},
            **{("blur", s): (clean - 0.01 * s + rng.normal(0, 0.05, count)).tolist() for s in range(1, 6)}}


def test_means_changes_and_ratios() -> None:
    cells = many()
    found = compare(table(cells), "dice", 300)
    by = {(r["corruption"], r["severity"]): r for r in found.iter_rows(named=True)}
    clean = np.mean(cells[CLEAN, 0])
    assert by[CLEAN, 0]["value"] == pytest.approx(clean)
    assert by[CLEAN, 0]["change"] is None
    assert by["noise", 4]["change"] == pytest.approx(-0.2)
    assert by["noise", 0]["value"] == pytest.approx(clean - 0.15)
    assert by["noise", 0]["error_ratio"] == pytest.approx((1 - clean + 0.15) / (1 - clean))
    every = np.mean([np.mean(v) for k, v in cells.items() if k[0] != CLEAN])
    assert by[ALL, 0]["value"] == pytest.approx(every)
    assert by[ALL, 0]["change"] == pytest.approx(every - clean)
    assert len(found) == 1 + 1 + 2 * 6


def test_changes_are_paired() -> None:
    """A constant loss on every image is known without error, though the images themselves differ much."""
    found = compare(table(many()), "dice", 300)
    noise = found.filter((pl.col("corruption") == "noise") & (pl.col("severity") == 2)).row(0, named=True)
    assert noise["high"] - noise["low"] > 0.02
    assert noise["change_low"] == pytest.approx(-0.1, abs=1e-9) or noise["change_low"] is None
    blur = found.filter((pl.col("corruption") == "blur") & (pl.col("severity") == 5)).row(0, named=True)
    assert blur["change_low"] < blur["change"] < blur["change_high"]
    assert blur["change_high"] - blur["change_low"] < 0.05


def test_seeds_are_averaged_within_folds_and_folds_after_them() -> None:
    values = {(0, 0): 0.4, (0, 1): 0.6, (1, 0): 0.9}
    frames = [table({(CLEAN, 0): [v] * 6, ("noise", 1): [v - 0.1] * 6}, repeat=0, fold=fold, seed=seed).with_columns(
        id=pl.format("f{}-{}", pl.lit(fold), "id"), group=pl.format("f{}-{}", pl.lit(fold), "group"))
        for (fold, seed), v in values.items()]
    found = compare(pl.concat(frames), "dice", 50)
    assert found["value"][0] == pytest.approx((0.5 + 0.9) / 2)
    assert found.filter(pl.col("corruption") == ALL)["change"][0] == pytest.approx(-0.1)


def test_few_groups_have_a_small_sample_interval_and_two_have_none() -> None:
    rng = np.random.default_rng(1)

    def noisy(count: int) -> pl.DataFrame:
        clean = rng.uniform(0.5, 0.9, count)
        return table({(CLEAN, 0): clean.tolist(), ("noise", 1): (clean - rng.uniform(0, 0.2, count)).tolist()})

    small = compare(noisy(20), "dice", 400).row(1, named=True)
    assert small["change_low"] < small["change"] < small["change_high"]
    assert compare(noisy(4), "dice", 100).row(1, named=True)["change_low"] is None


def test_a_metric_that_is_undefined_is_said() -> None:
    empty = table({(CLEAN, 0): [1.0] * 4, ("noise", 1): [1.0] * 4}).with_columns(has_lesion=pl.lit(False))
    with pytest.raises(UserError, match="on which Dice is undefined"):
        compare(empty, "dice", 50)
