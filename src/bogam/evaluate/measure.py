"""Any metric of one run as a function of how often each group counts: the engine of all resampling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bogam.core.types import FloatArray
from bogam.metrics.auc import resampled_macro_auc
from bogam.metrics.average_precision import resampled_macro_average_precision
from bogam.metrics.brier import brier_per_case
from bogam.metrics.calibration import bin_features, error_of_sums, said_and_true
from bogam.metrics.catalog import metric_named
from bogam.metrics.confusion import accuracy, balanced_accuracy, f1, sensitivity, specificity
from bogam.metrics.iou import mean_iou
from bogam.metrics.resamples import BLOCK, mean_of_defined, ratio

Key = tuple[int, int, int]
Measure = Callable[[FloatArray], FloatArray]
"""(R, G) weights of groups to (R,) values of a metric, nan where undefined."""


@dataclass(frozen=True, eq=False)
class Arranged:
    """The test rows of one cell, or of several that share runs, sorted into runs and groups.

    Args:
        runs: (repeat, fold, seed) to the rows of that run, in order.
        groups: names of the units of resampling.
        strata: (G,) for each group the fold within which it is resampled.
    """

    runs: dict[Key, pl.DataFrame]
    groups: list[str]
    strata: NDArray[np.int64]

    def places(self, rows: pl.DataFrame) -> NDArray[np.int64]:
        """Return the index of each row's group."""
        index = {name: k for k, name in enumerate(self.groups)}
        return np.array([index[g] for g in rows["group"].to_list()], np.int64)


def rows_by_run(cases: pl.DataFrame) -> dict[Key, pl.DataFrame]:
    """Split a cell's table into runs, sorted; rows of training and validation parts are left out.

    Args:
        cases: as `CellResult.cases`; missing repeat, fold or seed count as 0.
    """
    for name in ("repeat", "fold", "seed"):
        if name not in cases.columns:
            cases = cases.with_columns(pl.lit(0).alias(name))
    if "part" in cases.columns:
        cases = cases.filter(~pl.col("part").is_in(["train", "validation"]))
    cases = cases.with_columns(pl.col("group").fill_null(pl.col("id")))
    keys = ["repeat", "fold", "seed"]
    order = [*keys, "id", *(["label"] if "label" in cases.columns else [])]
    parts = cases.sort(order).partition_by(keys, as_dict=True, maintain_order=True)
    return {(int(k[0]), int(k[1]), int(k[2])): rows for k, rows in parts.items()}


def arrange(runs: dict[Key, pl.DataFrame]) -> Arranged:
    """Name the groups of some runs, and the fold in which each is tested (in the first repeat that tests it)."""
    fold: dict[str, int] = {}
    for key in sorted(runs):
        for group in runs[key]["group"].unique().to_list():
            fold.setdefault(str(group), key[1])
    groups = sorted(fold)
    return Arranged(runs, groups, np.array([fold[g] for g in groups], np.int64))


