"""Look at a folder: the recipe that fits it, and what the audit says of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bogam.audit.family import Evidence
from bogam.audit.run import Audit, audit, is_accepted
from bogam.core.errors import FileProblem, UserError, say
from bogam.data.duplicates import MOST_COMPARED, similar, thumbnails
from bogam.data.layout import apparent_groups, recognize
from bogam.data.locator import Locator
from bogam.data.looks import look
from bogam.data.manifest import Manifest
from bogam.data.readers.read import read_picture
from bogam.data.same.evidence import same_pictures
from bogam.study.commented import commented
from bogam.study.data import Ready, Tell, choose_target, make_ready, quiet, read_all, unlabeled
from bogam.study.recipe import DataSection, load_recipe, parse_recipe

LOOKED_AT = 24
"""Pictures opened to propose channels and size."""


@dataclass(frozen=True, eq=False)
class Looked:
    """What an audit of a folder or a recipe found.

    Args:
        audit: all findings.
        manifest: what was read, with notes.
        accepted: rule to reason, from the recipe.
    """

    audit: Audit
    manifest: Manifest
    accepted: Mapping[str, str] = field(default_factory=dict)

    @property
    def stops(self) -> bool:
        """Return whether a stop-level finding is not accepted."""
        return any(f.severity == "stop" and not is_accepted(f, self.accepted) for f in self.audit.findings)


def audit_of(what: Path, *, patient: str | None = None, layout: str = "auto", slice_axis: Any = None,
             cache: Path | None = None, sets: Sequence[str] = (), tell: Tell = quiet) -> Looked:
    """Audit a folder, a table, an .npz file, or a recipe with its split.

    Args:
        what: where; a file that ends in .yaml or .yml is a recipe.
        patient, layout, slice_axis: how a folder is read, as in the recipe's data section.
        cache: folder that remembers decoded files; None: nothing is kept.
        sets: ``key=value``, for a recipe.
        tell: progress.

    Raises:
        UserError: what cannot be read, or an option that says nothing there.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:  # mapped looks may outlive it
        place = cache or Path(scratch)
        if what.suffix.lower() in (".yaml", ".yml"):
            if patient is not None or layout != "auto" or slice_axis is not None:
                raise UserError(say("audit", "--patient, --layout or --slice for a recipe", "none of them",
                                    "The recipe says it; override it with --set data.patient=... ."))
            recipe = load_recipe(what, sets)
            ready = make_ready(recipe, place, tell, check=False)
            notes = (*ready.manifest.notes, *ready.notes, _split_words(ready))
            return Looked(ready.audit, ready.manifest.but(notes=notes), recipe.audit.accept)
        if sets:
            raise UserError(say("audit", "--set for a folder", "a recipe", "`bogam init FOLDER` writes one."))
        manifest = read_all(recognize(what, layout=layout, patient=patient, slice_axis=slice_axis), place, tell)
        target = choose_target(manifest, DataSection(root=str(what)), "segmentation")
        looks = look(manifest, place, lambda done, total: tell("Comparing images", done, total))
        near = similar(thumbnails(looks), len(manifest)) if len(manifest) <= MOST_COMPARED else None
        same = same_pictures(manifest, looks, place, lambda done, total: tell("Aligning pairs", done, total))
        return Looked(audit(Evidence(manifest, target, near, looks, same)), manifest)


def _split_words(ready: Ready) -> str:
    tests = ready.manifest.folds.filter(pl.col("part") == "test").group_by("repeat", "fold").len()
    sizes = sorted(tests["len"].to_list())
    return f"Split: never divided is a {ready.unit}; the test part" + (
        f" has {sizes[0]} images." if len(sizes) == 1 else
        f"s of {len(sizes)} folds have {sizes[0]} to {sizes[-1]} images.")


