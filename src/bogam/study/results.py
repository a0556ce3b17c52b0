"""What a finished (or half-finished) study holds, as the report and the tables read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from bogam.data.manifest import Manifest
from bogam.evaluate.copying import Copying


@dataclass(frozen=True, eq=False)
class RunResult:
    """One training: one cell, one fold, one seed.

    Args:
        folder: the run's folder.
        repeat, fold, seed: which split and which seed.
        status: "done", "failed" or "unfinished".
        error: one clear line, for failed runs.
        epochs: rows of `metrics.jsonl`: epoch (from 1), train_loss, validation_loss, validation_score, learning_rate,
            time_s, and more.
        facts: of `run.json`: best_epoch, epochs, converged (bool), parameters, time_s, memory_mb, thresholds,
            device, threads, versions, seed, digests, notes (list of sentences).
    """

    folder: Path
    repeat: int
    fold: int
    seed: int
    status: str
    error: str = ""
    epochs: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class CellResult:
    """One combination of axis values (or a baseline), with its runs.

    Args:
        name: short and unique, such as "augment=none loss=bce", or a baseline's name.
        labels: axis to value label; empty for a baseline or a study without axes.
        baseline: True for majority, nearest neighbor and so on.
        runs: one per repeat, fold and seed.
        cases: one row per run and test image: repeat, fold, seed, id, group, part, then
            classification: target (int, index into the labels), prob_0 .. prob_{C-1}, predicted (int);
            segmentation: label, dice, iou, has_lesion (bool), tp, fp, fn, tn (pixels, original geometry),
            false_positive (bool; on images without a lesion: something was predicted), predicted_share (of pixels).
        stamps: words that qualify the cell wherever it is shown, such as "no better than copying".
    """

    name: str
    labels: dict[str, str]
    baseline: bool
    runs: list[RunResult]
    cases: pl.DataFrame
    stamps: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class StudyResult:
    """All that the report needs.

    Args:
        folder: the study's folder.
        recipe: the recipe, as plain YAML-able mapping with every field.
        recipe_text: the recipe as YAML text.
        manifest: with its folds.
        cells: models, then baselines.
        axes: axis name to its value labels, in order; e.g. {"augment": ["none", "geometric"]}.
        task: "segmentation" or "classification".
        labels: class names, or mask labels.
        findings: of the audit: what `audit.family.Finding.to_dict` gives.
        facts: versions, device, threads, memory, wall time, dates, digests.
        grouping: what the unit of resampling is, in words ("patient", "duplicate group (patients unknown)").
        copying: each trained cell beside the copier, on the primary metric.
        probes: findings of the copy probe and the shuffled labels on the study's split, rows as in `findings`.
        discipline: findings on how the runs were done, rows as in `findings`.
    """

    folder: Path
    recipe: dict[str, Any]
    recipe_text: str
    manifest: Manifest
    cells: list[CellResult]
    axes: dict[str, list[str]]
    task: str
    labels: tuple[str, ...]
    findings: list[dict[str, Any]]
    facts: dict[str, Any]
    grouping: str
    copying: tuple[Copying, ...] = ()
    probes: tuple[dict[str, Any], ...] = ()
    discipline: tuple[dict[str, Any], ...] = ()
