"""Recognize a folder: which files are images, which are masks, what the labels are, and whose images they are."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import polars as pl

from bogam.core.errors import UserError, near_miss, say
from bogam.core.types import TargetKind
from bogam.data.datasets.family import Dataset, headers_of, identify
from bogam.data.layouts import (
    cbis_ddsm,
    class_folders,
    coco,
    decathlon,
    deep_lesion,
    dicom,
    flat,
    images_masks,
    masks_beside,
    npz,
    patient_class,
    table,
    voc,
)
from bogam.data.layouts.account import account, count
from bogam.data.layouts.draft import MASK_LABEL, Draft, Fit, Options, short_ids
from bogam.data.layouts.note import find_phantom
from bogam.data.layouts.patients import apparent_groups, match_patients
from bogam.data.layouts.slices import Axis, fill_from_headers, series_folders, slice_volumes
from bogam.data.layouts.tree import Tree
from bogam.data.manifest import IMAGES, OBJECTS, PROBLEMS, Manifest, TargetSpec
from bogam.data.manifest import table as as_table

__all__ = ["LAYOUTS", "apparent_groups", "recognize"]

_ORDER: tuple[ModuleType, ...] = (npz, voc, decathlon, deep_lesion, cbis_ddsm, table, coco, images_masks, patient_class,
                                  class_folders, masks_beside)
_LAST: tuple[ModuleType, ...] = (dicom, flat)
_BY_NAME: dict[str, ModuleType] = {module.NAME: module for module in (*_ORDER, *_LAST)}
LAYOUTS: tuple[str, ...] = ("auto", *_BY_NAME)
"""What `data.layout` may say."""
DECLARED_ABSENT = "Patient ID, though patients are declared absent"
"""Name in `Manifest.unused` of the ids that a table or DICOM headers hold and the user sets aside."""
_DEPTH = 2
"""How many folders below the given one a data set may begin."""


def recognize(folder: Path, *, layout: str = "auto", patient: str | None = None,
              columns: Mapping[str, str] | None = None, targets: Mapping[str, TargetKind | TargetSpec] | None = None,
              slice_axis: Axis | None = None, slice_every: int = 1, labels: Sequence[str] | None = None,
              mask_values: Mapping[int, str] | None = None, mask_label: str | None = None) -> Manifest:
    """Read a folder of images into a manifest, without decoding the images.

    The data set may begin up to two folders below the given one. What was taken and what was not is written, with
    counts, into `Manifest.notes`.

    Args:
        folder: the folder, or a MedMNIST `.npz`, or the table that lists the images beside it.
        layout: "auto", or one of `LAYOUTS`.
        patient: "absent" (nobody knows), "column:NAME" (of the table), or a pattern for the file's path: a regular
            expression with ``(?P<patient>...)`` or text with ``{patient}``. None: what the layout, the DICOM headers
            or the known data set says; where none says anything the patients are absent, with a note.
        columns: role to column of a table. Roles: image, patient, study, lesion, site, scanner, modality, view,
            laterality, part, mask. Well-known names are found without it.
        targets: column of a table to its kind (multiclass, multilabel, ordinal, regression).
        slice_axis: "z", "y" or "x": cut volumes into images along this axis. None: volumes are refused.
        slice_every: take every n-th slice.
        labels: class names in the order of the model's outputs; None: as the data set, else sorted.
        mask_values: mask value to the label that it means.
        mask_label: what masks of one value show; None: as the data set, else "foreground".

    Returns:
        The checked manifest. `images.rows` and its neighbors are null until `scan`. A multilabel target is the names
        of the labels that are present, joined by "|".

    Raises:
        UserError: no picture is found, two readings fit equally well, a pattern or a column fits nothing, or the
            folder holds only volumes and no slice axis is given.
    """
    if layout not in LAYOUTS:
        raise UserError(say("data.layout", f"'{layout}'", "the name of a layout, or auto", near_miss(layout, LAYOUTS)))
    if slice_axis not in (None, "z", "y", "x") or slice_every < 1:
        raise UserError(say("data.slice", f"{slice_axis}, every {slice_every}", "z, y or x, every 1 or more"))
    tree, said, whole = _without_copies(_walk(Path(folder)))
    if Path(folder).suffix.lower() in table.SUFFIXES:
        layout = table.NAME
    if layout == "auto" and whole is not None:
        layout = whole[1].layout or layout
    fit = _choose(tree, layout, folder if Path(folder).is_file() and layout == table.NAME else None)
    module = _BY_NAME[fit.layout]
    known = identify([fit.tree.prefix + n for n in ([fit.source] if fit.layout == npz.NAME else fit.tree.pictures)],
                     headers_of(fit.tree))
    dataset = known[1] if known else None
    roles = dict(columns or {})
    if patient is not None and patient.startswith("column:"):
        if fit.layout != table.NAME:
            raise UserError(say("data.patient", f"'{patient}'", "a pattern or 'absent'",
                                f"The folder is read as {fit.layout}, which has no columns."))
        roles["patient"] = patient.removeprefix("column:")
    phantom = find_phantom(tree.folder / fit.tree.prefix, tree.folder)
    usual = phantom.mask_label if phantom else dataset.mask_label if dataset else None
    options = Options(columns=roles, targets=dict(targets or {}), labels=labels, mask_values=mask_values,
                      mask_label=mask_label or usual or MASK_LABEL)
    if known:
        options = _with_what_is_known(options, known, fit)
    draft = module.read(fit, options)
    for row, id in zip(draft.images, short_ids([r["name"] for r in draft.images]), strict=True):
        row["id"] = id
    fill_from_headers(draft, tree)
    slice_volumes(draft, tree, slice_axis, slice_every)
    if patient is None and not any(row.get("patient") for row in draft.images):
        patient = phantom.patient if phantom else None
    status = _settle_patients(draft, patient, dataset)
    ids = {row["name"]: row["id"] for row in draft.images}
    for row in draft.images:
        row["modality"] = row.get("modality") or (_modality(known) if known else None)
        if dataset is not None and dataset.site and (place := re.search(dataset.site, row["name"])):
            row["site"] = row.get("site") or place["site"]
        row["origin"] = row.get("origin") or ("synthetic" if phantom else "real")
        row["parents"] = [ids.get(parent, parent) for parent in row.get("parents") or []]
    notes = [f"Read as {fit.layout}: {fit.what}.", *account(draft, tree, fit), *_class_notes(draft), *draft.notes]
    if phantom:
        notes.append(f"This is a phantom ({phantom.kind}): synthetic images, which show no person.")
    notes.extend(said)
    if known:
        notes.extend(_dataset_notes(known, draft))
    manifest = _manifest(tree.folder, draft).but(patient=status, notes=tuple(notes),
                                                 dataset=known[0] if known else None)
    manifest.check()
    return manifest


def _with_what_is_known(options: Options, known: tuple[str, type[Dataset]], fit: Fit) -> Options:
    """Add what a known data set says of its table and masks to what the user said; the user's word comes first."""
    name, part = known
    if fit.layout == table.NAME:
        header = headers_of(fit.tree).get(fit.source, ())
        columns = {role: column for role, column in part.columns.items() if column in header}
        targets = {column: kind for column, kind in part.target_columns.items() if column in header}
        options = dataclasses.replace(options, columns=columns | dict(options.columns),
                                      targets=options.targets or targets, nothing=part.no_finding,
                                      labels=options.labels or (part.labels if targets else ()) or None)
    named = part.mask_labels_of(name)
    if named and options.mask_values is None and "dataset.json" not in fit.tree.others:
        options = dataclasses.replace(options, mask_values=dict(enumerate(named, 1)))
    return options


