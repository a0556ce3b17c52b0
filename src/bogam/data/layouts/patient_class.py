"""One folder per patient, and in it one folder per class."""

from __future__ import annotations

from collections import defaultdict

from bogam.data.layouts.draft import Draft, Fit, Options
from bogam.data.layouts.structure import IMAGE_FOLDERS, MASK_FOLDERS, Placed, add_masks, place, split_masks
from bogam.data.layouts.tree import Tree

NAME = "patient-class"


def _placed(tree: Tree) -> list[Placed]:
    return [p for p in place(split_masks(tree.pictures).images) if p.rest.count("/") == 2]


def find(tree: Tree, forced: bool = False) -> Fit | None:
    """Fit where images lie two folders deep and few second names repeat below many first names."""
    images = _placed(tree)
    below: dict[str, set[str]] = defaultdict(set)
    for image in images:
        patient, name, _ = image.rest.split("/")
        below[patient].add(name)
    classes = set().union(*below.values()) if below else set()
    if not images or len(images) < 0.9 * len(split_masks(tree.pictures).images) or len(classes) < 2:
        return None
    if {c.lower() for c in classes | set(below)} & (IMAGE_FOLDERS | MASK_FOLDERS):
        return None
    repeated = sum(len(names) for names in below.values()) > len(classes)
    if not forced and not (len(below) > len(classes) and repeated):
        return None
    return Fit(NAME, tree, len(images), f"{len(below)} patient folders, each with class folders "
                                        f"({', '.join(sorted(classes)[:4])})")


def read(fit: Fit, options: Options) -> Draft:
    """Read images, patients, classes and masks that lie beside the images."""
    draft = Draft(patients="given")
    images = _placed(fit.tree)
    inside = {p.name for p in images}
    classes = {}
    for image in images:
        patient, name, _ = image.rest.split("/")
        row = draft.add_image(fit.tree, image.name, part=image.part, patient=patient)
        classes[row["name"]] = name
    draft.add_classes(classes, options.labels)
    draft.notes.append("The patient is the name of the first folder.")
    masks = split_masks(fit.tree.pictures)
    kept = tuple(n for n in masks.images if n in inside)
    add_masks(draft, fit.tree, type(masks)(kept, masks.of, masks.orphans), options)
    return draft
