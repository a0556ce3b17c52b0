"""Every metric of one cell with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bogam.core.seeds import generator
from bogam.core.types import FloatArray
from bogam.evaluate.findings import Estimate
from bogam.evaluate.intervals import (
    FEW,
    bound_interval,
    jackknife_variance,
    percentile_interval,
    satterthwaite,
    share_interval,
    t_interval,
)
from bogam.evaluate.measure import (
    Arranged,
    Key,
    Measure,
    arrange,
    block_sizes,
    carriers,
    measure,
    resample_groups,
    rows_by_run,
    splits_of,
)
from bogam.metrics.catalog import metric_named, metrics_of

SAME = 1e-12
MOST_LOST = 0.5
"""With a larger share of undefined resamples no interval is given."""


def summarize(cases: pl.DataFrame, task: str, labels: Sequence[str], resamples: int = 1000, seed: int = 0, *,
              metrics: Sequence[str] | None = None) -> list[Estimate]:
    """Return every metric of one cell, with a 95 % interval each.

    A metric is computed per run (repeat, fold, seed) and averaged: over the seeds of a fold, then over folds; nothing
    is pooled. The interval resamples groups within folds and, where a fold has two seeds or more, seeds.

    Args:
        cases: as `CellResult.cases`; missing repeat, fold or seed count as 0.
        task: "segmentation" or "classification".
        labels: class names or mask labels.
        resamples: of the bootstrap.
        seed: of the resampling.
        metrics: names; None: all of the task.

    Returns:
        One estimate per metric in the order of the catalog. `value` is None where a metric is undefined in every fold
        (an AUC of one class); a fold where it is undefined is left out and `note` says so.
    """
    names = list(metrics) if metrics is not None else metrics_of(task, len(labels))
    runs = rows_by_run(cases)
    if not runs:
        return [Estimate(name, None, note=f"{metric_named(name).title}: no test images.") for name in names]
    tested = arrange(runs)
    places = {key: tested.places(rows) for key, rows in runs.items()}
    at = {name: [measure(name, rows, places[key]) for key, rows in runs.items()] for name in names}
    rng = generator(seed, "summary")
    parts: dict[str, list[FloatArray]] = {name: [] for name in names}
    for count in block_sizes(len(tested.groups), resamples):
        weights = resample_groups(tested.strata, count, rng)
        for name in names:
            parts[name].append(np.stack([of(weights) for of in at[name]], axis=1))
    drawn = _resampled_seeds(list(runs), resamples, rng)
    return [_estimate(name, tested, places, at[name], np.concatenate(parts[name]), drawn) for name in names]


def headline(path: Path, task: str, labels: Sequence[str], resamples: int = 1000) -> str:
    """Return the primary metric of a `cases.parquet` in words, such as ``Test: Dice 0.712 (95 % interval ...)``."""
    name = metrics_of(task, len(labels))[0]
    found = summarize(pl.read_parquet(path), task, labels, resamples, metrics=[name])[0]
    title = metric_named(name).title
    if found.value is None:
        return f"Test: {title} undefined. {found.note}"
    between = "no interval" if found.low is None else f"95 % interval {found.low:.3f} to {found.high:.3f}"
    text = f"Test: {title} {found.value:.3f} ({between}; {found.cases} images of {found.groups} groups)."
    return f"{text} {found.note}" if found.note else text


def _run_shares(keys: Sequence[Key]) -> FloatArray:
    """Return each run's share of the average: folds alike, seeds alike within a fold."""
    splits = splits_of(keys)
    shares = np.zeros(len(keys))
    for places in splits:
        shares[places] = 1 / (len(splits) * len(places))
    return shares


def _resampled_seeds(keys: Sequence[Key], resamples: int, rng: np.random.Generator) -> FloatArray:
    """Return factors (R, runs) of resampled seeds, 1 where a fold has one.

    Resampling S seeds gives (S - 1) / S of their variance, so deviations are stretched by sqrt(S / (S - 1)).
    """
    factors = np.ones((resamples, len(keys)))
    for places in splits_of(keys):
        count = len(places)
        if count > 1:
            drawn = rng.multinomial(count, [1 / count] * count, size=resamples)
            factors[:, places] = 1 + np.sqrt(count / (count - 1)) * (drawn - 1)
    return factors


@dataclass(frozen=True)
class _Basis:
    """What a metric rests on: distinct images, groups, the groups of its rarest kind of row, and which groups."""

    cases: int
    groups: int
    units: int
    rest: NDArray[np.bool_]