def _without_copies(tree: Tree) -> tuple[Tree, list[str], tuple[str, type[Dataset]] | None]:
    """Take pictures that a known data set counts as no images out of a tree; return it, a note, and the data set."""
    whole = identify(tree.pictures, headers_of(tree))
    if whole is None or not whole[1].left_out:
        return tree, [], whole
    pattern = re.compile(whole[1].left_out)
    copies = [name for name in tree.pictures if pattern.search(name)]
    kept = tuple(name for name in tree.pictures if not pattern.search(name))
    if not kept or not copies:
        return tree, [], whole
    note = f"{count(len(copies), 'picture')} such as {copies[0]} are drawn-on copies of others and are left out."
    return dataclasses.replace(tree, pictures=kept), [note], whole


def _walk(folder: Path) -> Tree:
    if folder.is_file() and folder.suffix == ".npz":
        return Tree(folder.parent.resolve(), "", (), (folder.name,), ())
    if folder.is_file() and folder.suffix.lower() in table.SUFFIXES:
        tree = Tree.walk(folder.parent.resolve())
        others = tuple(n for n in tree.others if n == folder.name or n not in tree.here(table.SUFFIXES))
        return Tree(tree.folder, "", tree.pictures, others, tree.junk)
    if not folder.is_dir():
        got = "a file" if folder.exists() else "nothing of that name"
        raise UserError(say(f"folder {folder}", got, "a folder of images, a table or an .npz file"))
    tree = Tree.walk(folder.resolve())
    if not tree.pictures and not any(n.endswith(".npz") for n in tree.others):
        raise UserError(say(f"folder {folder}", f"{len(tree.others)} files and no image among them",
                            "images (PNG, JPEG, TIFF, BMP, PGM, DICOM, NIfTI) or an .npz of MedMNIST"))
    return tree


