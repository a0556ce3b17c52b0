"""The robustness bench of a finished run: corruptions of its modality, on its test part or on another folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

import bogam
from bogam.augment.describe import describe
from bogam.core.errors import FileProblem, UserError, say
from bogam.core.types import Case
from bogam.data.load import load_case
from bogam.data.manifest import Manifest
from bogam.data.split import part_ids
from bogam.evaluate.corruptions import CORRUPTIONS, SEVERITIES, Corruption, corrupt, modality_named
from bogam.evaluate.external import open_external
from bogam.evaluate.robustness import ALL, CLEAN, compare, score_corrupted, usable
from bogam.metrics.catalog import metric_named
from bogam.page.contact_sheet import Panel, Strip, contact_sheet
from bogam.page.picture import to_uint8, with_outlines
from bogam.predict.model_folder import Model, load_model
from bogam.study.data import class_indices, quiet
from bogam.study.one_run import status_of
from bogam.study.recipe import Recipe, load_recipe
from bogam.study.robustness_figure import curves
from bogam.study.sheet import write_sheet
from bogam.study.write_image import middle_slice

Tell = Callable[[str, int, int], None]
TEST = "test"
"""Folder of the results on a run's own test part."""


@dataclass(frozen=True, eq=False)
class _Images:
    """The images of a bench: read one at a time."""

    name: str
    ids: list[str]
    read: Callable[[str], Case]
    classes: Mapping[str, int]
    groups: Mapping[str, str]
    unit: str
    modality: str | None
    notes: list[str]


def runs_in(place: Path) -> list[Path]:
    """Return a run's folder, or all finished runs of a study's folder."""
    if not (place / "study.json").is_file():
        return [place]
    found = [p.parent for p in sorted(place.glob("runs/*/*/run.json")) if status_of(p.parent).get("status") == "done"]
    if not found:
        raise UserError(say(str(place), "a study without a finished run", "one with some"))
    return found


