"""From the recipe's data section to a manifest that is scanned, audited, grouped and split."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from bogam.audit.family import Evidence
from bogam.audit.probe.result import ProbeResult
from bogam.audit.run import Audit, audit, check_accepted, refuse
from bogam.augment.sides import Sides
from bogam.core.errors import UserError, near_miss, say
from bogam.data.copied import copies
from bogam.data.duplicates import MOST_COMPARED, Similar, groups, similar, thumbnails
from bogam.data.layout import recognize
from bogam.data.looks import Looks, look
from bogam.data.made import split_real
from bogam.data.manifest import Manifest
from bogam.data.scan import scan
from bogam.data.split import split_notes
from bogam.page.text import many
from bogam.study.place import made_cache
from bogam.study.recipe import DataSection, Recipe

Tell = Callable[[str, int, int], None]
"""Progress of the preparation: what, how many done, of how many."""


def quiet(what: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, eq=False)
class Ready:
    """Data ready to be prepared.

    Args:
        manifest: with folds.
        target: class column, or None.
        labels: class names or mask labels: the outputs of the network.
        audit: all findings.
        accepted: stop-level findings that the recipe accepts, with the reason.
        unit: what is never split, in words.
        notes: how the images were chosen and divided.
    """

    manifest: Manifest
    target: str | None
    labels: tuple[str, ...]
    audit: Audit
    accepted: list[dict[str, str]]
    unit: str
    notes: tuple[str, ...]


def overridden(ready: Ready) -> list[str]:
    """Return a sentence per stop that the recipe goes past, for the terminal; the report has them at its top."""
    return [f"The audit said stop, and the recipe goes past it. {one['rule']}: {one['title']} Reason given: "
            f"{one['reason']}" for one in ready.accepted]


def open_data(section: DataSection, cache: Path, tell: Tell = quiet) -> Manifest:
    """Read a folder as the recipe says, decode every picture once, and leave out what is not included."""
    manifest = recognize(Path(section.root), layout=section.layout, patient=section.patient,
                         columns=section.columns or None, targets=section.targets or None,
                         slice_axis=section.slice, slice_every=section.slice_every,
                         mask_values=section.mask_values or None, mask_label=section.mask_label)
    return include(read_all(manifest, cache / "scan", tell, resize_masks=section.resize_masks), section.include)


def read_all(manifest: Manifest, cache: Path, tell: Tell = quiet, *, resize_masks: bool | None = None) -> Manifest:
    """Decode every picture once. Raises UserError where not one of them can be used.

    What `resize_masks` decides is said at `scan`.
    """
    scanned = scan(manifest, cache, progress=lambda done, total: tell("Reading images", done, total),
                   resize_masks=resize_masks)
    if not len(scanned):
        file, problem = scanned.set_aside.row(0) if scanned.set_aside.height else ("none", "no files")
        raise UserError(say(str(manifest.root), f"{len(manifest)} images of which none can be used (such as {file}: "
                                                f"{problem})", "at least one readable image"))
    scanned.check()
    return scanned


def include(manifest: Manifest, wanted: dict[str, list[str]]) -> Manifest:
    """Keep the images whose column has one of the wanted values; a column of `images` or of `targets`."""
    for column, values in wanted.items():
        frame = manifest.targets if column in manifest.targets.columns else manifest.images
        if column not in frame.columns:
            known = [*manifest.targets.columns[1:], *manifest.images.columns]
            raise UserError(say("data.include", f"the column '{column}'", "one that the data set has",
                                near_miss(column, known)))
        kept = frame.filter(pl.col(column).cast(pl.String).is_in(values))["id"].to_list()
        if not kept:
            found = sorted({str(v) for v in frame[column].to_list()})[:8]
            raise UserError(say(f"data.include.{column}", f"{values}, which no image has", f"some of {found}"))
        left = len(manifest) - len(kept)
        keep = set(kept)
        manifest = manifest.take([i for i in manifest.images["id"].to_list() if i in keep])
        manifest = manifest.but(notes=(*manifest.notes, f"data.include.{column}: {left} images left out."))
    return manifest


def choose_target(manifest: Manifest, section: DataSection, task: str) -> str | None:
    """Return the class column: the named one, the only one, or "class". None where a segmentation has none."""
    columns = [name for name, spec in manifest.target_specs.items() if spec.kind == "multiclass"]
    if section.target is not None:
        if section.target not in columns:
            other = manifest.target_specs.get(section.target)
            raise UserError(say("data.target", f"'{section.target}'" + (f", which is {other.kind}" if other else ""),
                                "a class column of the data set", near_miss(section.target, columns)))
        return section.target
    if len(columns) == 1:
        return columns[0]
    if "class" in columns:
        return "class"
    if task == "classification":
        if columns:
            raise UserError(say("data.target", "nothing", "the column to classify", f"Found: {', '.join(columns)}."))
        raise UserError(say(str(manifest.root), "no class labels", "labels to classify", unlabeled(manifest)))
    return None


def unlabeled(manifest: Manifest) -> str:
    """Return what to do with images that have no class labels."""
    if manifest.mask_labels:
        return "There are masks: is it `task: segmentation`?"
    boxes = manifest.objects.filter(pl.col("kind") == "box").height
    return (f"There are {boxes:,} boxes, but bogam cannot learn from boxes yet. " if boxes else
            "There are no masks either. ") + ("Put the images into one folder per class, add masks, or name the table "
                                              "that lists them and its label column (data.targets).")


def labels_of(manifest: Manifest, section: DataSection, task: str, target: str | None) -> tuple[str, ...]:
    """Return the network's outputs: class names in order, or mask labels."""
    if task == "segmentation":
        found: tuple[str, ...] = manifest.mask_labels
        if not found:
            raise UserError(say("task", "segmentation", "a data set with masks",
                                "No masks were found; is it `task: classification`?" if target else
                                f"No masks were found, and no class labels. {unlabeled(manifest)}"))
    else:
        assert target is not None
        present = set(manifest.targets[target].drop_nulls().to_list())
        found = tuple(label for label in manifest.target_specs[target].labels if label in present)
        if len(found) < 2:
            raise UserError(say(f"target {target}", f"{len(found)} class ({', '.join(found)})", "two or more"))
    if section.labels is None:
        return found
    if sorted(section.labels) != sorted(found):
        raise UserError(say("data.labels", section.labels, f"an order of {list(found)}"))
    return tuple(section.labels)


