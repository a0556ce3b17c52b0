"""Baselines that stand beside the models: the same folds, the same scoring, no network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import polars as pl

from bogam.core.errors import UserError
from bogam.core.types import Case, FloatArray, Prediction
from bogam.data.load import load_case
from bogam.data.manifest import Manifest
from bogam.data.split import part_ids
from bogam.evaluate.baselines import baselines, predict_baseline
from bogam.evaluate.score import score
from bogam.evaluate.thresholds import choose_thresholds
from bogam.prepare.geometry import restore
from bogam.prepare.run import Prepared
from bogam.study.data import Ready, Tell, class_indices, quiet
from bogam.study.one_run import prepare, way_of
from bogam.study.recipe import Recipe, cells


class _Part:
    """One part of a fold, as baselines see it."""

    def __init__(self, prepared: Prepared, ids: list[str]) -> None:
        self.ids = ids
        self.case = prepared.case


def _said(recipe: Recipe, ready: Ready, prepared: Prepared, probs: Mapping[str, FloatArray], name: str,
          ids: Sequence[str]) -> Iterator[tuple[Case, Prediction]]:
    """Yield each case as read with what a baseline said of it, masks in the original geometry."""
    for i in ids:
        case = load_case(ready.manifest, i, channels=recipe.data.channels, resize_masks=recipe.data.resize_masks)
        said = probs[i]
        if recipe.task == "segmentation":
            said = restore(said, prepared.case(i).history, case.shape)
        yield case, Prediction(i, said, name)


def baseline_digest(recipe: Recipe, manifest: Manifest, labels: Sequence[str]) -> str:
    """Return all that decides a baseline's scores, as text; it stands in `of.json` beside them."""
    return json.dumps([manifest.digest(), way_of(cells(recipe)[0].recipe), list(labels), recipe.split.seed])


def score_baselines(recipe: Recipe, ready: Ready, out: Path, cache: Path, disk_gb: float,
                    tell: Tell = quiet) -> list[str]:
    """Write `baselines/<name>/repeatR-foldF/cases.parquet` for every baseline and fold that is not there yet.

    Baselines see the images as the first cell prepares them; their thresholds come from validation too.

    Returns:
        One sentence per baseline that failed; the study goes on without it.
    """
    first = cells(recipe)[0].recipe
    prepared = prepare(first, ready.manifest, cache, disk_gb)
    aside = {name for name, _ in prepared.problems}
    classes = class_indices(ready.manifest, ready.target, ready.labels) if recipe.task == "classification" else {}
    groups = dict(ready.manifest.folds.select("id", "group").rows())
    digest = baseline_digest(recipe, ready.manifest, ready.labels)
    problems: dict[str, str] = {}
    splits = ready.manifest.folds.select("repeat", "fold").unique().sort("repeat", "fold").rows()
    names = baselines(recipe.task)
    for count, (name, (repeat, fold)) in enumerate([(n, s) for n in names for s in splits], 1):
        tell("Scoring baselines", count, len(names) * len(splits))
        folder = out / "baselines" / name / f"repeat{repeat}-fold{fold}"
        if (folder / "of.json").is_file() and (folder / "of.json").read_text(encoding="utf-8") == digest:
            continue
        train, validation, test = (
            _Part(prepared, [i for i in part_ids(ready.manifest, repeat, fold, part) if i not in aside])
            for part in ("train", "validation", "test"))
        both = _Part(prepared, [*validation.ids, *test.ids])
        try:
            probs = predict_baseline(name, train, both, len(ready.labels), recipe.split.seed, classes=classes)
            said = partial(_said, first, ready, prepared, probs, name)
            thresholds = choose_thresholds(said(validation.ids), recipe.task, len(ready.labels), classes)
            scored, _ = score(said(test.ids), task=recipe.task, labels=ready.labels, thresholds=thresholds,
                              classes=classes, groups=groups)
        except UserError as error:
            problems.setdefault(name, f"Baseline {name} could not be scored (fold {fold}): {error}")
            continue
        folder.mkdir(parents=True, exist_ok=True)
        scored.with_columns(repeat=pl.lit(repeat), fold=pl.lit(fold)).write_parquet(folder / "cases.parquet")
        (folder / "of.json").write_text(digest, encoding="utf-8")
    return list(problems.values())
