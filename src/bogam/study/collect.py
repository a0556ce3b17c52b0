"""Read a study's folder into what the report shows; works on a half-finished study too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from bogam.core.errors import UserError, say
from bogam.data.manifest import Manifest
from bogam.evaluate.score import SEGMENTATION, classification_schema
from bogam.study.baseline_cells import baseline_digest
from bogam.study.one_run import status_of
from bogam.study.probing import findings_of
from bogam.study.recipe import axes_of, load_recipe
from bogam.study.recipe import cells as cells_of
from bogam.study.results import CellResult, RunResult, StudyResult
from bogam.study.run import run_folder
from bogam.train.rows import read_rows

WHERE = {"repeat": pl.Int32, "fold": pl.Int32, "seed": pl.Int32}


def collect(out: Path) -> StudyResult:
    """Return everything that a study's folder holds.

    Raises:
        UserError: it is no study's folder.
    """
    if not (out / "study.json").is_file():
        raise UserError(say(str(out), "no study.json", "the folder of a study"))
    head = json.loads((out / "study.json").read_text(encoding="utf-8"))
    audit = json.loads((out / "audit.json").read_text(encoding="utf-8"))
    recipe = load_recipe(out / "recipe.yaml")
    manifest = Manifest.load(out / "manifest")
    labels = tuple(head["labels"])
    schema = SEGMENTATION if recipe.task == "segmentation" else classification_schema(len(labels))
    schema = {**schema, **WHERE}
    splits = manifest.folds.select("repeat", "fold").unique().sort("repeat", "fold").rows()

    found = []
    for cell in cells_of(recipe):
        runs, frames = [], []
        for repeat, fold in splits:
            for seed in cell.recipe.train.seeds:
                folder = run_folder(out, cell, manifest.digest(), repeat, fold, seed)
                facts = status_of(folder)
                status = facts.get("status", "unfinished")
                status = status if status in ("done", "failed") else "unfinished"
                runs.append(RunResult(folder, repeat, fold, seed, status, facts.get("error", ""),
                                      read_rows(folder / "metrics.jsonl"), facts))
                if status == "done":
                    frames.append(_scored(folder / "predictions" / "cases.parquet", schema, repeat, fold, seed))
        found.append(CellResult(cell.name, cell.labels, False, runs, _joined(frames, schema)))
    of = baseline_digest(recipe, manifest, labels)
    for place in sorted((out / "baselines").glob("*")):
        parts = [(place / f"repeat{repeat}-fold{fold}", repeat, fold) for repeat, fold in splits]
        frames = [_scored(part / "cases.parquet", schema, repeat, fold, 0) for part, repeat, fold in parts
                  if (part / "of.json").is_file() and (part / "of.json").read_text(encoding="utf-8") == of]
        found.append(CellResult(place.name, {}, True, [], _joined(frames, schema)))
    return StudyResult(out, recipe.to_dict(), recipe.to_yaml(), manifest, found, axes_of(recipe), recipe.task, labels,
                       audit["findings"], {**head, "accepted": audit["accepted"], "verdict": audit["verdict"]},
                       head["unit"], probes=tuple(findings_of(out, manifest)))


def _scored(path: Path, schema: dict[str, Any], repeat: int, fold: int, seed: int) -> pl.DataFrame:
    frame = pl.read_parquet(path)
    return frame.with_columns(repeat=pl.lit(repeat, pl.Int32), fold=pl.lit(fold, pl.Int32),
                              seed=pl.lit(seed, pl.Int32)).select(list(schema))


def _joined(frames: list[pl.DataFrame], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)

