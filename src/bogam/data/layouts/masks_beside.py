"""Images with their masks beside them (`a.png`, `a_mask.png`, `a_mask_1.png`), in any folders."""

from __future__ import annotations

from bogam.data.layouts.draft import Draft, Fit, Options
from bogam.data.layouts.structure import add_masks, place, split_masks
from bogam.data.layouts.tree import Tree

NAME = "masks-beside"


def find(tree: Tree, forced: bool = False) -> Fit | None:
    """Fit where at least half of the images (any, if asked for by name) have a mask beside them."""
    masks = split_masks(tree.pictures)
    if not masks.of or (len(masks.of) < 0.5 * len(masks.images) and not forced):
        return None
    if not forced and any(p.rest.count("/") > 1 for p in place(masks.images)):
        return None  # a deeper folder may hold the data set, and others beside it
    return Fit(NAME, tree, len(masks.images), "images with their masks beside them")


def read(fit: Fit, options: Options) -> Draft:
    """Read images, official parts (train, val, test folders) and masks."""
    draft = Draft()
    masks = split_masks(fit.tree.pictures)
    images = place(masks.images)
    for image in images:
        draft.add_image(fit.tree, image.name, part=image.part)
    add_masks(draft, fit.tree, type(masks)(tuple(i.name for i in images), masks.of, masks.orphans), options)
    return draft
