"""What a layout hands over: rows for the manifest, and which files it used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from bogam.core.errors import UserError, say
from bogam.core.types import TargetKind
from bogam.data.layouts.tree import Tree, natural, stem_of
from bogam.data.locator import Locator
from bogam.data.manifest import TargetSpec

PARTS = {"train": "train", "training": "train", "tr": "train", "trainset": "train", "trainingset": "train",
         "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
         "validationset": "validation", "test": "test", "testing": "test", "ts": "test", "testset": "test"}
"""Names of folders and table values that mean an official part, in lower case."""

MASK_LABEL = "foreground"
"""Label of a mask of which nobody said what it shows."""


def part_of(name: str) -> str | None:
    """Return train, validation or test where a name means one of them.

    Example:
        >>> part_of("Valid"), part_of("benign")
        ('validation', None)
    """
    return PARTS.get(name.lower().replace("_", "").replace("-", ""))


@dataclass(frozen=True)
class Options:
    """What the user said about the folder; None where nothing was said.

    Args:
        columns: role (image, patient, mask, part, study, ...) to the column of the table that holds it.
        targets: column to kind of target.
        labels: names of the classes in the order of the model's outputs.
        mask_values: mask value to label name.
        mask_label: what a mask of one value shows.
        nothing: value of a multilabel column that says that none of its labels is present.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    targets: Mapping[str, TargetKind | TargetSpec] = field(default_factory=dict)
    labels: Sequence[str] | None = None
    mask_values: Mapping[int, str] | None = None
    mask_label: str = MASK_LABEL
    nothing: str | None = None


@dataclass(frozen=True)
class Fit:
    """One way to read a folder.

    Args:
        layout: the layout's name, as written in a recipe.
        tree: the folder or sub-folder that it would read.
        pictures: how many pictures it would take.
        what: the reading in words, for the choice between two.
        source: the file that lists the images, where the layout has one, relative to the tree.
    """

    layout: str
    tree: Tree
    pictures: int
    what: str
    source: str = ""


@dataclass
class Draft:
    """Rows as a layout finds them; `layout.recognize` turns them into a manifest.

    Args:
        images: rows of table images with at least `name` (path in the tree, the row's identity) and `image`.
        objects: rows of table objects with `name` in place of `id`.
        targets: target to {name: value}.
        target_specs: what each target means.
        mask_labels: labels of the mask planes.
        used: every file that the reading uses, paths relative to the user's folder.
        notes: one sentence each.
        set_aside: (file, problem).
        patients: "given" where rows have a patient; else "".
        unused: where an id stands that nobody uses, to {image name: id}.
    """

    images: list[dict[str, Any]] = field(default_factory=list)
    objects: list[dict[str, Any]] = field(default_factory=list)
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)
    target_specs: dict[str, TargetSpec] = field(default_factory=dict)
    mask_labels: tuple[str, ...] = ()
    used: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    set_aside: list[tuple[str, str]] = field(default_factory=list)
    patients: str = ""
    unused: dict[str, dict[str, str]] = field(default_factory=dict)

    def add_image(self, tree: Tree, name: str, **facts: Any) -> dict[str, Any]:
        """Add the row of one file of the tree and return it."""
        path = tree.prefix + name
        row = {"name": path, "image": str(Locator(path)), **facts}
        self.images.append(row)
        self.used.add(path)
        return row

    def add_mask(self, tree: Tree, image: str, mask: str | None, label: str, values: str = "nonzero") -> None:
        """Add a mask file of an image; None: somebody looked and there is nothing."""
        path = None if mask is None else tree.prefix + mask
        self.objects.append({"name": tree.prefix + image, "kind": "mask", "label": label, "values": values,
                             "locator": None if path is None else str(Locator(path))})
        if path is not None:
            self.used.add(path)

    def add_box(self, name: str, label: str | None, corners: tuple[float, float, float, float] | None) -> None:
        """Add a box (y0, x0, y1, x1) of an image; None: somebody looked and there is nothing."""
        y0, x0, y1, x1 = corners or (None,) * 4
        self.objects.append({"name": name, "kind": "box", "label": label, "y0": y0, "x0": x0, "y1": y1, "x1": x1})

    def add_classes(self, classes: Mapping[str, str], order: Sequence[str] | None, target: str = "class") -> None:
        """Declare a multiclass target from {image name in the folder: class}.

        Raises:
            UserError: `order` names other classes than the folder has.
        """
        found = sorted(set(classes.values()), key=natural)
        if order is not None:
            missing = [c for c in found if c not in order]
            if missing:
                raise UserError(say("data.labels", f"{list(order)}", f"every class that occurs: {found}",
                                    f"Add {', '.join(missing)}."))
            found = list(order)
        self.targets[target] = dict(classes)
        self.target_specs[target] = TargetSpec(kind="multiclass", labels=tuple(found))


def short_ids(names: Sequence[str]) -> list[str]:
    """Return one id per path: the stem where all stems differ, else the path without what all paths share.

    Example:
        >>> short_ids(["a/x.png", "a/y.png"]), short_ids(["d/a/x.png", "d/b/x.png"]), short_ids(["x.png", "x.jpg"])
        (['x', 'y'], ['a/x', 'b/x'], ['x.png', 'x.jpg'])
    """
    stems = [stem_of(n) for n in names]
    if len(set(stems)) == len(stems):
        return stems
    parents = [PurePosixPath(n).parts[:-1] for n in names]
    shared = 0
    while all(len(p) > shared for p in parents) and len({p[shared] for p in parents}) == 1:
        shared += 1
    paths = ["/".join((*p[shared:], s)) for p, s in zip(parents, stems, strict=True)]
    if len(set(paths)) == len(paths):
        return paths
    return ["/".join(PurePosixPath(n).parts[shared:]) for n in names]
