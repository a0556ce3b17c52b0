"""How much worse a model gets on worse images: clean against corrupted, on the same test images."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
import polars as pl

from bogam.core.errors import UserError, say
from bogam.core.seeds import generator
from bogam.core.types import Case, FloatArray
from bogam.evaluate.corruptions import SEVERITIES, Corruption, corrupt
from bogam.evaluate.intervals import FEW, percentile_interval, t_interval
from bogam.evaluate.measure import arrange, block_sizes, carriers, measure, resample_groups, rows_by_run, splits_of
from bogam.evaluate.score import score
from bogam.metrics.catalog import metric_named
from bogam.predict.model_folder import Model

CHUNK = 64
"""Images held in memory at once, while each corruption passes over them."""
FEWEST = 3
"""Groups below which no interval is given."""
CLEAN = "clean"
ALL = "all corruptions"


def usable(model: Model, case: Case, corruptions: Sequence[Corruption]) -> tuple[list[Corruption], list[str]]:
    """Return the corruptions that fit a case as read, and one sentence for each that does not (color on grey)."""
    ready, kept, notes = model.prepare(case.but(masks=None, boxes=None, points=None, targets={})), [], []
    for corruption in corruptions:
        try:
            corrupt(ready, corruption, 1)
            kept.append(corruption)
        except UserError as error:
            notes.append(f"Left out: {corruption.name} ({str(error).split(': ', 1)[-1].rstrip('.')}).")
    if not kept:
        raise UserError(say("robustness", "images on which no corruption can be done", "one or more", " ".join(notes)))
    return kept, notes


def score_corrupted(model: Model, cases: Iterable[Case], corruptions: Sequence[Corruption], classes: Mapping[str, int],
                    groups: Mapping[str, str], refused: Callable[[str, UserError], None],
                    tell: Callable[[int], None] = lambda done: None, seed: int = 0) -> pl.DataFrame:
    """Score a model on clean images and on each corruption at each severity.

    Args:
        model: on its device.
        cases: as read, with their truth.
        corruptions: what to do to each.
        classes: id to class index; empty for a segmentation.
        groups: id to the unit of resampling.
        refused: told the id of a case that cannot be prepared, and why; it takes no part.
        tell: told how many cases are done.
        seed: of the corruptions.

    Returns:
        The columns of `evaluate.score`, and `corruption` ("clean" first) and `severity` (0 for clean).
    """
    frames: list[pl.DataFrame] = []
    done = 0
    for chunk in _chunks(cases):
        bad: set[str] = set()

        def note(name: str, error: UserError, bad: set[str] = bad) -> None:
            bad.add(name)
            refused(name, error)

        frames.append(_one(model, chunk, classes, groups, None, note, CLEAN, 0))
        good = [case for case in chunk if case.id not in bad]
        for corruption in corruptions:
            for severity in SEVERITIES:
                def alter(case: Case, what: Corruption = corruption, much: int = severity) -> Case:
                    return corrupt(case, what, much, seed)
                frames.append(_one(model, good, classes, groups, alter, None, corruption.name, severity))
        done += len(chunk)
        tell(done)
    return pl.concat(frames)


def _one(model: Model, cases: Sequence[Case], classes: Mapping[str, int], groups: Mapping[str, str],
         alter: Callable[[Case], Case] | None, refused: Callable[[str, UserError], None] | None, name: str,
         severity: int) -> pl.DataFrame:
    scored, _ = score(model.predict(cases, refused=refused, alter=alter), task=model.task, labels=model.labels,
                      thresholds=model.thresholds, classes=classes, groups=groups)
    return scored.with_columns(corruption=pl.lit(name), severity=pl.lit(severity, pl.Int32))


def _chunks(cases: Iterable[Case]) -> Iterator[list[Case]]:
    remaining = iter(cases)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


def compare(scored: pl.DataFrame, metric: str, resamples: int = 2000, seed: int = 0) -> pl.DataFrame:
    """Return the metric on clean images, at each corruption and severity, and averaged, each against clean.

    The images are the same everywhere, so every change is paired: groups are resampled once, and each change is taken
    within a resample. Percentile intervals, expanded as in a t interval; with fewer than 30 groups t with the
    bootstrap's variance; with fewer than 3 none. Several runs are averaged, over the seeds of a fold and then over
    folds; the noise of training is not part of the intervals.

    Args:
        scored: of `score_corrupted`, of one run, or of several with repeat, fold and seed.
        metric: a name of the catalog whose best value is 1.
        resamples: of the groups, within folds.
        seed: of the resampling.

    Returns:
        One row per corruption and severity (0: the mean over its five severities), first "clean", then the mean over
        "all corruptions": `value, low, high` in the metric's scale; `change, change_low, change_high` against clean;
        `error_ratio, ratio_low, ratio_high`: (1 - value) / (1 - clean), the error as a multiple of the clean one.
        Null where undefined.

    Raises:
        UserError: the metric is undefined on the images.
    """
    cells = [(str(c), int(s)) for c, s in scored.select("corruption", "severity").unique(maintain_order=True).rows()]
    runs = [rows_by_run(scored.filter((pl.col("corruption") == name) & (pl.col("severity") == severity)))
            for name, severity in cells]
    clean = runs[0]
    tested = arrange(clean)
    places = {key: tested.places(rows) for key, rows in clean.items()}
    shares = np.zeros(len(clean))
    splits = splits_of(list(clean))
    for split in splits:
        shares[split] = 1 / (len(splits) * len(split))
    at = [[measure(metric, rows, places[key]) for key, rows in of_runs.items()] for of_runs in runs]

    def values_of(weights: FloatArray) -> FloatArray:
        return np.stack([np.stack([of(weights) for of in of_runs], axis=1) @ shares for of_runs in at], axis=1)

    points = values_of(np.ones((1, len(tested.groups))))[0]
    if np.isnan(points).any():
        raise UserError(say("robustness", f"test images on which {metric_named(metric).title} is undefined",
                            "images of every class, or with a lesion", "Give a FOLDER that has them."))
    kinds: dict[int, set[int]] = {}
    for key, run in clean.items():
        for kind, chosen_rows in enumerate(carriers(metric, run)):
            kinds.setdefault(kind, set()).update(places[key][chosen_rows].tolist())
    units = min(len(kind) for kind in kinds.values())
    rng = generator(seed, "robustness", "resamples")
    drawn = np.concatenate([values_of(resample_groups(tested.strata, block, rng))
                            for block in block_sizes(len(tested.groups), resamples)])
    drawn = drawn[~np.isnan(drawn).any(axis=1)]

    table: list[dict[str, object]] = []
    names = list(dict.fromkeys(name for name, _ in cells if name != CLEAN))
    chosen: list[tuple[str, int, list[int]]] = [
        (CLEAN, 0, [0]), (ALL, 0, [k for k, (name, _) in enumerate(cells) if name != CLEAN])]
    for name in names:
        own = [k for k, cell in enumerate(cells) if cell[0] == name]
        chosen += [(name, 0, own), *((name, cells[k][1], [k]) for k in own)]
    for name, severity, which in chosen:
        value, values = float(points[which].mean()), drawn[:, which].mean(axis=1)
        row: dict[str, object] = {"corruption": name, "severity": severity, "value": value}
        row |= dict(zip(("low", "high"), _interval(value, values, units, (0.0, 1.0)), strict=True))
        if name != CLEAN:
            change = value - float(points[0])
            row |= {"change": change} | dict(zip(("change_low", "change_high"), _interval(
                change, values - drawn[:, 0], units, (-1.0, 1.0)), strict=True))
            if points[0] < 1:
                ratio = (1 - value) / (1 - float(points[0]))
                with np.errstate(divide="ignore", invalid="ignore"):
                    ratios = (1 - values) / (1 - drawn[:, 0])
                row |= {"error_ratio": ratio} | dict(zip(("ratio_low", "ratio_high"), _interval(
                    ratio, ratios, units, (0.0, np.inf)) if np.isfinite(ratios).all() else (None, None), strict=True))
        table.append(row)
    columns = ("corruption", "severity", "value", "low", "high", "change", "change_low", "change_high", "error_ratio",
               "ratio_low", "ratio_high")
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in table], infer_schema_length=None)


def _interval(value: float, drawn: FloatArray, units: int, ends: tuple[float, float],
              ) -> tuple[float | None, float | None]:
    if units < FEWEST or len(drawn) < 2 or np.ptp(drawn) == 0:
        return None, None
    if units < FEW:
        low, high = t_interval(value, float(drawn.var(ddof=1)) * units / (units - 1), units - 1)
    else:
        low, high = percentile_interval(value, drawn, units)
    return max(low, ends[0]), min(high, ends[1])

