"""Look at a folder: the recipe that fits it, and what the audit says of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bogam.audit.family import Evidence
from bogam.audit.run import Audit, audit
from bogam.core.errors import FileProblem
from bogam.data.duplicates import similar, thumbnails
from bogam.data.layout import apparent_groups, recognize
from bogam.data.locator import Locator
from bogam.data.manifest import Manifest
from bogam.data.readers.read import read_picture
from bogam.data.scan import scan
from bogam.study.commented import commented
from bogam.study.data import MOST_COMPARED, Tell, choose_target, make_ready, quiet
from bogam.study.recipe import DataSection, load_recipe, parse_recipe

LOOKED_AT = 24
"""Pictures opened to propose channels and size."""


def audit_of(what: Path, *, patient: str | None = None, layout: str = "auto", cache: Path | None = None,
             sets: Sequence[str] = (), tell: Tell = quiet) -> tuple[Audit, Manifest]:
    """Audit a folder, a table, an .npz file, or a recipe with its split; return the findings and what was read."""
    with tempfile.TemporaryDirectory() as scratch:
        place = cache or Path(scratch)
        if what.suffix.lower() in (".yaml", ".yml"):
            ready = make_ready(load_recipe(what, sets), place, tell, check=False)
            return ready.audit, ready.manifest
        manifest = recognize(what, layout=layout, patient=patient)
        manifest = scan(manifest, place, progress=lambda done, total: tell("Reading images", done, total))
        target = choose_target(manifest, DataSection(root=str(what)), "segmentation")
        near = None
        if len(manifest) <= MOST_COMPARED:
            thumbs = thumbnails(manifest, place, lambda done, total: tell("Comparing images", done, total))
            near = similar(thumbs, len(manifest))
        return audit(Evidence(manifest, target, near)), manifest


def _sample(manifest: Manifest) -> tuple[bool, int]:
    """Open some pictures; return whether any has real color, and the median of their longer sides."""
    places = manifest.images["image"].to_list()
    color, sides = False, []
    for place in places[:: max(1, len(places) // LOOKED_AT)][:LOOKED_AT]:
        try:
            image = read_picture(Locator.parse(place), manifest.root).image
        except FileProblem:
            continue  # the study's scan names it
        sides.append(max(image.shape[-2:]))
        if image.shape[0] == 3:
            spread = np.ptp(image.astype(np.int32), axis=0)
            color = color or float((spread > 0.1 * max(int(image.max()), 1)).mean()) > 0.2
    return color, int(np.median(sides)) if sides else 0


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
    heads = {"data.root": " ".join(manifest.notes)}
    if patient is None and manifest.patient == "absent":
        apparent = apparent_groups(manifest.images["image"].to_list())
        if apparent:
            patient = apparent
            heads["data.patient"] = "CHECK THIS: the file names seem to hold an id, read by this pattern."
        else:
            patient = "absent"
            heads["data.patient"] = "No id was found: scores may be optimistic. Give a pattern or column if there is one."
    color, side = _sample(manifest)
    segmentation = bool(manifest.mask_labels)
    if not segmentation and not manifest.target_specs:
        heads["data.target"] = "No labels were found in this folder; name the column that holds them."
    official = {"train", "test"} <= set(manifest.images["part"].drop_nulls().to_list())
    size = next((s for s in (28, 32, 48, 64, 96, 128) if side <= s), 128)
    absolute = folder.resolve()
    relative = os.path.relpath(absolute, beside.resolve()) if absolute.anchor == beside.resolve().anchor else absolute
    name = "".join(c if c.isalnum() else "-" for c in folder.stem.lower()).strip("-") or "study"
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
