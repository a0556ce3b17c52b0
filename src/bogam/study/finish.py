"""From a study's scores to its estimates, verdicts and report."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bogam.data.load import load_case
from bogam.evaluate.companions import COMPANIONS, with_companions
from bogam.evaluate.contrast import verdicts as decide_verdicts
from bogam.evaluate.copying import STAMP, stamped
from bogam.evaluate.findings import Estimate, Verdict
from bogam.evaluate.summary import summarize
from bogam.study.collect import collect
from bogam.study.copying import with_copying
from bogam.study.data import Tell, quiet
from bogam.study.discipline import discipline_of
from bogam.study.one_run import load_mask
from bogam.study.recipe import Recipe, control_of, load_recipe, primary_of
from bogam.study.report.examples import ExampleCase, Pick
from bogam.study.report.gallery import picture_of
from bogam.study.report.write import write_report
from bogam.study.results import CellResult, StudyResult


@dataclass(frozen=True)
class Done:
    """A finished study, in words, with the exit code of the command."""

    words: str
    exit_code: int
    report: Path
    verdicts: tuple[Verdict, ...]


def estimates_of(result: StudyResult, recipe: Recipe, tell: Tell = quiet) -> dict[str, list[Estimate]]:
    """Return every metric of every cell and baseline, with intervals; a cell without finished runs has none."""
    made: dict[str, list[Estimate]] = {}
    for count, cell in enumerate(result.cells, 1):
        if cell.cases.height:
            made[cell.name] = summarize(cell.cases, result.task, result.labels, resamples=recipe.report.resamples)
        tell("Estimating", count, len(result.cells))
    return made


def verdicts_of(result: StudyResult, recipe: Recipe, primary: str) -> list[Verdict]:
    """Return the contrast of every level of every axis with its control."""
    cells = [cell for cell in result.cells if not cell.baseline and cell.cases.height]
    if not result.axes or len(cells) < 2:
        return []
    late = [k for k, cell in enumerate(cells)
            if any(run.status == "done" and not run.facts.get("converged", True) for run in cell.runs)]
    decide = partial(decide_verdicts, [(cell.labels, cell.cases) for cell in cells], result.axes,
                     control=control_of(recipe), margin=recipe.report.margin, alpha=recipe.report.alpha,
                     resamples=recipe.report.resamples, seed=recipe.split.seed)
    found = decide(metric=primary, cautions={"did not converge": late} if late else None)
    if primary in COMPANIONS:
        found = with_companions(found, decide(metric=COMPANIONS[primary]))
    return found


def _examples(result: StudyResult) -> Callable[[CellResult, Sequence[Pick]], list[ExampleCase]]:
    """Return the function with which the report loads the test cases that it picks."""
    data = result.recipe["data"]

    def fill(cell: CellResult, picks: Sequence[Pick]) -> list[ExampleCase]:
        runs = {(run.repeat, run.fold, run.seed): run for run in cell.runs}
        made = []
        for pick in picks:
            case = load_case(result.manifest, pick.id, channels=data["channels"], resize_masks=data["resize_masks"])
            predicted, probs, truth_label = None, {}, ""
            run = runs[pick.repeat, pick.fold, pick.seed]
            if result.task == "segmentation":
                mask = load_mask(run.folder / "predictions" / "masks.npz", pick.id)
                predicted = mask.max(axis=0) if mask.any() else None
            else:
                row = cell.cases.filter((cell.cases["id"] == pick.id) & (cell.cases["fold"] == pick.fold)
                                        & (cell.cases["seed"] == pick.seed)
                                        & (cell.cases["repeat"] == pick.repeat)).row(0, named=True)
                probs = {label: row[f"prob_{k}"] for k, label in enumerate(result.labels)}
                truth_label = result.labels[row["target"]]
            made.append(replace(picture_of(case, ""), cell=cell.name, predicted=predicted, score=pick.score,
                                role=pick.role, probabilities=probs, truth_label=truth_label))
        return made

    return fill


def finish(out: Path, tell: Tell = quiet) -> Done:
    """Write the report of a study's folder, finished or not, and say what came out."""
    result = collect(out)
    recipe = load_recipe(out / "recipe.yaml")
    primary = primary_of(recipe)
    estimates = estimates_of(result, recipe, tell)
    found = verdicts_of(result, recipe, primary)
    tell("Comparing with the copier", 0, 1)
    result = with_copying(result, primary, recipe.report.resamples, recipe.report.alpha, recipe.split.seed)
    result = replace(result, discipline=tuple(finding.to_dict() for finding in discipline_of(result)))
    tell("Writing the report", 0, 1)
    place = write_report(result, found, estimates, out / "report", primary=primary, examples=_examples(result))
    (out / "report" / "verdicts.json").write_text(
        json.dumps([v.__dict__ | {"simple": [s.__dict__ for s in v.simple]} for v in found], indent=1,
                   ensure_ascii=False), encoding="utf-8")
    runs = [run for cell in result.cells for run in cell.runs]
    failed = sum(run.status == "failed" for run in runs)
    lines = []
    if failed:
        lines.append(f"Warning: {failed} of {len(runs)} runs failed; the report names them.")
    unfinished = sum(run.status == "unfinished" for run in runs)
    if unfinished:
        lines.append(f"{unfinished} of {len(runs)} runs are not finished yet; `bogam study` goes on with them.")
    lines += [" ".join([v.words, *(c for c in v.cautions if c.startswith("At the same time"))]) for v in found] \
        or [_best(estimates, primary)]
    lines += [f"{STAMP}: {one.cell}, {one.words}." for one in stamped(result.copying)]
    lines += [row["title"] for row in (*result.probes, *result.discipline) if row["severity"] != "note"]
    lines.append(f"Report: {place}")
    return Done("\n".join(lines), 1 if runs and failed == len(runs) else 0, place, tuple(found))


def _best(estimates: dict[str, list[Estimate]], primary: str) -> str:
    words = []
    for name, metrics in estimates.items():
        for estimate in metrics:
            if estimate.metric == primary and estimate.value is not None:
                between = "" if estimate.low is None else f" ({estimate.low:.3f} to {estimate.high:.3f})"
                words.append(f"{name}: {primary} {estimate.value:.3f}{between}")
    return "\n".join(words)