def robustness_of(run: Path, folder: Path | None = None, *, modality: str | None = None, device: str = "auto",
                  threads: int | None = None, resamples: int = 2000, examples: bool = True, tell: Tell = quiet,
                  **reading: Any) -> str:
    """Score a run on corrupted images and write tables and figures; return the result in words.

    Writes `robustness.csv` (see `evaluate.robustness.compare`), `cases.parquet`, `facts.json`, the figure
    `robustness.svg` and `.png`, and a sheet of one image in all corruptions, into `RUN/robustness/test`, or
    `RUN/robustness/NAME` for another folder.

    Args:
        run: folder of a finished run, within its study unless a folder is given.
        folder: other test images, in any layout; None: the run's own test part.
        modality: a name of `CORRUPTIONS`; None: as the data set or the headers say, else "general".
        device: where to compute.
        threads: of torch; None: its own choice.
        resamples: of the bootstrap.
        examples: draw the sheet of one image in all corruptions.
        tell: progress.
        reading: how the folder is read, as for `evaluate_external`.

    Raises:
        AuditStop: the folder holds what the model has seen.
        UserError: no finished run, or no image that can be scored.
    """
    model = load_model(run, device)
    if threads is not None:
        import torch
        torch.set_num_threads(threads)
    images = _own(run, model) if folder is None else _other(model, folder, tell, reading)
    name = modality_named(modality or images.modality)
    aside: list[tuple[str, str]] = []

    def cases() -> Iterator[Case]:
        for one in images.ids:
            try:
                yield images.read(one)
            except UserError as error:
                aside.append((one, error.problem if isinstance(error, FileProblem) else str(error)))

    first = next(_with_lesion(cases()), None)
    aside.clear()
    if first is None:
        raise UserError(say(str(folder or run), "no test image that can be read", "at least one"))
    corruptions, notes = usable(model, first, CORRUPTIONS[name])
    scored = score_corrupted(model, cases(), corruptions, images.classes, images.groups,
                             lambda one, error: aside.append((one, str(error))),
                             lambda done: tell("Corrupting and predicting", done, len(images.ids)))
    metric = "dice" if model.task == "segmentation" else "auc"
    found = compare(scored, metric, resamples)
    trained = trained_with(_recipe_of(run), corruptions)
    place = run / "robustness" / images.name
    place.mkdir(parents=True, exist_ok=True)
    scored.write_parquet(place / "cases.parquet")
    found.write_csv(place / "robustness.csv")
    notes = [*images.notes, *notes, *(f"Set aside: {one}: {problem}" for one, problem in aside)]
    facts = {"bogam": bogam.__version__, "model_digest": model.digest, "metric": metric, "modality": name,
             "images": scored["id"].n_unique(), "groups": scored["group"].n_unique(), "unit": images.unit,
             "trained_with": trained, "notes": notes, "severities": _strengths(corruptions)}
    (place / "facts.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False), encoding="utf-8")
    figure = curves(found, metric, trained)
    (place / "robustness.svg").write_text(figure.wide, encoding="utf-8")
    (place / "robustness.png").write_bytes(figure.png())
    if examples:
        write_sheet(_examples(model, first, corruptions), place / "corruptions.png")
    return "\n".join([*notes, *words(found, metric, facts), f"Tables and figures: {place}"])


def _with_lesion(cases: Iterator[Case]) -> Iterator[Case]:
    """Yield the first case with a lesion among the first fifty, or the first case."""
    first = None
    for count, case in enumerate(cases):
        first = first or case
        if (case.masks is not None and case.masks.any()) or count == 50:
            yield case if case.masks is not None and case.masks.any() else first
            return
    if first is not None:
        yield first


def _own(run: Path, model: Model) -> _Images:
    facts = status_of(run)
    study = run.resolve().parents[2] if len(run.resolve().parents) > 2 else run
    if facts.get("status") != "done" or not (study / "study.json").is_file():
        raise UserError(say(str(run), "no finished run within its study", "a folder such as "
                            "OUT/runs/CELL/repeat0-fold0-seed0", "Or name a FOLDER of images to test on."))
    head = json.loads((study / "study.json").read_text(encoding="utf-8"))
    manifest, recipe = Manifest.load(study / "manifest"), load_recipe(run / "recipe.yaml")
    classes = class_indices(manifest, head["target"], tuple(head["labels"])) if model.task == "classification" else {}
    groups = dict(manifest.folds.select("id", "group").rows())
    return _Images(TEST, part_ids(manifest, facts["repeat"], facts["fold"], "test"),
                   lambda one: load_case(manifest, one, model.channels, recipe.data.resize_masks), classes, groups,
                   head["unit"], _modality(manifest), [])


def _other(model: Model, folder: Path, tell: Tell, reading: dict[str, Any]) -> _Images:
    opened = open_external(model, folder, tell=tell, **reading)
    resize = bool(reading.get("resize_masks", False))
    return _Images(opened.manifest.name, opened.manifest.images["id"].to_list(),
                   lambda one: load_case(opened.manifest, one, model.channels, resize), opened.classes, opened.groups,
                   opened.unit, _modality(opened.manifest),
                   [*opened.notes, *(f"Set aside: {row[0]}: {row[1]}" for row in opened.aside)])


def _modality(manifest: Manifest) -> str | None:
    """Return the modality of most images, or None where nobody knows it."""
    found = manifest.images["modality"].drop_nulls().value_counts(sort=True)
    return str(found["modality"][0]) if found.height else None


def _recipe_of(run: Path) -> Recipe | None:
    path = run / "recipe.yaml"
    return load_recipe(path) if path.is_file() else None


def trained_with(recipe: Recipe | None, corruptions: list[Corruption]) -> list[str]:
    """Return the names of the corruptions whose augmentation the training used: there the bench is no surprise."""
    def kinds(steps: Any) -> set[str]:
        return {kind for step in steps for kind in (step.kind, *kinds(getattr(step, "steps", ())))}

    used = kinds(recipe.augment if recipe is not None else ())
    return [c.name for c in corruptions if c.kind in used]


def _strengths(corruptions: list[Corruption]) -> dict[str, Any]:
    return {c.name: {"augmentation": c.kind, "setting": c.setting, "values": list(c.strengths), "either": c.either,
                     **({"fixed": dict(c.fixed)} if c.fixed else {})} for c in corruptions}


def words(found: pl.DataFrame, metric: str, facts: Mapping[str, Any]) -> list[str]:
    """Return the result as sentences: clean, all corruptions, the worst one."""
    rows = {row["corruption"]: row for row in found.filter(pl.col("severity") == 0).iter_rows(named=True)}
    title = metric_named(metric).title
    lines = [f"{facts['modality'].capitalize()}, {facts['images']} images of {facts['groups']} groups "
             f"({facts['unit']}); {len(rows) - 2} corruptions, {len(SEVERITIES)} severities.",
             f"{title} on clean images: {_span(rows[CLEAN], 'value', 'low', 'high')}",
             f"{title} on corrupted images, mean of all: {_span(rows[ALL], 'value', 'low', 'high')}; change "
             f"{_span(rows[ALL], 'change', 'change_low', 'change_high', 100)} points"]
    if rows[ALL]["error_ratio"] is not None:
        lines[-1] += f"; error {_span(rows[ALL], 'error_ratio', 'ratio_low', 'ratio_high')} times that of clean images"
    worst = min((row for name, row in rows.items() if name not in (CLEAN, ALL)), key=lambda row: row["change"])
    lines.append(f"Worst: {worst['corruption']}, change {_span(worst, 'change', 'change_low', 'change_high', 100)} "
                 "points")
    if facts["trained_with"]:
        lines.append(f"Trained with: {', '.join(facts['trained_with'])}. There the bench shows what training taught, "
                     "not what it would do unprepared.")
    return lines


def _span(row: Mapping[str, Any], value: str, low: str, high: str, factor: float = 1.0) -> str:
    digits = 1 if factor == 100 else 3 if value == "value" else 2
    sign = "+" if factor == 100 else ""
    text = f"{row[value] * factor:{sign}.{digits}f}"
    between = "no interval" if row[low] is None else (f"95 % interval {row[low] * factor:{sign}.{digits}f} to "
                                                      f"{row[high] * factor:{sign}.{digits}f}")
    return f"{text} ({between})"


def _examples(model: Model, case: Case, corruptions: list[Corruption]) -> Any:
    ready = model.prepare(case)

    def panel(shown: Case, title: str, lines: Sequence[str]) -> Panel:
        image, masks = middle_slice(shown)
        return Panel(with_outlines(to_uint8(image, shown.levels), masks, 300), title, tuple(lines))

    strips = [Strip("Clean", (panel(ready, "The image as prepared", (case.id,)),))]
    for corruption in corruptions:
        made = [corrupt(ready, corruption, severity) for severity in SEVERITIES]
        strips.append(Strip(corruption.name, tuple(
            panel(one, f"Severity {severity}", describe(one.history[-1]))
            for severity, one in zip(SEVERITIES, made, strict=True))))
    return contact_sheet("corruptions", f"{case.id}: the corruptions of the bench", strips)
