"""Verdicts: what a level of a factor did against the control, with an interval over patients and trainings."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
import polars as pl

from bogam.core.errors import UserError, say
from bogam.core.seeds import generator
from bogam.core.types import FloatArray
from bogam.evaluate.findings import SimpleEffect, Verdict
from bogam.evaluate.intervals import FEW
from bogam.evaluate.measure import (
    Key,
    arrange,
    block_sizes,
    carriers,
    measure,
    resample_groups,
    rows_by_run,
    splits_of,
)
from bogam.metrics.catalog import Metric, metric_named

NOT_MEASURED = "one seed: training noise not measured, no verdict"
POWER = 0.8
_LEAST = -100
"""Power of ten below which no p value is told apart from 0."""
ACRONYMS = {"bce": "BCE", "bce-dice": "BCE-Dice", "clahe": "CLAHE", "sgd": "SGD", "adamw": "AdamW", "unet": "U-Net",
            "dice": "Dice"}
NOUNS = {"augment": "augmentation", "model": "network", "prepare": "preparation"}

Coefficients = dict[int, float]
"""Place of a cell to its weight in a contrast; the weights sum to 0."""


@dataclass(frozen=True, eq=False)
class Table:
    """A metric of every cell and run, as measured and in each resample of groups.

    Args:
        values: per cell, run to (1 + R,): the metric as measured, then under each resample; nan where undefined.
        units: how many groups the metric rests on, of its rarest kind.
        strata: folds within which groups were resampled.
        cautions: sentences on what was left out.
    """

    values: list[dict[Key, FloatArray]]
    units: int
    strata: int
    cautions: tuple[str, ...]


@dataclass(frozen=True)
class Effect:
    """A contrast in the metric's scale, and the parts of its variance (none: not estimable, `why` says so).

    Args:
        value: level minus control; None where they share no run.
        parts: (variance, degrees of freedom) of groups, of trainings, and of folds beyond both.
        runs, splits, seeds: how many it rests on.
        why: the reason why there is no interval.
        cautions: what was left out.
    """

    value: float | None
    parts: tuple[tuple[float, float], ...] = ()
    runs: int = 0
    splits: int = 0
    seeds: int = 0
    why: str = ""
    cautions: tuple[str, ...] = ()

    def half(self, alpha: float) -> float | None:
        """Return half the width of the interval at level 1 - alpha: each part with the t quantile of its own df."""
        from scipy.stats import t
        if not self.parts:
            return None
        return math.sqrt(sum(float(t.isf(alpha / 2, df)) ** 2 * variance for variance, df in self.parts))

    def p(self) -> float | None:
        """Return the two-sided p value: the alpha whose interval just reaches 0."""
        from scipy.optimize import brentq
        if self.value is None or not self.parts:
            return None

        def gap(power: float) -> float:
            return (self.half(10.0 ** power) or 0.0) - abs(self.value or 0.0)

        return float(10.0 ** (_LEAST if gap(_LEAST) <= 0 else brentq(gap, _LEAST, 0)))

    def detectable(self, alpha: float) -> float | None:
        """Return the smallest true effect that a test at level alpha finds in about 80 % of such studies."""
        from scipy.stats import norm
        half = self.half(alpha)
        return None if half is None else half + float(norm.ppf(POWER)) * math.sqrt(sum(v for v, _ in self.parts))


def verdicts(cells: Sequence[tuple[Mapping[str, str], pl.DataFrame]], axes: Mapping[str, Sequence[str]], metric: str,
             control: Mapping[str, str], margin: float = 0.01, alpha: float = 0.05, resamples: int = 2000,
             seed: int = 0, cautions: Mapping[str, Collection[int]] | None = None) -> list[Verdict]:
    """Return a verdict on every level of every axis against the axis's control level.

    The effect is the difference of the metric (level minus control) within each run (repeat, fold, seed), on the same
    test images, averaged over the seeds of a fold, over folds, and over the combinations of the other axes. Its
    variance is the sum of three parts:

    - groups (patients): the bootstrap variance of the effect when groups are resampled within folds, the same in all
      cells and runs, times n / (n - s) for n groups in s folds; less what differs between the seeds of a fold, which
      the next part holds;
    - trainings: the variance of the effect between the seeds of a fold, over the number of runs;
    - folds: by how much the effects of folds differ beyond both, over the number of folds.

    This is the two-way (pigeonhole) bootstrap of groups and runs with the second factor worked out: resampling the 2
    to 10 runs of a study would give only (R - 1) / R of their variance, and would count the interaction of groups and
    runs three times. The interval takes each part with the t quantile of its own degrees of freedom (groups less
    folds; seeds less one, summed over folds; the excess of folds with that of groups), and adds their squares:
    Banerjee's interval, which does not rest on Satterthwaite's approximation, too optimistic with 1 to 3 degrees of
    freedom. p is the level at which the interval reaches 0.

    Args:
        cells: axis-to-label of each cell, and its table as `CellResult.cases`.
        axes: axis to its labels, in order.
        metric: a name of the catalog.
        control: axis to its control label; an axis without one takes its first label.
        margin: differences within -/+ margin, in the metric's scale, do not matter.
        alpha: share of false alarms over all contrasts together; intervals have level 1 - alpha.
        resamples: of groups.
        seed: of the resampling.
        cautions: a clause such as "did not converge" to the places in `cells` of the cells that it is true of.

    Returns:
        One per axis and level other than the control, in points. Outcomes:
        "no difference": the interval lies within the margin; "helped" or "hurt": p after Holm's correction is below
        alpha; "not shown": neither; "no verdict": a single seed (the noise of training is not measured), too few
        groups, or runs that no two cells share.

    Raises:
        UserError: a control is no label of its axis, or the metric does not exist.

    Notes:
        In simulated studies of 3 folds x 2 seeds without any effect, at alpha 0.05, it raised false alarms in 2 %, in
        5 % where folds had effects of their own as large as the noise of training, and in up to 11 % with five seeds
        and such folds: three folds say little about folds.

        The seeds of a fold share its training images, and the folds of a study share most of theirs. The latter
        dependence cannot be estimated from one cross-validation (Nadeau and Bengio 2003), so an interval speaks for
        new patients, seeds and folds of this data set, not for another data set.

    References:
        Two-way resampling: Owen 2007, doi:10.1214/07-AOAS122. Groups: Field and Welsh 2007,
        doi:10.1111/j.1467-9868.2007.00593.x. Interval: Banerjee 1960, Sankhya 22, 357-358. Dependence of folds:
        Nadeau and Bengio 2003, doi:10.1023/A:1024068626366. Holm 1979, Scandinavian Journal of Statistics 6, 65-70.
    """
    known = metric_named(metric)
    chosen = _controls(axes, control)
    table = measure_cells(cells, metric, resamples, seed)
    place = {tuple(str(labels.get(axis)) for axis in axes): k for k, (labels, _) in enumerate(cells)}
    found = []
    for axis, labels in axes.items():
        for level in labels:
            if level != chosen[axis]:
                found.append(_contrast(known, table, place, axes, axis, level, chosen[axis], alpha, cautions or {}))
    adjusted = holm([v.p for v, _ in found])
    tested = max(1, sum(p is not None for p in adjusted))
    return [_judge(known, verdict, effect, p, margin, alpha, tested)
            for (verdict, effect), p in zip(found, adjusted, strict=True)]


def holm(values: Sequence[float | None]) -> list[float | None]:
    """Return p values after Holm's correction; None stays None and does not count.

    Example:
        >>> holm([0.01, None, 0.04, 0.03])
        [0.03, None, 0.06, 0.06]
    """
    order = sorted((p, k) for k, p in enumerate(values) if p is not None)
    out: list[float | None] = [None] * len(values)
    highest = 0.0
    for rank, (p, k) in enumerate(order):
        highest = max(highest, min(1.0, p * (len(order) - rank)))
        out[k] = highest
    return out


def _controls(axes: Mapping[str, Sequence[str]], control: Mapping[str, str]) -> dict[str, str]:
    chosen = {}
    for axis, labels in axes.items():
        chosen[axis] = control.get(axis, labels[0])
        if chosen[axis] not in labels:
            raise UserError(say(f"report.control.{axis}", chosen[axis], f"one of {', '.join(labels)}"))
    return chosen


def measure_cells(cells: Sequence[tuple[Mapping[str, str], pl.DataFrame]], metric: str, resamples: int,
                  seed: int) -> Table:
    """Measure every cell and run on the images that all cells with that run have, as measured and resampled.

    Args:
        cells: (labels, rows as in `CellResult.cases`) of each.
        metric: a name of the catalog.
        resamples: of groups within folds.
        seed: of the resampling.
    """
    runs = [rows_by_run(frame) for _, frame in cells]
    cautions = []
    common: dict[Key, pl.DataFrame] = {}
    for key in sorted(set().union(*runs)):
        have = [r[key] for r in runs if key in r]
        unit = ["id", *(["label"] if "label" in have[0].columns else [])]
        shared = have[0]
        for rows in have[1:]:
            shared = shared.join(rows.select(unit), on=unit, how="semi", maintain_order="left")
        if any(rows.height != shared.height for rows in have):
            cautions.append("Some test images are missing in some cells; only images that all share were compared.")
            for r in runs:
                if key in r:
                    r[key] = r[key].join(shared.select(unit), on=unit, how="semi", maintain_order="left")
        if shared.height:
            common[key] = shared
    arranged = arrange(common)
    at = [{key: measure(metric, rows, arranged.places(rows)) for key, rows in r.items() if key in common}
          for r in runs]
    ones = np.ones((1, len(arranged.groups)))
    parts = [{key: [of(ones)] for key, of in cell.items()} for cell in at]
    rng = generator(seed, "verdicts")
    for count in block_sizes(len(arranged.groups), resamples):
        weights = resample_groups(arranged.strata, count, rng)
        for cell, found in zip(at, parts, strict=True):
            for key, of in cell.items():
                found[key].append(of(weights))
    kinds: list[set[str]] = []
    for rows in common.values():
        for kind, rest in enumerate(carriers(metric, rows)):
            if kind == len(kinds):
                kinds.append(set())
            kinds[kind] |= set(rows["group"].filter(pl.Series(rest)).to_list())
    values = [{key: np.concatenate(found) for key, found in cell.items()} for cell in parts]
    return Table(values, min((len(k) for k in kinds), default=0), len(set(arranged.strata.tolist())),
                 tuple(dict.fromkeys(cautions)))


def _contrast(known: Metric, table: Table, place: Mapping[tuple[str, ...], int], axes: Mapping[str, Sequence[str]],
              axis: str, level: str, against: str, alpha: float,
              flagged: Mapping[str, Collection[int]]) -> tuple[Verdict, Effect]:
    """Return the contrast of one level, averaged and at each combination of the other axes; not yet judged."""
    others = [a for a in axes if a != axis]
    pairs: list[tuple[dict[str, str], int, int]] = []
    words, missing = list(table.cautions), 0
    for labels in product(*(axes[a] for a in others)):
        at = dict(zip(others, labels, strict=True))
        both = [place.get(tuple({**at, axis: side}[a] for a in axes)) for side in (level, against)]
        if all(k is not None and table.values[k] for k in both):
            pairs.append((at, int(both[0] or 0), int(both[1] or 0)))
        else:
            missing += 1
    if missing and pairs:
        words.append(f"{missing} of {missing + len(pairs)} combinations of the other choices have no finished run on "
                     "both sides and are left out.")
    whole: Coefficients = {}
    for _, high, low in pairs:
        whole[high], whole[low] = 1 / len(pairs), -1 / len(pairs)
    effect = estimate_effect(table, whole, known.title)
    words += effect.cautions
    for clause, places in flagged.items():
        count = len(set(places) & set(whole))
        if count:
            words.append(f"{count} of the {len(whole)} cells behind it {clause}.")
    simple, parts = [], []
    for at, high, low in pairs:
        part = estimate_effect(table, {high: 1.0, low: -1.0}, known.title)
        if part.value is not None:
            half = part.half(alpha)
            parts.append((high, low, part.value))
            simple.append(SimpleEffect(at, part.value * known.points,
                                       *((None, None) if half is None else ((part.value - half) * known.points,
                                                                            (part.value + half) * known.points))))
    widest, tested = None, []
    for (high, low, one), (high2, low2, two) in combinations(parts, 2):
        widest = max(widest or 0.0, abs(one - two))
        tested.append(estimate_effect(table, {high: 1.0, low: -1.0, high2: -1.0, low2: 1.0}, known.title).p())
    certain = [p for p in tested if p is not None]
    verdict = Verdict(
        known.name, axis, level, against, None if effect.value is None else effect.value * known.points, None, None,
        effect.p(), None, "no verdict", simple=tuple(simple),
        interaction=None if widest is None else widest * known.points,
        interaction_p=min(1.0, min(certain) * len(certain)) if certain and len(certain) == len(tested) else None,
        cautions=tuple(dict.fromkeys(words)))
    return verdict, effect


def estimate_effect(table: Table, weights: Coefficients, title: str) -> Effect:
    """Return a weighted sum of cells, on the runs that all of them share, with its standard error.

    See `verdicts` for the method. The error is None, with the reason, where it cannot be estimated.
    """
    cells = list(weights)
    if not cells:
        return Effect(None, why="no finished runs on both sides")
    every = set().union(*(table.values[k] for k in cells))
    keys = sorted(k for k in every if all(k in table.values[c] for c in cells))
    cautions = []
    if len(keys) < len(every):
        cautions.append(f"Runs are missing in some cells: {len(keys)} of {len(every)} runs are shared and were used.")
    values = {key: sum(w * table.values[c][key] for c, w in weights.items()) for key in keys}
    defined = [key for key in keys if not np.isnan(np.asarray(values[key])[0])]
    if len(defined) < len(keys):
        cautions.append(f"{title} is undefined in {len(keys) - len(defined)} of {len(keys)} runs, which were left out.")
    if not defined:
        return Effect(None, why="the cells share no run in which the metric is defined", cautions=tuple(cautions))
    numbers = np.stack([np.asarray(values[key]) for key in defined], axis=1)
    splits = splits_of(defined)
    seeds = len({key[2] for key in defined})
    means = np.stack([numbers[:, s].mean(axis=1) for s in splits], axis=1)
    point = float(means[0].mean())
    known = replace(Effect(point), runs=len(defined), splits=len(splits), seeds=seeds)
    free = sum(len(s) - 1 for s in splits)
    if seeds < 2 or free < 1:
        return replace(known, why=NOT_MEASURED if seeds < 2 else "no fold has two seeds that all cells share: training "
                       "noise not measured, no verdict", cautions=tuple(cautions))
    boot = ~np.isnan(numbers[1:]).any(axis=1)
    if boot.mean() < 0.5 or table.units <= table.strata:
        return replace(known, why="too few groups for an interval", cautions=tuple(cautions))
    if table.units < FEW:
        cautions.append(f"Rests on {table.units} groups, fewer than {FEW}.")
    if len({key[:2] for key in defined}) == 1:
        cautions.append("One split: how much the effect depends on the split was not measured.")
    numbers, means = np.concatenate([numbers[:1], numbers[1:][boot]]), np.concatenate([means[:1], means[1:][boot]])

    few = table.units / (table.units - table.strata)
    within = np.asarray(sum(numbers[:, s].var(axis=1, ddof=1) * (len(s) - 1) for s in splits if len(s) > 1)) / free
    between_seeds = float(within[0])
    images = max(0.0, float(within[1:].mean()) - between_seeds) * few  # what it owes to the finite number of images
    share = sum(1 / len(s) for s in splits) / len(splits)  # 1 / seeds of a fold
    groups = max(0.0, float(means[1:].mean(axis=1).var(ddof=1)) * few - images * share / len(splits))

    repeats: dict[int, list[int]] = {}
    for k, s in enumerate(splits):
        repeats.setdefault(defined[s[0]][0], []).append(k)
    spare = sum(len(part) - 1 for part in repeats.values())
    excess = 0.0
    if spare:
        seen = sum(float(((means[0, part] - means[0, part].mean()) ** 2).sum()) for part in repeats.values()) / spare
        of_groups = max(0.0, float(means[1:].var(axis=0, ddof=1).mean()) * few - images * share)
        excess = max(0.0, seen - of_groups - between_seeds * share)
    alike = float(table.units - table.strata)
    parts = ((groups, alike), (between_seeds * share / len(splits), float(free)), (excess / len(splits), alike))
    if sum(variance for variance, _ in parts) < 1e-20:
        return replace(known, why="the two gave the same result for every group and run", cautions=tuple(cautions))
    return replace(known, parts=parts, cautions=tuple(cautions))


def _judge(known: Metric, verdict: Verdict, effect: Effect, p_holm: float | None, margin: float, alpha: float,
           tested: int) -> Verdict:
    """Add interval, outcome, smallest detectable difference and words."""
    who = _who(verdict)
    if effect.value is None:
        return replace(verdict, words=f"{who}: {effect.why}, no verdict.")
    points = effect.value * known.points
    half = effect.half(alpha)
    if half is None or p_holm is None:
        why = effect.why if "no verdict" in effect.why else f"{effect.why}, no verdict"
        return replace(verdict, words=f"{who}: {_signed(points, 1)} {known.title} {known.unit}; {why}.")
    half *= known.points
    low, high = points - half, points + half
    bound = margin * known.points
    least = (effect.detectable(alpha / tested) or 0.0) * known.points
    digits = 1 if half >= 0.25 else 2
    span = f"{_plain(low, digits)} to {_plain(high, digits)}"
    head = f"{who}: {_signed(points, digits)} {known.title} {known.unit} ({100 * (1 - alpha):g} % interval {span})"
    if -bound <= low and high <= bound:
        verdict = replace(verdict, outcome="no difference")
        words = f"{head}: no difference beyond the margin of {_plain(bound, 1)}."
    elif p_holm < alpha:
        verdict = replace(verdict, outcome="helped" if (points > 0) == known.higher else "hurt")
        words = f"{head}: {verdict.outcome}."
    else:
        verdict = replace(verdict, outcome="not shown")
        tail = f"smallest detectable difference {_plain(least, digits)}"
        words = (f"{head}: no difference shown after correction for {tested} contrasts; {tail}."
                 if low > 0 or high < 0 else f"{head}: no difference shown; {tail}.")
    method = (f"{effect.runs} runs ({effect.splits} folds x {effect.seeds} seeds): bootstrap variance over groups "
              "within folds, variance between seeds and between folds, each with its own t quantile (after Owen 2007; "
              f"Banerjee 1960); Holm over {tested} contrasts; smallest detectable difference at 80 % power, level "
              f"{alpha:g} / {tested}")
    return replace(verdict, low=low, high=high, p_holm=p_holm, detectable=least, words=words, method=method)


def _who(verdict: Verdict) -> str:
    noun = NOUNS.get(verdict.factor, verdict.factor.split(".")[-1].replace("_", " "))
    level = ACRONYMS.get(verdict.level, verdict.level)
    level = level[:1].upper() + level[1:] if level.isalpha() else level
    if verdict.control == "none":
        return f"{level} {noun}"
    return f"{level} instead of {ACRONYMS.get(verdict.control, verdict.control)} {noun}"


def _plain(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text


def _signed(value: float, digits: int) -> str:
    text = _plain(value, digits)
    return text if text.startswith("-") else f"+{text}"
