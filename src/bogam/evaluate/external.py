"""External validation: a finished run on data of another source, beside its own test part."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from bogam.core.errors import AuditStop, FileProblem, UserError, near_miss, say
from bogam.core.types import Case
from bogam.data.datasets.family import share_patients
from bogam.data.duplicates import MOST_COMPARED, groups, similar, thumbnails
from bogam.data.layout import recognize
from bogam.data.load import load_case
from bogam.data.looks import look
from bogam.data.manifest import PROBLEMS, Manifest, TargetSpec, table
from bogam.data.scan import scan
from bogam.evaluate.drop import drop
from bogam.evaluate.findings import Estimate
from bogam.evaluate.score import score
from bogam.evaluate.summary import summarize
from bogam.page.text import many
from bogam.predict.model_folder import Model, load_model

NAMED = 10
"""Files set aside that are named in the answer; `set_aside.csv` holds all."""


def pairs_of(option: str, values: Sequence[str]) -> dict[str, str]:
    """Read repeated ``A=B`` options.

    Example:
        >>> pairs_of("--label", ["cancer=malignant"])
        {'cancer': 'malignant'}
    """
    found = {}
    for value in values:
        left, sign, right = value.partition("=")
        if not sign or not left or not right:
            raise UserError(say(option, value, "A=B"))
        found[left] = right
    return found


def mask_values_of(values: Sequence[str]) -> dict[int, str]:
    """Read repeated ``VALUE=LABEL`` options of masks.

    Example:
        >>> mask_values_of(["1=anterior", "2=posterior"])
        {1: 'anterior', 2: 'posterior'}
    """
    found = {}
    for value, label in pairs_of("--mask-value", values).items():
        if not value.isdigit():
            raise UserError(say("--mask-value", f"{value}={label}", "VALUE=LABEL with a whole number as the value"))
        found[int(value)] = label
    return found


@dataclass(frozen=True, eq=False)
class External:
    """A folder, matched with a model.

    Args:
        manifest: the images that can be scored, masks under the model's labels.
        classes: id to class index; empty for a segmentation.
        groups: id to the unit of resampling.
        unit: what that is, in words.
        notes: what was left out or renamed, one sentence each.
        aside: (file, problem).
        found: how many images the folder has.
    """

    manifest: Manifest
    classes: dict[str, int]
    groups: dict[str, str]
    unit: str
    notes: list[str]
    aside: list[tuple[str, str]]
    found: int


def open_external(model: Model, folder: Path, *, layout: str = "auto", patient: str | None = None,
                  target: str | None = None, columns: Mapping[str, str] | None = None,
                  renamed: Mapping[str, str] | None = None, slice_axis: Literal["z", "y", "x"] | None = None,
                  slice_every: int = 1, mask_values: Mapping[int, str] | None = None, resize_masks: bool = False,
                  tell: Callable[[str, int, int], None] = lambda what, done, total: None) -> External:
    """Read a folder that a model has not seen, and match its labels with the model's; see `evaluate_external`.

    Raises:
        AuditStop: the folder holds patients or pictures that the model has seen.
        UserError: the labels do not match, or no image can be scored.
    """
    manifest = recognize(folder, layout=layout, patient=patient, columns=columns, slice_axis=slice_axis,
                         slice_every=slice_every, mask_values=mask_values)
    related = share_patients(model.facts.get("dataset"), manifest.dataset)
    if related:
        raise AuditStop(say("evaluate", related.rstrip("."), "data of other patients",
                            "Such a score would be no external validation."))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        found = len(manifest)
        manifest = scan(manifest, Path(scratch), progress=lambda done, total: tell("Reading images", done, total),
                        resize_masks=resize_masks)
        compared = manifest.patient == "absent" and len(manifest) <= MOST_COMPARED
        thumbs = thumbnails(look(manifest, Path(scratch))) if compared else {}
    aside: list[tuple[str, str]] = [(file, problem) for file, problem in manifest.set_aside.rows()]
    if not len(manifest):
        raise _none_left(folder, found, aside)
    seen = set(model.facts.get("seen_pixels", ())) & set(manifest.images["pixels_sha256"].drop_nulls().to_list())
    if seen:
        raise AuditStop(say("evaluate", f"{len(seen)} pictures that the model was trained on, pixel for pixel",
                            "pictures it has never seen", "Remove them from the folder."))
    manifest, classes, notes = _matched(model, manifest, target, dict(renamed or {}))
    near = similar({i: thumbs[i] for i in manifest.images["id"].to_list() if i in thumbs}, len(manifest)) \
        if compared else None
    group, unit = groups(manifest, ["patient", "duplicate"], near)
    return External(manifest, classes, group, unit, notes, aside, found)


def evaluate_external(run: Path, folder: Path, out: Path | None = None, *, layout: str = "auto",
                      patient: str | None = None, target: str | None = None, columns: Mapping[str, str] | None = None,
                      renamed: Mapping[str, str] | None = None, slice_axis: Literal["z", "y", "x"] | None = None,
                      slice_every: int = 1, mask_values: Mapping[int, str] | None = None,
                      resize_masks: bool = False, device: str = "auto", resamples: int = 2000,
                      tell: Callable[[str, int, int], None] = lambda what, done, total: None) -> str:
    """Score a run on a folder and write `external.csv` and `cases.parquet`; return the result in words.

    An image that cannot be loaded, or whose mask has another size, is set aside: named in the words and in
    `set_aside.csv`.

    Args:
        run: folder of a finished run, with its in-domain `predictions/cases.parquet`.
        folder: other data, in any layout that bogam reads.
        out: where the tables go; None: `RUN/external/NAME`.
        layout, patient, target, columns, slice_axis, slice_every, mask_values, resize_masks: as in a recipe's data
            section.
        renamed: the folder's label to the model's.
        device: where to compute.
        resamples: of the bootstrap.
        tell: progress.

    Raises:
        AuditStop: the folder holds patients or pictures that the model has seen.
        UserError: the labels do not match, or no image can be scored.
    """
    model = load_model(run, device)
    inside = _complete(pl.read_parquet(_in_domain(run)))
    opened = open_external(model, folder, layout=layout, patient=patient, target=target, columns=columns,
                           renamed=renamed, slice_axis=slice_axis, slice_every=slice_every, mask_values=mask_values,
                           resize_masks=resize_masks, tell=tell)
    manifest, classes, notes, aside = opened.manifest, opened.classes, opened.notes, opened.aside
    group, unit, found = opened.groups, opened.unit, opened.found
    files = dict(manifest.images.select("id", "image").rows())

    def refused(name: str, error: UserError) -> None:
        aside.append((files[name], error.problem if isinstance(error, FileProblem) else str(error)))

    def cases() -> Iterator[Case]:
        for count, name in enumerate(files, 1):
            tell("Predicting", count, len(files))
            try:
                yield load_case(manifest, name, channels=model.channels, resize_masks=resize_masks)
            except UserError as error:
                refused(name, error)

    scored, _ = score(model.predict(cases(), refused=refused), task=model.task, labels=model.labels,
                      thresholds=model.thresholds, classes=classes, groups=group, part="external")
    if not scored.height:
        raise _none_left(folder, found, aside)
    place = out or run / "external" / manifest.name
    place.mkdir(parents=True, exist_ok=True)
    scored.write_parquet(place / "cases.parquet")
    table([dict(zip(PROBLEMS, row, strict=True)) for row in aside], PROBLEMS).write_csv(place / "set_aside.csv")
    external = _complete(scored)
    here = {e.metric: e for e in summarize(inside, model.task, model.labels, resamples=resamples)}
    there = {e.metric: e for e in summarize(external, model.task, model.labels, resamples=resamples)}
    drops = {m: drop(inside, external, m, resamples=resamples) for m in here}
    _table(here, there, drops).write_csv(place / "external.csv")
    (place / "notes.json").write_text(json.dumps([*manifest.notes, *notes], indent=1, ensure_ascii=False),
                                      encoding="utf-8")
    primary = "dice" if model.task == "segmentation" else "auc"
    lines = [*manifest.notes, *notes, *_aside_words(aside, place), f"Unit of the external intervals: {unit}.",
             f"In-domain test part: {shown(here[primary])}", f"External: {shown(there[primary])}",
             f"Change: {shown(drops[primary])}"]
    lines += [f"{e.metric}: {e.note}" for e in (here[primary], there[primary], drops[primary]) if e.note]
    lines.append(f"All metrics: {place / 'external.csv'}")
    return "\n".join(dict.fromkeys(lines))


def shown(estimate: Estimate) -> str:
    """Return an estimate as ``dice 0.712 (95 % interval 0.650 to 0.761; 80 images of 40 groups)``."""
    if estimate.value is None:
        return f"{estimate.metric} undefined"
    text = f"{estimate.metric} {estimate.value:+.3f}" if estimate.metric.endswith("change") else \
        f"{estimate.metric} {estimate.value:.3f}"
    between = "no interval" if estimate.low is None else f"95 % interval {estimate.low:.3f} to {estimate.high:.3f}"
    return f"{text} ({between}; {estimate.cases} images of {estimate.groups} groups)"


def _aside_words(aside: Sequence[tuple[str, str]], place: Path) -> list[str]:
    if not aside:
        return []
    lines = [f"Set aside and not scored: {many(len(aside), 'file')}, listed in {place / 'set_aside.csv'}."]
    lines += [f"  {file}: {problem}" for file, problem in aside[:NAMED]]
    lines += [f"  ... and {len(aside) - NAMED} more"] if len(aside) > NAMED else []
    return lines + _resize_hint(aside)


def _resize_hint(aside: Sequence[tuple[str, str]]) -> list[str]:
    asked = any("resize_masks" in problem for _, problem in aside)
    return ["Here, `--resize-masks` is what `data: {resize_masks: true}` is in a recipe."] if asked else []


def _none_left(folder: Path, found: int, aside: Sequence[tuple[str, str]]) -> UserError:
    such = f" (such as {aside[0][0]}: {aside[0][1].rstrip('.')})" if aside else ""
    return UserError(say(str(folder), f"{many(found, 'image')} of which none can be scored{such}",
                         "at least one readable image with its truth", " ".join(_resize_hint(aside))))


def _in_domain(run: Path) -> Path:
    path = run / "predictions" / "cases.parquet"
    if not path.is_file():
        raise UserError(say(str(run), "no predictions/cases.parquet", "a finished run with its own test scores",
                            "Name the run's folder, not only its model."))
    return path


def _complete(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(repeat=pl.lit(0, pl.Int32), fold=pl.lit(0, pl.Int32), seed=pl.lit(0, pl.Int32))


def _table(here: Mapping[str, Estimate], there: Mapping[str, Estimate], drops: Mapping[str, Estimate]) -> pl.DataFrame:
    rows = []
    for metric in here:
        row: dict[str, object] = {"metric": metric}
        for name, estimates in (("in_domain", here), ("external", there), ("change", drops)):
            found = estimates.get(metric)
            row |= {name: found.value if found else None, f"{name}_low": found.low if found else None,
                    f"{name}_high": found.high if found else None}
        rows.append(row)
    return pl.DataFrame(rows, infer_schema_length=None)


def _rename(found: Sequence[str], wanted: Sequence[str], renamed: Mapping[str, str], what: str) -> dict[str, str]:
    """Match the folder's labels with the model's: as told, else the same word in any case."""
    lower = {label.lower(): label for label in wanted}
    matched, unknown = {}, []
    for label in found:
        name = renamed.get(label, lower.get(label.lower()))
        if name in wanted:
            matched[label] = str(name)
        else:
            unknown.append(label)
    if not matched or any(label in renamed for label in unknown):
        label = unknown[0] if unknown else ""
        raise UserError(say(f"evaluate, {what}", f"the labels {list(found)}", f"the model's {list(wanted)}",
                            f"Say which is which, such as --label {label}={wanted[0]}. {near_miss(label, wanted)}"))
    return matched


def _matched(model: Model, manifest: Manifest, target: str | None,
             renamed: dict[str, str]) -> tuple[Manifest, dict[str, int], list[str]]:
    if model.task == "segmentation":
        if not manifest.mask_labels:
            raise UserError(say("evaluate", "a folder without masks", "masks to compare with"))
        notes = []
        if len(model.labels) == len(manifest.mask_labels) == 1 and not renamed:
            matched = {manifest.mask_labels[0]: model.labels[0]}
            if manifest.mask_labels != model.labels:
                notes.append(f"Masks of '{manifest.mask_labels[0]}' are taken for the model's '{model.labels[0]}'.")
        else:
            matched = _rename(manifest.mask_labels, model.labels, renamed, "masks")
        objects = manifest.objects.filter((pl.col("kind") == "mask") & pl.col("label").is_in(list(matched)))
        objects = objects.with_columns(pl.col("label").replace(matched))
        keep = set(objects["id"].to_list())
        left = len(manifest) - len(keep)
        if left:
            notes.append(f"{left} images without a mask take no part.")
        taken = manifest.but(objects=objects, mask_labels=model.labels)
        return taken.take([i for i in manifest.images["id"].to_list() if i in keep]), {}, notes
    specs = {name: spec for name, spec in manifest.target_specs.items() if spec.kind == "multiclass"}
    name = target or ("class" if "class" in specs else next(iter(specs), None))
    if name not in specs:
        raise UserError(say("--target", target, "a class column of the folder", near_miss(str(target), specs)))
    spec: TargetSpec = specs[name]
    matched = _rename(spec.labels, model.labels, renamed, f"target {name}")
    index = {label: model.labels.index(own) for label, own in matched.items()}
    values = dict(manifest.targets.select("id", name).rows())
    classes = {i: index[v] for i, v in values.items() if v in index}
    notes = [f"{len(manifest) - len(classes)} images of labels that the model does not know take no part."] \
        if len(classes) < len(manifest) else []
    return manifest.take([i for i in manifest.images["id"].to_list() if i in classes]), classes, notes