def _choose(tree: Tree, layout: str, source: Path | None = None) -> Fit:
    forced = layout != "auto"
    modules = (_BY_NAME[layout],) if forced else _ORDER
    level = [tree]
    for _ in range(_DEPTH + 1):
        fits = [fit for below in level if (fit := _best(below, modules, forced)) is not None]
        if fits:
            return _dominant(fits, tree)
        level = [below.below(name) for below in level for name in below.folders()]
    if forced and source is not None:
        raise UserError(say(f"table {source}", "no column that names image files beside it or below", "one",
                            "Are the images in this folder?"))
    if forced:
        raise UserError(say(f"folder {tree.folder}", "files that do not lie so", f"the layout {layout}",
                            "Use `layout: auto` to see what fits."))
    crossed = [fit for module in (patient_class, class_folders) if (fit := module.find(tree, True)) is not None]
    if len(crossed) == 2:
        raise _two_ways(tree, crossed)
    for module in _LAST:
        last: Fit | None = module.find(tree)
        if last is not None:
            return last
    raise UserError(say(f"folder {tree.folder}", "no layout that fits", f"one of {', '.join(LAYOUTS[1:])}"))


def _best(tree: Tree, modules: Sequence[ModuleType], forced: bool) -> Fit | None:
    fits: list[Fit] = [fit for module in modules if (fit := module.find(tree, forced)) is not None]
    fits = [f for f in fits if not (f.layout == class_folders.NAME and series_folders(f))] if not forced else fits
    if not fits:
        return None
    by_name = {fit.layout: fit for fit in fits}
    rivals = [by_name[n] for n in (class_folders.NAME, patient_class.NAME) if n in by_name]
    if fits[0].layout == table.NAME and rivals and table.disagrees(fits[0], rivals[0]):
        raise _two_ways(tree, [fits[0], rivals[0]])
    return fits[0]


def _dominant(fits: list[Fit], tree: Tree) -> Fit:
    """Return the fit with ten times as many pictures as all others together.

    Raises:
        UserError: several sub-folders each look like a data set.
    """
    fits = sorted(fits, key=lambda f: -f.pictures)
    if len(fits) > 1 and sum(f.pictures for f in fits[1:]) > 0.1 * fits[0].pictures:
        raise _two_ways(tree, fits)
    return fits[0]


def _two_ways(tree: Tree, fits: Sequence[Fit]) -> UserError:
    lines = []
    for fit in fits[:6]:
        root = f"root: {(tree.folder / fit.tree.prefix).as_posix()}" if fit.tree.prefix else f"layout: {fit.layout}"
        lines.append(f"  data: {{{root}}}   # {fit.what}, {count(fit.pictures, 'image')}")
    more = f"\n  ... and {len(fits) - 6} more" if len(fits) > 6 else ""
    return UserError(say(f"folder {tree.folder}", f"{len(fits)} readings that fit equally well", "one",
                         "Write one of these into the recipe:\n" + "\n".join(lines) + more))


def _settle_patients(draft: Draft, patient: str | None, dataset: type[Dataset] | None) -> Literal["given", "absent"]:
    """Fill `patient` of every row, or of none; return what to declare."""
    rows = draft.images
    names = [row["name"] for row in rows]
    if patient == "absent":
        known = {row["name"]: row["patient"] for row in rows if row.get("patient")}
        if len(set(known.values())) > 1:
            draft.unused[DECLARED_ABSENT] = known
        for row in rows:
            row["patient"] = row.get("_volume")
        if not any(row["patient"] for row in rows):
            draft.notes.append("Patients: declared absent.")
            return "absent"
    pattern = None if patient is None or patient == "absent" or patient.startswith("column:") else patient
    if pattern is None and not any(row.get("patient") for row in rows) and dataset and dataset.patient != "absent":
        pattern = dataset.patient
    if pattern is not None:
        for row, found in zip(rows, match_patients(pattern, names), strict=True):
            row["patient"] = found
        if not any(row["patient"] for row in rows) and patient is None and dataset is not None:
            draft.notes.append(f"Patients: the names of {dataset.title} hold them as '{pattern}', but none of these "
                               "does: absent.")
            return "absent"
        if not any(row["patient"] for row in rows):
            guess = apparent_groups(names)
            raise UserError(say("data.patient", f"the pattern '{pattern}', which fits no file",
                                f"one that fits names such as {', '.join(names[:2])}",
                                f"Try '{guess}'." if guess else "Or declare `patient: absent`."))
        draft.notes.append(f"Patients: from the names, by '{pattern}'.")
    patients = {row["patient"] for row in rows if row.get("patient")}
    if not patients and not any(row.get("_volume") for row in rows):
        draft.notes.append(_absent_note(names, dataset))
        return "absent"
    if not patients or patient == "absent":
        draft.notes.append("Patients: absent; the slices of a volume stay together, each volume counts as a patient.")
        for row in rows:
            row["patient"] = row.get("_volume")
    unknown = [row for row in rows if not row.get("patient")]
    for row in unknown:
        row["patient"] = f"unknown-{row.get('_volume') or row['id']}"
    per = Counter(row["patient"] for row in rows)
    low, high = min(per.values()), max(per.values())
    spread = count(high, "image") if low == high else f"{low} to {count(high, 'image')}"
    draft.notes.append(f"{count(len(per), 'patient')}, {spread} each.")
    if unknown:
        parts = Counter(row.get("part") for row in unknown)
        where = ", ".join(f"{n} in {part}" for part, n in parts.items() if part)
        draft.notes.append(f"WARNING: {count(len(unknown), 'image')} of {len(rows)} have no known patient"
                           f"{f' ({where})' if where else ''}; "
                           "each counts as a patient of its own. If they are of the other patients, scores are "
                           "optimistic.")
    return "given"