def _sample(manifest: Manifest) -> tuple[bool, int]:
    """Open some pictures; return whether any has real color, and the median of their longer sides.

    Raises UserError where not one of them can be read.
    """
    places = manifest.images["image"].to_list()
    color, sides, broken = False, [], ""
    for place in places[:: max(1, len(places) // LOOKED_AT)][:LOOKED_AT]:
        try:
            image = read_picture(Locator.parse(place), manifest.root).image
        except FileProblem as problem:  # the study's scan names each
            broken = broken or f"{place}: {problem.problem}"
            continue
        sides.append(max(image.shape[-2:]))
        if image.shape[0] == 3:
            spread = np.ptp(image.astype(np.int32), axis=0)
            color = color or float((spread > 0.1 * max(int(image.max()), 1)).mean()) > 0.2
    if not sides:
        raise UserError(say(str(manifest.root), f"{len(places)} images, and none that was opened can be read (such as "
                                                f"{broken})", "readable images"))
    return color, int(np.median(sides))


def propose(folder: Path, *, layout: str = "auto", patient: str | None = None, slice_axis: Any = None,
            beside: Path = Path()) -> tuple[str, Manifest, str]:
    """Look at a folder and return a commented recipe, what was read, and a name.

    The proposal compares three augmentations with two seeds; sizes and epochs suit a laptop. A patient pattern that
    file names suggest is filled in and said so.

    Args:
        folder: a folder of images, a table, or an .npz file.
        layout, patient, slice_axis: as in the recipe's data section.
        beside: where the recipe will lie; `data.root` is written relative to it where that is short.
    """
    manifest = recognize(folder, layout=layout, patient=patient, slice_axis=slice_axis)
    heads = {"data.root": "\n".join(manifest.notes)}
    if patient is None and manifest.patient == "absent":
        apparent = apparent_groups(manifest.images["image"].to_list())
        if apparent:
            patient = apparent
            heads["data.patient"] = "CHECK THIS: the file names seem to hold an id, read by this pattern."
        else:
            patient = "absent"
            heads["data.patient"] = ("No id was found: scores may be optimistic. Give a pattern or column if there is "
                                     "one.")
    color, side = _sample(manifest)
    segmentation = bool(manifest.mask_labels)
    if segmentation and manifest.target_specs:
        heads["task"] = "There are masks and class labels: `classification` is possible too (other model and loss)."
    if not segmentation and not manifest.target_specs:
        heads["data.target"] = f"No class labels were found. {unlabeled(manifest)}"
        manifest = manifest.but(notes=(*manifest.notes, "WARNING: no class labels were found, so the recipe cannot run "
                                                        f"as it is. {unlabeled(manifest)}"))
    official = {"train", "test"} <= set(manifest.images["part"].drop_nulls().to_list())
    size = next((s for s in (28, 32, 48, 64, 96, 128) if side <= s), 128)
    absolute = folder.resolve()
    relative = os.path.relpath(absolute, beside.resolve()) if absolute.anchor == beside.resolve().anchor else absolute
    name = "".join(c if c.isalnum() else "-" for c in absolute.stem.lower()).strip("-") or "study"
    values: dict[str, Any] = {
        "name": name, "task": "segmentation" if segmentation else "classification",
        "data": {"root": str(Path(relative).as_posix()), "layout": layout, "patient": patient, "slice": slice_axis,
                 "channels": "rgb" if color else "gray"},
        "split": {"kind": "official"} if official else {"kind": "kfold", "folds": 3 if len(manifest) < 2000 else 5},
        "prepare": [{"resize": {"size": [size, size], "keep": "long-side"}}, {"normalize": {"to": "zero-one"}}],
        "augment": "none",
        "model": {"unet": {"width": 12}} if segmentation else {"residual": {}},
        "loss": "bce-dice" if segmentation else "cross-entropy",
        "train": {"epochs": 40, "batch": 16 if segmentation else 32, "seeds": [0, 1]},
        "axes": {"augment": ["none", "geometric", "filter"]},
        "report": {"control": {"augment": "none"}}}
    heads["axes"] = "Each value of each axis is compared with its control (report.control)."
    text = commented(parse_recipe(values), heads)
    return text, manifest, name
