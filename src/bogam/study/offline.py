"""Augmented copies as files, of the training part of one fold and of nothing else, with their parentage.

Augmenting while training gives a new draw in every epoch and costs no disk; files are for tools that cannot. A copy
belongs to its parents: to divide copies anew into training and test is to test on what was trained.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import bogam
from bogam.augment.family import augmentations
from bogam.augment.partners import Partners
from bogam.augment.plan import Plan
from bogam.augment.sides import Sides, is_mirror
from bogam.core.errors import UserError, near_miss, say
from bogam.core.types import Array, Case
from bogam.data.manifest import IMAGES, OBJECTS, Manifest, table
from bogam.data.split import part_ids
from bogam.page.picture import write_png
from bogam.study.data import Tell, make_ready, quiet
from bogam.study.one_run import prepare
from bogam.study.recipe import Recipe
from bogam.study.write_image import file_name
from bogam.train.rows import write_atomically

KEPT = ("patient", "study", "lesion", "site", "scanner", "modality", "view", "laterality")


@dataclass(frozen=True, eq=False)
class _Source:
    """What is expanded: prepared cases of the training part, and how."""

    recipe: Recipe
    manifest: Manifest
    target: str | None
    classes: tuple[str, ...]
    labels: tuple[str, ...]
    ids: tuple[str, ...]
    plan: Plan


def expand(recipe: Recipe, copies: int, out: Path, *, fold: int = 0, name: str | None = None, cache: Path | None = None,
           tell: Tell = quiet) -> str:
    """Write each training image of a fold as prepared, and augmented copies of it; return what was written.

    Copy n is what epoch n of a training with the recipe's first seed sees. The folder holds `images/`, `masks/`, a
    table `images.csv`, a manifest (`origin` derived, `parents` the image and its partners) and `history.jsonl`, from
    which any copy can be repeated. 8-bit images are written as they are, others as 16 bit over their grey range. The
    same command writes the same files.

    Args:
        recipe: with an augmentation and no axes that vary it.
        copies: of each image.
        out: a new folder, or that of the same command.
        fold: whose training part.
        name: only this image, which must be in the training part.
        cache: folder of prepared images; default: inside `out`.
        tell: progress.

    Raises:
        UserError: nothing to augment with; an image of another part; masks or views that files cannot hold.
        AuditStop: as in a study.
    """
    _check(recipe)
    ready = make_ready(recipe, cache or out / "cache", tell)
    folds = sorted({f for r, f in ready.manifest.folds.select("repeat", "fold").rows() if r == 0})
    if fold not in folds:
        raise UserError(say("--fold", fold, f"{folds[0]} to {folds[-1]}" if len(folds) > 1 else f"{folds[0]}"))
    parts = {part: part_ids(ready.manifest, 0, fold, part) for part in ("train", "validation", "test")}
    if name is not None and name not in parts["train"]:
        part = next((p for p, ids in parts.items() if name in ids), "")
        raise UserError(say("--id", f"'{name}', which is in the {part} part of fold {fold}" if part else f"'{name}'",
                            "an image of the training part; no other is ever augmented",
                            "" if part else near_miss(name, parts["train"][:2000])))
    settings = {"bogam": bogam.__version__, "fold": fold, "copies": copies, "id": name,
                "manifest_digest": ready.manifest.digest(), "recipe": recipe.to_dict() | {"data": None}}
    _open(out, settings)
    prepared = prepare(recipe, ready.manifest.take(parts["train"]), cache or out / "cache", 1e6,
                       lambda done, total: tell("Preparing images", done, total))
    train = tuple(prepared.ids)
    sides = Sides.of(recipe.data.sides, ready.labels) if recipe.data.sides else None
    plan = Plan(recipe.augment, recipe.train.seeds[0], Partners(train, prepared.case), sides)
    specs = ready.manifest.target_specs
    classes = specs[ready.target].labels if ready.target is not None else ()
    source = _Source(recipe, ready.manifest, ready.target, classes, ready.labels, train, plan)
    written = _write_all(source, prepared.case, [name] if name else list(train), copies, out, tell)
    return (f"{written} files of {len(train) if name is None else 1} training images of fold {fold}: {out}\n"
            "They belong to training alone; test on images of which no copy is here.")


def _check(recipe: Recipe) -> None:
    if not recipe.augment:
        raise UserError(say("augment", "no step", "one or more", "Choose with --set augment=geometric."))
    for step in recipe.augment:
        if step.kind == "mixup" and recipe.task == "segmentation":
            raise UserError(say("--offline", "mixup for a segmentation", "steps that leave masks of 0 and 1",
                                "A file of a mask holds no shares; augment while training."))
        if step.group == "branch" and getattr(step, "consistency", 0) > 0:
            raise UserError(say("--offline", f"{step.kind} with a consistency", "`consistency: 0`, one view",
                                "Files hold one view each; train on several views with `bogam study`."))


def _open(out: Path, settings: Mapping[str, Any]) -> None:
    path, text = out / "expansion.json", json.dumps(settings, indent=1, ensure_ascii=False)
    if path.is_file():
        if path.read_text(encoding="utf-8") != text:
            raise UserError(say(str(out), "an expansion with other settings", "a new folder", "Give another --out."))
    elif out.is_dir() and any(p.name != "cache" for p in out.iterdir()):
        raise UserError(say(str(out), "a folder that holds something else", "a new folder", "Give another --out."))
    for folder in ("images", "masks"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    write_atomically(path, text)


def _write_all(source: _Source, read: Any, ids: Sequence[str], copies: int, out: Path, tell: Tell) -> int:
    facts = {row["id"]: row for row in source.manifest.images.iter_rows(named=True)}
    images, objects, rows, histories = [], [], [], []
    for done, name in enumerate(ids, 1):
        case = read(name)
        if case.image.ndim != 3:
            raise UserError(say(f"case {name}", f"a volume of shape {case.image.shape}", "a picture", "Slice it: "
                                "data.slice."))
        for copy in range(copies + 1):
            made = case if copy == 0 else source.plan.apply(case, source.plan.draw(case, copy))
            stem = file_name(name) + (f"_aug{copy}" if copy else "")
            write_png(out / "images" / f"{stem}.png", as_stored(made))
            places = _masks(made, source.labels, stem, out)
            held = {key: facts[name][key] for key in KEPT} | {
                "laterality": facts[name]["laterality"] if _keeps_side(made) else None}
            parents = [file_name(one) for one in parents_of(made)] if copy else []
            origin = "derived" if copy else facts[name]["origin"]
            images.append({"id": stem, "image": f"images/{stem}.png", **held, "origin": origin, "parents": parents,
                           "part": "train"})
            objects += [{"id": stem, "kind": "mask", "label": label, "locator": place, "values": "nonzero"}
                        for label, place in places.items()]
            rows.append({"image": f"images/{stem}.png",
                         **({"mask": next(iter(places.values()))} if len(places) == 1 else
                            {f"mask:{label}": place for label, place in places.items()}),
                         **{key: value for key, value in held.items() if value is not None},
                         **_class(made, source), "part": "train", "origin": origin,
                         "parents": "|".join(parents)})
            histories.append({"id": stem, "source": name, "epoch": copy, "history": made.history})
        tell("Writing copies", done, len(ids))
    frame = pl.DataFrame(rows, infer_schema_length=None)
    frame.write_csv(out / "images.csv")
    write_atomically(out / "history.jsonl", "".join(json.dumps(h, ensure_ascii=False, default=str) + "\n"
                                                    for h in histories))
    targets = frame.select(pl.Series("id", [i["id"] for i in images]), *([source.target] if source.target else []))
    Manifest(out.resolve(), source.manifest.name, table(images, IMAGES), table(objects, OBJECTS), targets,
             {k: v for k, v in source.manifest.target_specs.items() if k == source.target},
             source.labels if source.recipe.task == "segmentation" else (), source.manifest.patient,
             notes=("Augmented copies of a training part; they belong to training alone.",)).save(out / "manifest")
    return len(rows) + len(objects)


def as_stored(case: Case) -> Array:
    """Return the pixels to write: (Y, X) or (Y, X, 3); 8 bit over 0 to 255 as they are, else 16 bit over the levels.

    Raises:
        UserError: a case without levels that is not 8 bit.
    """
    image = case.image
    if image.dtype != np.uint8 or case.levels not in ((0.0, 255.0), None):
        if case.levels is None:
            raise UserError(say(f"case {case.id}", "no grey range", "one", "Add `- window: {source: percentile}`."))
        low, high = case.levels
        share = np.clip((image.astype(np.float64) - low) / (high - low), 0, 1)
        image = np.rint(share * 65535).astype(np.uint16)
    return image[0] if len(image) == 1 else np.moveaxis(image, 0, -1)


def _masks(case: Case, labels: Sequence[str], stem: str, out: Path) -> dict[str, str]:
    if case.masks is None or len(case.masks) != len(labels):
        return {}
    places = {}
    for label, mask in zip(labels, case.masks, strict=True):
        places[label] = f"masks/{stem}_mask{'' if len(labels) == 1 else '_' + file_name(label)}.png"
        write_png(out / places[label], (mask > 0).astype(np.uint8) * 255)
    return places


def parents_of(case: Case) -> list[str]:
    """Return the ids of all cases that an augmented case is made of, itself first."""
    found = [case.id]
    for entry in case.history:
        found += [partner["id"] for partner in entry.get("partners", ()) if "augment" in entry]
    return list(dict.fromkeys(found))


def _keeps_side(case: Case) -> bool:
    """Tell whether an augmented case shows the side of the body that its image showed: not mirrored, not mixed."""
    entries = [entry for entry in case.history if "augment" in entry]
    mirrors = sum(is_mirror(augmentations.get(entry["augment"]), entry, len(case.shape)) for entry in entries)
    return mirrors % 2 == 0 and not any("partners" in entry for entry in entries)


def _class(case: Case, source: _Source) -> dict[str, Any]:
    """Return the class, or null and the share of each class where a mix has several."""
    if source.target is None:
        return {}
    value = case.targets.get(source.target)
    certain = None if isinstance(value, Mapping) else value
    shares = value if isinstance(value, Mapping) else {} if value is None else {value: 1.0}
    mixes = any(step.group == "mix" for step in source.plan.steps)
    return {source.target: certain} | (
        {f"share:{label}": shares.get(label, 0.0) if shares else None for label in source.classes} if mixes else {})
