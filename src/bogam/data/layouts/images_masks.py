"""A folder of images beside a folder of masks: `images/` + `masks/` (or labels, segmentations), also in parts."""

from __future__ import annotations

from collections import defaultdict

from bogam.data.layouts.draft import Draft, Fit, Options, part_of
from bogam.data.layouts.structure import IMAGE_FOLDERS, MASK_FOLDERS, MASK_STEM, Masks, Placed, add_masks, place
from bogam.data.layouts.tree import Tree, stem_of

NAME = "images-masks"


def _sides(tree: Tree) -> tuple[list[Placed], list[Placed]]:
    """Return images and masks; `rest` is the path below the images or masks folder."""
    images: list[Placed] = []
    masks: list[Placed] = []
    for item in place(tree.pictures):
        first, _, rest = item.rest.partition("/")
        part = item.part
        inner = rest.split("/", 1)[0] if "/" in rest else ""
        if part is None and part_of(inner) is not None:
            part, rest = part_of(inner), rest.split("/", 1)[1]
        side = images if first.lower() in IMAGE_FOLDERS else masks if first.lower() in MASK_FOLDERS else None
        if side is not None and rest:
            side.append(Placed(item.name, part, rest))
    return images, masks


def find(tree: Tree, forced: bool = False) -> Fit | None:
    """Fit where a folder of images and a folder of masks share file names."""
    images, masks = _sides(tree)
    if not images or not masks or not _match(images, masks).of:
        return None
    return Fit(NAME, tree, len(images), "a folder of images and a folder of masks")


def match(tree: Tree) -> Masks:
    """Return the images and masks of a tree that has a folder of each."""
    return _match(*_sides(tree))


def _match(images: list[Placed], masks: list[Placed]) -> Masks:
    owner = {(i.part, _key(i.rest)): i.name for i in images}
    of: dict[str, list[str]] = defaultdict(list)
    orphans = []
    for mask in masks:
        key = _key(mask.rest)
        folder, _, stem = key.rpartition("/")
        match = MASK_STEM.match(stem)
        image = owner.get((mask.part, key)) or (
            owner.get((mask.part, f"{folder}/{match['stem']}" if folder else match["stem"])) if match else None)
        if image is None:
            orphans.append(mask.name)
        else:
            of[image].append(mask.name)
    return Masks(tuple(i.name for i in images), dict(of), tuple(orphans))


def _key(rest: str) -> str:
    folder = rest.rpartition("/")[0]
    return f"{folder}/{stem_of(rest)}" if folder else stem_of(rest)


def read(fit: Fit, options: Options) -> Draft:
    """Read images, masks, official parts, and classes where the images lie in sub-folders of two or more names."""
    draft = Draft()
    images, masks = _sides(fit.tree)
    several = len({i.part for i in images}) > 1
    for image in images:
        draft.add_image(fit.tree, image.name, part=image.part if several else None)
    classes = {i.rest.split("/", 1)[0] for i in images if "/" in i.rest}
    if len(classes) > 1 and all(i.rest.count("/") == 1 for i in images):
        draft.add_classes({fit.tree.prefix + i.name: i.rest.split("/", 1)[0] for i in images}, options.labels)
    add_masks(draft, fit.tree, _match(images, masks), options)
    return draft