def measure(metric: str, rows: pl.DataFrame, places: NDArray[np.int64]) -> Measure:
    """Return the function from group weights to the metric of one run.

    Args:
        metric: a name of the catalog.
        rows: test rows of one run.
        places: (n,) index of each row's group in the weights.

    Returns:
        A function of (R, G) weights. Sums over groups are taken once, so each call costs one product of matrices; AUC
        and average precision sort once and take sums over (R, n).
    """
    if metric in ("auc", "average_precision"):
        probs, target = _probs(rows), rows["target"].to_numpy().astype(np.int64)
        of = resampled_macro_auc if metric == "auc" else resampled_macro_average_precision
        step = max(1, BLOCK // max(len(target), 1))

        def ranked(weights: FloatArray) -> FloatArray:
            return np.concatenate([of(probs, target, weights[k:k + step][:, places])
                                   for k in range(0, len(weights), step)])

        return ranked
    features, finish = (_masks if metric_named(metric).task == "segmentation" else _classes)(metric, rows)
    present, inverse = np.unique(places, return_inverse=True)
    sums = np.zeros((len(present), features.shape[1]))
    np.add.at(sums, inverse, features)

    def summed(weights: FloatArray) -> FloatArray:
        return finish(weights[:, present] @ sums)

    return summed


def carriers(metric: str, rows: pl.DataFrame) -> list[NDArray[np.bool_]]:
    """Return which rows a metric rests on, (n,) each; several where it sets kinds of rows against each other.

    Dice rests on the rows with the label, sensitivity on the positive ones, AUC on each class; accuracy on all.
    """
    if metric in ("dice", "iou"):
        return [rows["has_lesion"].to_numpy().astype(bool)]
    if metric in ("false_positive_rate", "false_positive_area"):
        return [~rows["has_lesion"].to_numpy().astype(bool)]
    if metric in ("sensitivity", "specificity"):
        return [rows["target"].to_numpy() == (metric == "sensitivity")]
    if metric in ("auc", "average_precision", "balanced_accuracy", "f1"):
        target = rows["target"].to_numpy()
        return [target == k for k in np.unique(target)]
    return [np.ones(rows.height, bool)]


def block_sizes(groups: int, resamples: int, most: int = 4_000_000) -> list[int]:
    """Return how many resamples each block holds so that a block has at most `most` weights.

    Example:
        >>> block_sizes(10, 7, most=30)
        [3, 3, 1]
    """
    step = max(1, min(resamples, most // max(groups, 1)))
    return [min(step, resamples - k) for k in range(0, resamples, step)]


def resample_groups(strata: NDArray[np.int64], resamples: int, rng: np.random.Generator) -> FloatArray:
    """Draw groups with replacement, within each stratum as many as it has.

    Args:
        strata: (G,) stratum of each group.
        resamples: how many times.
        rng: where the randomness comes from.

    Returns:
        (resamples, G): how often each group counts; a stratum's columns sum to its size in each row.
    """
    weights = np.zeros((resamples, len(strata)))
    for stratum in np.unique(strata):
        columns = np.flatnonzero(strata == stratum)
        drawn = rng.integers(0, len(columns), (resamples, len(columns)))
        flat = (drawn + len(columns) * np.arange(resamples)[:, None]).ravel()
        weights[:, columns] = np.bincount(flat, minlength=resamples * len(columns)).reshape(resamples, -1)
    return weights


def _probs(rows: pl.DataFrame) -> FloatArray:
    names = sorted((c for c in rows.columns if c.startswith("prob_")), key=lambda c: int(c[5:]))
    return np.asarray(rows.select(names).to_numpy(), np.float64)


def _numbers(rows: pl.DataFrame, column: str) -> FloatArray:
    return np.asarray(rows[column].cast(pl.Float64).to_numpy(), np.float64)


def _masks(metric: str, rows: pl.DataFrame) -> tuple[FloatArray, Measure]:
    """Per label two columns: the value where the row counts, and 1 where it counts. Labels are averaged."""
    has = rows["has_lesion"].to_numpy().astype(bool)
    if metric == "mean_iou":
        value = mean_iou(*(_numbers(rows, c) for c in ("tp", "fp", "fn", "tn")))
        counts = np.ones(len(has), bool)
    else:
        column = {"dice_all": "dice", "false_positive_rate": "false_positive",
                  "false_positive_area": "predicted_share"}.get(metric, metric)
        value = _numbers(rows, column)
        counts = has if metric in ("dice", "iou") else ~has if metric.startswith("false") else np.ones(len(has), bool)
    counts = counts & np.isfinite(value)
    labels = rows["label"].to_numpy() if "label" in rows.columns else np.zeros(len(has), np.int64)
    columns = []
    for label in np.unique(labels):
        chosen = counts & (labels == label)
        columns += [np.where(chosen, value, 0.0), chosen.astype(np.float64)]
    return np.stack(columns, axis=1), lambda sums: mean_of_defined(ratio(sums[:, 0::2], sums[:, 1::2]))


_OF_TABLE: dict[str, Callable[[FloatArray], FloatArray]] = {
    "accuracy": accuracy, "balanced_accuracy": balanced_accuracy, "sensitivity": sensitivity,
    "specificity": specificity, "f1": f1}


def _classes(metric: str, rows: pl.DataFrame) -> tuple[FloatArray, Measure]:
    target, probs = rows["target"].to_numpy().astype(np.int64), _probs(rows)
    classes = probs.shape[1]
    if metric in _OF_TABLE:
        flat = target * classes + rows["predicted"].to_numpy().astype(np.int64)
        return (np.eye(classes * classes)[flat],
                lambda sums: _OF_TABLE[metric](sums.reshape(len(sums), classes, classes)))
    if metric == "brier":
        return (np.stack([brier_per_case(probs, target), np.ones(len(target))], axis=1),
                lambda sums: ratio(sums[:, 0], sums[:, 1]))
    return bin_features(*said_and_true(probs, target)), error_of_sums


def splits_of(keys: Sequence[Key]) -> list[list[int]]:
    """Return, for each (repeat, fold), the places of its runs in `keys`: the seeds.

    Example:
        >>> splits_of([(0, 0, 0), (0, 0, 1), (0, 1, 0)])
        [[0, 1], [2]]
    """
    found: dict[tuple[int, int], list[int]] = {}
    for place, (repeat, fold, _) in enumerate(keys):
        found.setdefault((repeat, fold), []).append(place)
    return list(found.values())
