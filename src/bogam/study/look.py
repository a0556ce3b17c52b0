"""Look at a folder: the recipe that fits it, and what the audit says of it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import bogam
from bogam.audit.family import Evidence
from bogam.audit.memory import place_of, recall, rules_version
from bogam.audit.run import Audit, audit
from bogam.core.errors import FileProblem, UserError, say
from bogam.data.duplicates import MOST_COMPARED, Similar
from bogam.data.join import join_parts, parts_named
from bogam.data.layout import apparent_groups, recognize
from bogam.data.locator import Locator
from bogam.data.looks import Looks
from bogam.data.manifest import Manifest
from bogam.data.readers.read import read_picture
from bogam.study.commented import commented
from bogam.study.data import Ready, Tell, choose_target, look_at, make_ready, probe_split, quiet, read_all, unlabeled
from bogam.study.place import audit_folder, made_cache
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
        target: the class column, or None.
        what: what was audited, in words.
        name: of the data, for a title and a file name.
    """

    audit: Audit
    manifest: Manifest
    accepted: Mapping[str, str] = field(default_factory=dict)
    target: str | None = None
    what: str = "folder"
    name: str = "data"

    @property
    def stops(self) -> bool:
        """Return whether a stop-level finding is not accepted."""
        return any(f.severity == "stop" and f.rule not in self.accepted for f in self.audit.findings)


def audit_of(what: Path, *others: Path, patient: str | None = None, layout: str = "auto", slice_axis: Any = None,
             cache: Path | None = None, sets: Sequence[str] = (), tell: Tell = quiet, probe: bool = False) -> Looked:
    """Audit a folder, a table, an .npz file, a recipe or a study with its split, or the folders of a finished split.

    Args:
        what: where; a file that ends in .yaml or .yml is a recipe, a folder with a study.json a study.
        others: further parts of a split, each a folder or a table: the first is train, the last test, one between them
            validation.
        patient, layout, slice_axis: how a folder is read, as in the recipe's data section.
        cache: folder that remembers decoded files and findings; None: nothing is kept.
        sets: ``key=value``, for a recipe.
        tell: progress.
        probe: run the copy probe and the shuffled labels too.

    Raises:
        UserError: what cannot be read, or an option that says nothing there.
    """
    is_study = (what / "study.json").is_file()
    is_recipe = what.suffix.lower() in (".yaml", ".yml") and not what.is_dir()
    if others and (is_study or is_recipe):
        raise UserError(say("audit", f"{what} and {len(others)} more", "one recipe or study, or folders of images"))
    if (is_study or is_recipe) and (patient is not None or layout != "auto" or slice_axis is not None):
        raise UserError(say("audit", f"--patient, --layout or --slice for a {'study' if is_study else 'recipe'}",
                            "none of them", "The recipe says it" + (
                                "." if is_study else "; override it with --set data.patient=... .")))
    if sets and not is_recipe:
        raise UserError(say("audit", f"--set for a {'study' if is_study else 'folder'}", "a recipe",
                            "" if is_study else "`bogam init FOLDER` writes one."))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:  # mapped looks may outlive it
        place = made_cache(cache or Path(scratch))
        if is_study or is_recipe:
            return _with_split(what, is_study, place, sets, tell, probe)
        manifest = _folders((what, *others), place, tell, patient=patient, layout=layout, slice_axis=slice_axis)
        manifest = read_all(manifest, place / "scan", tell)
        target = choose_target(manifest, DataSection(root=str(what)), "segmentation")
        known = None if probe else _remembered(manifest, target, place)
        if known is None:
            looks, near = look_at(manifest, place, tell)
            found = probe_split(manifest, target, looks, near, place, tell) if probe else None
            known = audit(Evidence(manifest, target, near, looks, found), place)
        kind = "split in folders" if others else "folder" if what.is_dir() else "file"
        return Looked(known, manifest, target=target, what=kind,
                      name=_named("-and-".join(p.resolve().stem for p in (what, *others))))


def _remembered(manifest: Manifest, target: str | None, cache: Path) -> Audit | None:
    """Return what an earlier call found on the same data, before pictures are compared; None where there was none."""
    compared = Similar((), None, "") if len(manifest) <= MOST_COMPARED else None
    findings = recall(place_of(Evidence(manifest, target, compared, Looks({}, {}, {}, {})), cache))
    return None if findings is None else Audit(findings)