def _basis(name: str, tested: Arranged, places: dict[Key, NDArray[np.int64]], keys: Sequence[Key]) -> _Basis:
    ids: set[str] = set()
    kinds: list[set[int]] = []
    for key in keys:
        rows = tested.runs[key]
        for kind, chosen in enumerate(carriers(name, rows)):
            if kind == len(kinds):
                kinds.append(set())
            kinds[kind] |= set(places[key][chosen].tolist())
            ids |= set(rows["id"].filter(pl.Series(chosen)).to_list())
    together = set().union(*kinds)
    rest = np.zeros(len(tested.groups), bool)
    rest[list(together)] = True
    units = min(len(kind) for kind in kinds)
    return _Basis(len(ids), len(together), min(units, len(together) // len(kinds)) if len(kinds) > 1 else units, rest)


def _estimate(name: str, tested: Arranged, places: dict[Key, NDArray[np.int64]], at: list[Measure],
              replicates: FloatArray, drawn: FloatArray) -> Estimate:
    known = metric_named(name)
    points = np.array([of(np.ones((1, len(tested.groups))))[0] for of in at])
    keys = list(tested.runs)
    defined = ~np.isnan(points)
    if not defined.any():
        return Estimate(name, None, note=f"{known.title} is undefined: {_why(name)} in every fold.")
    kept = [key for key, d in zip(keys, defined, strict=True) if d]
    shares = _run_shares(kept)
    value = float(points[defined] @ shares)
    basis = _basis(name, tested, places, kept)
    words = []
    lost = {key[:2] for key in keys} - {key[:2] for key in kept}
    if lost:
        words.append(f"{known.title} is undefined in {len(lost)} of {len({k[:2] for k in keys})} folds ({_why(name)}), "
                     "which are left out.")
    here = (replicates * drawn)[:, defined] @ shares
    good = here[~np.isnan(here)]
    seeds = any(len(p) > 1 for p in splits_of(kept))
    low, high, method = _interval(name, value, good, len(here), basis, words, tested, [
        of for of, d in zip(at, defined, strict=True) if d], kept, points[defined], seeds)
    if low is not None and high is not None:
        bounds = _bounds(name, tested)
        low, high = max(low, bounds[0]), min(high, bounds[1])
    return Estimate(name, value, low, high, method, basis.cases, basis.groups, " ".join(words))


def _bounds(name: str, tested: Arranged) -> tuple[float, float]:
    """Return the range of a metric; a Brier score of two classes ends at 1."""
    if name == "brier" and "prob_2" not in next(iter(tested.runs.values())).columns:
        return 0.0, 1.0
    return metric_named(name).range


def _why(name: str) -> str:
    return {"dice": "no image has the label", "iou": "no image has the label",
            "false_positive_rate": "every image has the label", "false_positive_area": "every image has the label",
            "sensitivity": "no positive image", "specificity": "no negative image",
            "f1": "no image is positive or called so"}.get(name, "one class only")


def _interval(name: str, value: float, replicates: FloatArray, resamples: int, basis: _Basis, words: list[str],
              tested: Arranged, at: list[Measure], keys: list[Key], points: FloatArray,
              seeds: bool) -> tuple[float | None, float | None, str]:
    """Choose the method; add to `words` what the reader needs."""
    known = metric_named(name)
    if len(replicates) < (1 - MOST_LOST) * resamples or basis.units < 1:
        words.append(f"{known.title}: no interval, since most resamples leave a fold in which it is undefined.")
        return None, None, ""
    if np.ptp(replicates) < SAME:
        bounds = _bounds(name, tested)
        if min(abs(value - end) for end in bounds) < SAME:
            words.append(f"{known.title} is the same in all resamples; its interval is the exact one for "
                         f"{basis.units} groups that agree.")
            low, high = bound_interval(abs(value - bounds[1]) < SAME, basis.units, bounds)
            return low, high, "exact (Clopper-Pearson) on groups, since all resamples agree"
        words.append(f"{known.title} does not vary between groups (a constant prediction), so it has no interval.")
        return None, None, ""
    if basis.units < FEW:
        return _small(name, value, basis, words, tested, at, keys, points, seeds)
    if len(replicates) < resamples:
        words.append(f"{known.title}: {1 - len(replicates) / resamples:.0%} of the resamples left a fold in which it "
                     "is undefined and were not used.")
    pivotal = name == "calibration_error"
    low, high = percentile_interval(value, replicates, basis.units, pivotal=pivotal)
    return low, high, (f"{'basic' if pivotal else 'percentile'} bootstrap over groups within folds"
                       f"{' and over seeds' if seeds else ''}, {resamples} resamples, ends expanded as in a t interval "
                       "(Field and Welsh 2007; Hesterberg 2015)")


def _small(name: str, value: float, basis: _Basis, words: list[str], tested: Arranged, at: list[Measure],
           keys: list[Key], points: FloatArray, seeds: bool) -> tuple[float | None, float | None, str]:
    """Return the interval for few groups: jackknife over groups plus the variance of seeds, with t or exact ends."""
    known = metric_named(name)
    which = np.flatnonzero(basis.rest)
    strata = tested.strata[which].copy()
    if min(np.bincount(strata)[np.unique(strata)]) < 2:
        strata[:] = 0
    weights = np.ones((len(which), len(tested.groups)))
    weights[np.arange(len(which)), which] = 0
    left_out = np.stack([of(weights) for of in at], axis=1) @ _run_shares(keys)
    df = basis.units - len(np.unique(strata))
    if np.isnan(left_out).any() or df < 1:
        words.append(f"{known.title} rests on {basis.units} groups: too few for an interval.")
        return None, None, ""
    splits = [p for p in splits_of(keys) if len(p) > 1]
    between = sum(float(points[p].var(ddof=1)) / len(p) for p in splits) / len(splits_of(keys)) ** 2
    variances = [jackknife_variance(left_out, strata), between]
    df = int(satterthwaite(variances, [df, max(1, sum(len(p) - 1 for p in splits))]))
    words.append(f"{known.title} rests on {basis.units} groups, fewer than {FEW}: small-sample interval.")
    also = " and seeds" if seeds else ""
    if known.share and 0 < value < 1:
        low, high = share_interval(value, sum(variances), basis.cases, df)
        return low, high, (f"Clopper-Pearson at the effective number of cases, variance over groups{also} "
                           "(Korn and Graubard 1998)")
    low, high = t_interval(value, sum(variances), df)
    return low, high, f"t interval, jackknife over groups within folds{also}, {df} degrees of freedom"