def usable(manifest: Manifest, task: str, target: str | None) -> tuple[Manifest, list[str]]:
    """Leave out images that nobody labeled for the task; a missing label is not a negative."""
    if task == "classification":
        keep = set(manifest.targets.filter(pl.col(str(target)).is_not_null())["id"].to_list())
        lacking = f"without {target}"
    else:
        keep = set(manifest.objects.filter(pl.col("kind") == "mask")["id"].to_list())
        lacking = "without a mask"
    left = len(manifest) - len(keep)
    if not left:
        return manifest, []
    return (manifest.take([i for i in manifest.images["id"].to_list() if i in keep]),
            [f"{left} images {lacking} take no part."])


def check_channels(manifest: Manifest, section: DataSection) -> None:
    """Raise UserError where images of different numbers of channels are to be kept as stored: no network takes both."""
    counts = manifest.images["channels"].drop_nulls().value_counts().sort("channels").rows()
    if section.channels == "keep" and len(counts) > 1:
        words = " and ".join(f"{many(number, 'image')} of {many(channels, 'channel')}" for channels, number in counts)
        raise UserError(say("data.channels", f"'keep' for {words}", "images of one number of channels",
                            "Set `data.channels: gray` or `data.channels: rgb`."))


def look_at(manifest: Manifest, cache: Path, tell: Tell = quiet) -> tuple[Looks, Similar]:
    """Return the looks of all images, and the pairs of copies and of similar ones."""
    looks = look(manifest, cache / "scan", lambda done, total: tell("Looking at images", done, total))
    near = similar(thumbnails(looks), len(manifest)) if len(manifest) <= MOST_COMPARED else Similar(
        (), None, f"More than {MOST_COMPARED:,} images: similar pictures were not looked for, copies were.")
    found = copies(manifest, looks, cache / "scan", lambda done, total: tell("Comparing images", done, total))
    return looks, dataclasses.replace(near, copies=found)


def probe_split(manifest: Manifest, target: str | None, looks: Looks, near: Similar | None, cache: Path,
                tell: Tell = quiet, tasks: tuple[str, ...] = (), linear: bool = True) -> ProbeResult:
    """Run the copy probe and the shuffled labels on a manifest's split."""
    from bogam.audit.probe.run import probed
    return probed(manifest, target, looks, near, cache / "probe", tell, tasks=tasks, linear=linear)


def make_ready(recipe: Recipe, cache: Path, tell: Tell = quiet, *, check: bool = True,
               folds: pl.DataFrame | None = None, probe: bool = False) -> Ready:
    """Read, audit and split the recipe's data.

    Args:
        recipe: its data, split, audit and task sections count.
        cache: folder of scans, looks and findings.
        tell: progress.
        check: raise where the audit says stop; False only to show findings.
        folds: of a finished study, in place of a new split.
        probe: run the copy probe and the shuffled labels too.

    Raises:
        AuditStop: a stop-level finding that the recipe does not accept.
        UserError: a folder, column or split that cannot be used.
    """
    check_accepted(recipe.audit.accept)
    made_cache(cache)
    whole = open_data(recipe.data, cache, tell)
    target = choose_target(whole, recipe.data, recipe.task)
    labels = labels_of(whole, recipe.data, recipe.task, target)
    Sides.of(recipe.data.sides, labels)
    if recipe.task == "segmentation":
        whole = whole.but(mask_labels=labels)  # the order of the planes is that of the outputs
    manifest, notes = usable(whole, recipe.task, target)
    check_channels(manifest, recipe.data)
    looks, near = look_at(whole, cache, tell)
    group, unit = groups(manifest, recipe.split.group, near)
    if folds is None:
        manifest = split_real(manifest, recipe.split, group, target)
    else:
        manifest = manifest.but(folds=folds.filter(pl.col("id").is_in(set(manifest.images["id"].to_list()))))
    whole = whole.but(folds=manifest.folds)
    result = probe_split(whole, target, looks, near, cache, tell, (recipe.task,)) if probe else None
    found = audit(Evidence(whole, target, near, looks, result), cache)
    accepted = refuse(found, recipe.audit.accept) if check else []
    if near.threshold is None:
        notes.append(near.note)
    notes += split_notes(manifest, target if recipe.task == "classification" else None)
    return Ready(manifest, target, labels, found, accepted, unit, tuple(notes))


def class_indices(manifest: Manifest, target: str | None, labels: tuple[str, ...]) -> dict[str, int]:
    """Return id to class index."""
    if target is None:
        return {}
    index = {label: k for k, label in enumerate(labels)}
    rows: list[tuple[str, Any]] = manifest.targets.select("id", target).rows()
    return {name: index[value] for name, value in rows if value is not None}
