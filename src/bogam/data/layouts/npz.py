"""MedMNIST's `.npz`: arrays train_images, train_labels, val_images, ... in one file."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from bogam.core.errors import UserError, say
from bogam.data.datasets.family import Member
from bogam.data.datasets.medmnist import Medmnist
from bogam.data.layouts.draft import Draft, Fit, Options
from bogam.data.layouts.tree import Tree, stem_of
from bogam.data.locator import Locator
from bogam.data.manifest import TargetSpec

NAME = "npz"
_PARTS = (("train", "train"), ("val", "validation"), ("test", "test"))


def shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Return name and shape of every array of an .npz, reading only the headers; {} where it is none."""
    found: dict[str, tuple[int, ...]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for item in archive.namelist():
                with archive.open(item) as stream:
                    version = np.lib.format.read_magic(stream)
                    read = (np.lib.format.read_array_header_1_0 if version == (1, 0)
                            else np.lib.format.read_array_header_2_0)
                    found[item.removesuffix(".npy")] = read(stream)[0]
    except (zipfile.BadZipFile, ValueError, OSError):
        return {}
    return found


def find(tree: Tree, forced: bool = False) -> Fit | None:
    """Fit where one .npz with an array `train_images` or `test_images` lies in the folder.

    Raises:
        UserError: there are several; only one can be read.
    """
    files = {n: s for n in tree.here({".npz"}) if any(f"{p}_images" in (s := shapes(tree.path(n))) for p, _ in _PARTS)}
    if not files:
        return None
    if len(files) > 1:
        raise UserError(say(str(tree.folder), f"{len(files)} MedMNIST files ({', '.join(files)})", "one",
                            "Put the one to be used into a folder of its own."))
    name, found = next(iter(files.items()))
    total = sum(found[f"{p}_images"][0] for p, _ in _PARTS if f"{p}_images" in found)
    return Fit(NAME, tree, total, f"the arrays of {name}", name)


def read(fit: Fit, options: Options) -> Draft:
    """Read one row per image; labels become class names where the file is a known member of MedMNIST.

    Raises:
        UserError: labels are missing or do not fit the images.
    """
    tree = fit.tree
    name = fit.source
    draft = Draft()
    draft.used.add(tree.prefix + name)
    stem = stem_of(name).lower()
    member = Medmnist.members.get(stem) or Medmnist.members.get(stem.rpartition("_")[0])
    values: dict[str, Any] = {}
    numbers: dict[str, np.ndarray[Any, Any]] = {}
    with np.load(tree.path(name), allow_pickle=False) as archive:
        sizes = shapes(tree.path(name))
        for prefix, part in _PARTS:
            count = sizes.get(f"{prefix}_images", (0,))[0]
            if not count:
                continue
            if f"{prefix}_labels" not in sizes:
                raise UserError(say(name, f"no array {prefix}_labels", "one label per image"))
            labels = np.asarray(archive[f"{prefix}_labels"]).reshape(sizes[f"{prefix}_labels"][0], -1)
            if len(labels) != count:
                raise UserError(say(name, f"{len(labels)} labels in {prefix}_labels", f"{count}, one per image"))
            sizes_of = _volume(sizes[f"{prefix}_images"])
            for row in range(count):
                key = f"{prefix}-{row:05d}"
                path = Locator(tree.prefix + name).at(array=f"{prefix}_images", row=row)
                row_of = {"name": key, "image": str(path), "part": part}
                draft.images.append(row_of if sizes_of is None else row_of | {"_sizes": sizes_of})
                numbers[key] = labels[row]
    spec, values = _targets(numbers, member, options, name)
    draft.target_specs["class"] = spec
    draft.targets["class"] = values
    return draft


def _volume(shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return (z, y, x) where the rows of an array are volumes; a last axis of 1 or 3 is channels."""
    sizes = shape[1:-1] if len(shape) > 3 and shape[-1] in (1, 3) else shape[1:]
    return sizes if len(sizes) == 3 else None


def _targets(numbers: dict[str, Any], member: Member | None, options: Options,
             file: str) -> tuple[TargetSpec, dict[str, Any]]:
    width = max((len(n) for n in numbers.values()), default=1)
    highest = width - 1 if width > 1 else max((int(n[0]) for n in numbers.values()), default=0)
    names = tuple(options.labels or (member.labels if member else ()) or map(str, range(highest + 1)))
    if len(names) <= highest:
        raise UserError(say(f"data.labels for {file}", f"{len(names)} names", f"{highest + 1}, one per label number"))
    if width > 1:
        return (TargetSpec(kind="multilabel", labels=names),
                {k: "|".join(names[i] for i in np.flatnonzero(n)) for k, n in numbers.items()})
    kind = (member.target if member else None) or "multiclass"
    return TargetSpec(kind=kind, labels=names), {k: names[int(n[0])] for k, n in numbers.items()}
