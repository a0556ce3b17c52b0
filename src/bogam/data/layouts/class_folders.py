"""One folder per class, also below train, val and test; masks may lie beside the images."""

from __future__ import annotations

from collections import defaultdict

from bogam.data.layouts.draft import Draft, Fit, Options, part_of
from bogam.data.layouts.structure import IMAGE_FOLDERS, MASK_FOLDERS, Placed, add_masks, place, split_masks
from bogam.data.layouts.tree import Tree

NAME = "class-folders"


def placed(tree: Tree) -> list[Placed]:
    """Return the images of the tree (no masks) that lie in a class folder."""
    return [p for p in place(split_masks(tree.pictures).images) if "/" in p.rest]


def find(tree: Tree, forced: bool = False) -> Fit | None:
    """Fit where nearly all images lie in two or more class folders.

    Sub-folders of a class (one per patient, say) are allowed where no two classes share a sub-folder's name.
    """
    total = len(split_masks(tree.pictures).images)
    images = placed(tree)
    classes: dict[str, set[str]] = defaultdict(set)
    for image in images:
        folder, _, rest = image.rest.partition("/")
        classes[folder].add(rest.rpartition("/")[0])
    subs = [s for inner in classes.values() for s in inner if s]
    if len(classes) < 2 or len(images) < 0.9 * total or {c.lower() for c in classes} & (IMAGE_FOLDERS | MASK_FOLDERS):
        return None
    if not forced and (len(set(subs)) < len(subs) or (subs and any("" in inner for inner in classes.values()))):
        return None
    if not forced and _only_wraps(classes):
        return None
    parts = {i.part for i in images} - {None}
    what = f"{len(classes)} class folders ({', '.join(sorted(classes)[:4])}{', ...' if len(classes) > 4 else ''})"
    return Fit(NAME, tree, len(images), what + (f" in {' / '.join(sorted(map(str, parts)))}" if parts else ""))


def _only_wraps(classes: dict[str, set[str]]) -> bool:
    """Whether a sub-folder means something else: train and test, or images and masks."""
    inner = {s.split("/", 1)[0].lower() for subs in classes.values() for s in subs if s}
    return any(part_of(s) is not None or s in IMAGE_FOLDERS | MASK_FOLDERS for s in inner)


def read(fit: Fit, options: Options) -> Draft:
    """Read images, classes, official parts and masks that lie beside the images."""
    tree = fit.tree
    draft = Draft()
    images = placed(tree)
    inside = {p.name for p in images}
    classes = {}
    for image in images:
        row = draft.add_image(tree, image.name, part=image.part)
        classes[row["name"]] = image.rest.split("/", 1)[0]
    draft.add_classes(classes, options.labels)
    masks = split_masks(tree.pictures)
    add_masks(draft, tree, type(masks)(tuple(n for n in masks.images if n in inside), masks.of, masks.orphans), options)
    return draft