def _with_split(what: Path, is_study: bool, cache: Path, sets: Sequence[str], tell: Tell, probe: bool) -> Looked:
    """Audit a recipe with the split it makes, or a study with the split it has."""
    recipe = load_recipe(what / "recipe.yaml" if is_study else what, sets)
    folds = Manifest.load(what / "manifest").folds if is_study else None
    ready = make_ready(recipe, cache, tell, check=False, folds=folds, probe=probe)
    notes = (*ready.manifest.notes, *ready.notes, _split_words(ready))
    found = ready.audit
    if is_study:
        from bogam.study.collect import collect
        from bogam.study.discipline import discipline_of
        found = found.plus(discipline_of(collect(what)))
    return Looked(found, ready.manifest.but(notes=notes), recipe.audit.accept, ready.target,
                  "study with its split" if is_study else "recipe with its split", _named(recipe.name))


def _folders(whats: Sequence[Path], cache: Path, tell: Tell, *, patient: str | None, layout: str,
             slice_axis: Any) -> Manifest:
    """Read a folder, or the folders of a split."""
    if len(whats) == 1:
        return recognize(whats[0], layout=layout, patient=patient, slice_axis=slice_axis)
    names = parts_named(len(whats))
    places = [what.resolve() for what in whats]
    for k, one in enumerate(places):
        for other in places[:k] + places[k + 1:]:
            if one.is_dir() and other.is_relative_to(one):
                raise UserError(say("audit", f"{one} and {other}, of which one holds the other",
                                    "folders that share no file", "Name the folder of each part."))
    pattern = None if patient is None or patient == "absent" or patient.startswith("column:") else patient
    parts = [(name, recognize(what, layout=layout, patient=None if pattern else patient, slice_axis=slice_axis))
             for name, what in zip(names, whats, strict=True)]
    return join_parts(parts, pattern)


def _named(text: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in text.lower()).strip("-") or "data"


def _split_words(ready: Ready) -> str:
    tests = ready.manifest.folds.filter(pl.col("part") == "test").group_by("repeat", "fold").len()
    sizes = sorted(tests["len"].to_list())
    return f"Split: never divided is a {ready.unit}; the test part" + (
        f" has {sizes[0]} images." if len(sizes) == 1 else
        f"s of {len(sizes)} folds have {sizes[0]} to {sizes[-1]} images.")


def card_of(looked: Looked, out: Path | None, cache: Path | None = None, tell: Tell = quiet) -> Path:
    """Write the card of an audit, and audit.json beside it; return the path of the HTML file.

    Args:
        looked: of `audit_of`.
        out: folder; None: `bogam-out/audit-NAME`.
        cache: folder of small pictures; None: nothing is kept.
        tell: progress.

    Raises:
        UserError: the folder cannot be written.
    """
    from bogam.audit.card import Card, write_card
    from bogam.audit.pictures import pictures_of
    place = out or audit_folder(looked.name)
    pictures = pictures_of(looked.audit.findings, looked.manifest, cache,
                           lambda done, total: tell("Drawing the card", done, total))
    card = Card(looked.name, looked.what, looked.audit, looked.manifest, looked.target, looked.accepted, pictures)
    try:
        path = write_card(card, place)
        (place / "audit.json").write_text(json.dumps(told(looked, path), indent=1, ensure_ascii=False),
                                          encoding="utf-8")
    except OSError as error:
        raise UserError(say(f"--out {place}", f"a place that cannot be written ({error.strerror})", "a folder",
                            "Name another.")) from None
    return path


def told(looked: Looked, card: Path | None = None) -> dict[str, Any]:
    """Return an audit as plain values, for machines."""
    patients = looked.manifest.images["patient"].n_unique() if looked.manifest.patient == "given" else None
    return {"bogam": bogam.__version__, "rules": rules_version(), "name": looked.name, "what": looked.what,
            "verdict": looked.audit.verdict, "stops": looked.stops, "accepted": dict(looked.accepted),
            "images": len(looked.manifest), "patients": patients, "target": looked.target,
            "manifest_digest": looked.manifest.digest(), "notes": list(looked.manifest.notes),
            "findings": [f.to_dict() for f in looked.audit.findings], "card": None if card is None else str(card)}


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
