"""Two or three folders, each one part of a split, as one data set."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from bogam.core.errors import UserError, say
from bogam.data.layouts.patients import apparent_groups, match_patients
from bogam.data.locator import Locator
from bogam.data.manifest import Manifest, TargetSpec


def join_parts(parts: Sequence[tuple[str, Manifest]], pattern: str | None = None) -> Manifest:
    """Return one manifest of several, each of which is a part of a split.

    An id becomes "part/id". Of the first folder a validation part of its own stays one. Where patients are known in one
    folder only, each image of the others counts as a patient of its own, and a note says so. A target that the folders
    read differently (multiclass here, regression there) is left out, with a note.

    Args:
        parts: "train", "validation" or "test", and what was read of its folder.
        pattern: for the patient, over the paths; one folder at least must fit it.

    Raises:
        UserError: the pattern fits nothing.
    """
    root = _root([m.root for _, m in parts])
    notes: list[str] = []
    frames = [_moved(part, manifest, root) for part, manifest in parts]
    images = pl.concat([images for images, _, _ in frames])
    specs, targets = _targets([m for _, m in parts], [t for _, _, t in frames], notes)
    status, images = _patients(parts, images, pattern, notes)
    labels = tuple(dict.fromkeys(label for _, m in parts for label in m.mask_labels))
    notes += _said(parts)
    known = {m.dataset for _, m in parts}
    return Manifest(root=root, name=" and ".join(m.root.name for _, m in parts), images=images,
                    objects=pl.concat([objects for _, objects, _ in frames]), targets=targets, target_specs=specs,
                    mask_labels=labels, patient=status, dataset=known.pop() if len(known) == 1 else None,
                    set_aside=pl.concat([_aside(m, root) for _, m in parts]), notes=tuple(notes),
                    unused=pl.concat([m.unused.with_columns(pl.concat_str(pl.lit(f"{part}/"), pl.col("id")).alias("id"))
                                      for part, m in parts], how="diagonal"))


def _said(parts: Sequence[tuple[str, Manifest]]) -> list[str]:
    """Return the notes of all parts; one that all share is said once."""
    shared = [note for note in parts[0][1].notes if all(note in m.notes for _, m in parts[1:])]
    own = [f"{part}{'' if m.root.name == part else f' ({m.root.name})'}: {note}" for part, m in parts
           for note in m.notes if note not in shared]
    return [*own, *shared]


def _root(roots: Sequence[Path]) -> Path:
    """Return the deepest folder that holds all; the first where they share none (drives of Windows)."""
    try:
        return Path(os.path.commonpath(roots))
    except ValueError:
        return roots[0]


def _prefix(manifest: Manifest, root: Path) -> str:
    if manifest.root.is_relative_to(root):
        return manifest.root.relative_to(root).as_posix()
    return manifest.root.as_posix()


def _place(locator: str | None, prefix: str) -> str | None:
    if locator is None or prefix == ".":
        return locator
    parsed = Locator.parse(locator)
    return str(Locator(f"{prefix}/{parsed.path}", parsed.keys))


def _moved(part: str, manifest: Manifest, root: Path) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return images, objects and targets with ids and locators of the joined set."""
    prefix = _prefix(manifest, root)
    own = [("validation" if part == "train" and p == "validation" else part) for p in manifest.images["part"].to_list()]

    def moved(frame: pl.DataFrame, column: str | None) -> pl.DataFrame:
        frame = frame.with_columns(pl.concat_str(pl.lit(f"{part}/"), pl.col("id")).alias("id"))
        if column is None:
            return frame
        return frame.with_columns(pl.Series(column, [_place(v, prefix) for v in frame[column].to_list()], pl.String))

    images = moved(manifest.images, "image").with_columns(
        pl.Series("part", own, pl.String),
        pl.Series("parents", [[f"{part}/{p}" for p in row or []] for row in manifest.images["parents"].to_list()],
                  pl.List(pl.String)))
    return images, moved(manifest.objects, "locator"), moved(manifest.targets, None)


def _aside(manifest: Manifest, root: Path) -> pl.DataFrame:
    prefix = _prefix(manifest, root)
    return manifest.set_aside.with_columns(
        pl.Series("file", [_place(f, prefix) for f in manifest.set_aside["file"].to_list()], pl.String))


def _targets(manifests: Sequence[Manifest], frames: Sequence[pl.DataFrame],
             notes: list[str]) -> tuple[dict[str, TargetSpec], pl.DataFrame]:
    specs: dict[str, TargetSpec] = {}
    for name in dict.fromkeys(n for m in manifests for n in m.target_specs):
        found = [m.target_specs[name] for m in manifests if name in m.target_specs]
        if len({spec.kind for spec in found}) > 1:
            notes.append(f"WARNING: target {name} is {' here and '.join(s.kind for s in found)} there; it is left out.")
            continue
        labels = tuple(dict.fromkeys(label for spec in found for label in spec.labels))
        specs[name] = TargetSpec(kind=found[0].kind, labels=labels)
    schema: dict[str, Any] = {n: pl.Float64 if s.kind == "regression" else pl.String for n, s in specs.items()}
    filled = [frame.select("id", *[pl.col(n) if n in frame.columns else pl.lit(None, kind).alias(n)
                                   for n, kind in schema.items()]) for frame in frames]
    return specs, pl.concat(filled)


def _patients(parts: Sequence[tuple[str, Manifest]], images: pl.DataFrame, pattern: str | None,
              notes: list[str]) -> tuple[str, pl.DataFrame]:
    patients: list[str | None] = images["patient"].to_list()
    if pattern is not None:
        names = images["image"].to_list()
        patients = match_patients(pattern, names)
        if not any(patients):
            guess = apparent_groups(names)
            raise UserError(say("--patient", f"the pattern '{pattern}', which fits no file",
                                f"one that fits names such as {', '.join(names[:2])}",
                                f"Try '{guess}'." if guess else "Or declare `--patient absent`."))
        notes.append(f"Patients: from the names, by '{pattern}'.")
    if not any(patients):
        return "absent", images
    unknown = [name for name, who in zip(images["id"].to_list(), patients, strict=True) if not who]
    if unknown:
        notes.append(f"WARNING: {len(unknown)} of {images.height} images have no known patient; each counts as a "
                     "patient of its own. If they are of the other patients, scores are optimistic.")
    filled = [who or f"unknown-{name}" for name, who in zip(images["id"].to_list(), patients, strict=True)]
    return "given", images.with_columns(pl.Series("patient", filled, pl.String))


def parts_named(count: int) -> tuple[str, ...]:
    """Return what two or three folders mean, in order.

    Example:
        >>> parts_named(2), parts_named(3)
        (('train', 'test'), ('train', 'validation', 'test'))
    """
    names: Mapping[int, tuple[str, ...]] = {2: ("train", "test"), 3: ("train", "validation", "test")}
    if count not in names:
        raise UserError(say("audit", f"{count} folders", "one, or two or three parts of a split",
                            "Name them in the order train, validation, test."))
    return names[count]
