"""What the records of a study's runs say of how they were done."""

from __future__ import annotations

from typing import Any

import numpy as np

from bogam.audit.discipline import RunEvidence, RunRecord, check_runs
from bogam.audit.family import Finding
from bogam.evaluate.measure import arrange, measure, rows_by_run, splits_of
from bogam.metrics.catalog import metrics_of
from bogam.study.openings import openings
from bogam.study.recipe import cells, parse_recipe
from bogam.study.results import CellResult, StudyResult


def discipline_of(result: StudyResult) -> tuple[Finding, ...]:
    """Run the rules on the discipline of runs over a study, finished or not; worst first."""
    return check_runs(evidence_of(result))


def evidence_of(result: StudyResult) -> RunEvidence:
    """Return what a study's folder holds, as the rules read it."""
    sections: dict[str, dict[str, Any]] = {
        cell.name: cell.recipe.train.model_dump(mode="json") for cell in cells(parse_recipe(result.recipe))}
    trained = [cell for cell in result.cells if not cell.baseline]
    runs = tuple(RunRecord(cell.name, run.repeat, run.fold, run.seed, {**run.facts, "status": run.status}, run.epochs,
                           sections.get(cell.name, {}))
                 for cell in trained for run in cell.runs if run.status != "unfinished")
    scores = {cell.name: points_of(cell, result.task, len(result.labels)) for cell in trained if cell.cases.height}
    classes = len(result.labels) if result.task == "classification" else None
    return RunEvidence(runs, result.manifest.folds, tuple(openings(result.folder)), scores, classes)


def points_of(cell: CellResult, task: str, labels: int) -> dict[str, float]:
    """Return every metric of a cell, averaged over the seeds of a fold, then over folds; undefined ones not."""
    runs = rows_by_run(cell.cases)
    tested = arrange(runs)
    ones = np.ones((1, len(tested.groups)))
    places = splits_of(list(runs))
    found = {}
    for name in metrics_of(task, labels):
        values = np.array([measure(name, rows, tested.places(rows))(ones)[0] for rows in runs.values()])
        folds = [values[fold].mean() for fold in places if not np.isnan(values[fold]).any()]
        if folds:
            found[name] = float(np.mean(folds))
    return found
