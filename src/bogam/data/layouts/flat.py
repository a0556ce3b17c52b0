"""A folder of pictures of which nothing more is known."""

from __future__ import annotations

from bogam.data.layouts.draft import Draft, Fit, Options
from bogam.data.layouts.structure import place
from bogam.data.layouts.tree import Tree

NAME = "flat"


def find(tree: Tree, forced: bool = False) -> Fit | None:
    """Fit wherever there is a picture."""
    return Fit(NAME, tree, len(tree.pictures), "pictures without labels") if tree.pictures else None


def read(fit: Fit, options: Options) -> Draft:
    """Read the images and the official parts."""
    draft = Draft()
    for image in place(fit.tree.pictures):
        draft.add_image(fit.tree, image.name, part=image.part)
    draft.notes.append("No labels were found: neither class folders, nor masks, nor a table.")
    return draft