def _absent_note(names: Sequence[str], dataset: type[Dataset] | None) -> str:
    if dataset is not None:
        return f"Patients: {dataset.title} publishes none; absent."
    guess = apparent_groups(names)
    if guess is None:
        return "Patients: nothing was declared, so they are absent. Name a pattern or a column if they are known."
    groups = Counter(p for p in match_patients(guess, names) if p)
    return (f"Patients: nothing was declared, so they are absent. But the names look as if they hold "
            f"{count(len(groups), 'id')} ({', '.join(list(groups)[:3])}, ...) on {sum(groups.values())} images. "
            f"If these are patients: data: {{patient: '{guess}'}}")


def _class_notes(draft: Draft) -> list[str]:
    """Return one sentence per target with the number of images of each label."""
    notes = []
    for name, spec in draft.target_specs.items():
        values = [draft.targets[name].get(row["name"]) for row in draft.images]
        seen = Counter(label for v in values if v is not None for label in
                       (str(v).split("|") if spec.kind == "multilabel" else [v]))
        if spec.kind != "regression":
            missing = f"; {count(values.count(None), 'image')} without" if None in values else ""
            notes.append(f"Target {name}: {', '.join(f'{label}: {seen[label]:,}' for label in spec.labels)}{missing}.")
    return notes


def _modality(known: tuple[str, type[Dataset]]) -> str | None:
    member = getattr(known[1], "members", {}).get(known[0])
    return (member.modality if member else known[1].modality) or None


def _dataset_notes(known: tuple[str, type[Dataset]], draft: Draft) -> list[str]:
    name, part = known
    notes = [f"This is {part.title}{'' if name == part.model_fields['kind'].default else f', {name}'}. "
             f"Licence: {part.licence}. Cite: {part.citation}"]
    target = draft.targets.get("class", {})
    here = Counter(str(v) for v in target.values())
    here.update(f"{row.get('part')}/{target.get(row['name'])}" for row in draft.images)
    here.update(f"{name}/{row.get('part')}" for row in draft.images)
    published = {k: v for k, v in part.counts.items() if v is not None and here[k]}
    if any(here[k] != v for k, v in published.items()):
        listed = ", ".join(f"{k}: {here[k]:,} of {v:,}" for k, v in published.items())
        notes.append(f"Images here of those published: {listed}.")
    relatives = part.known_relatives(name)
    if relatives:
        notes.append(f"Holds images of the same patients as {', '.join(relatives)}: neither is an external test of the "
                     "other.")
    return notes + [f"Known defect: {defect}" for defect in part.defects]


def _manifest(root: Path, draft: Draft) -> Manifest:
    ids = {row["name"]: row["id"] for row in draft.images}
    objects = [{**o, "id": ids[o["name"]]} for o in draft.objects if o["name"] in ids]
    target_table: dict[str, Any] = {"id": list(ids.values())}
    schema: dict[str, Any] = {"id": pl.String}
    for name, spec in draft.target_specs.items():
        schema[name] = pl.Float64 if spec.kind == "regression" else pl.String
        target_table[name] = [draft.targets[name].get(key) for key in ids]
    unused: dict[str, Any] = {"id": list(ids.values()),
                              **{place: [found.get(key) for key in ids] for place, found in draft.unused.items()}}
    return Manifest(root=root, name=root.name, unused=pl.DataFrame(unused, schema=dict.fromkeys(unused, pl.String)),
                    images=as_table(draft.images, IMAGES),
                    objects=as_table(objects, OBJECTS), targets=pl.DataFrame(target_table, schema=schema),
                    target_specs=dict(draft.target_specs), mask_labels=draft.mask_labels,
                    set_aside=as_table([{"file": f, "problem": p} for f, p in draft.set_aside], PROBLEMS))


