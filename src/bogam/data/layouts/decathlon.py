"""The Decathlon's folders: `imagesTr/`, `labelsTr/`, `imagesTs/` and `dataset.json` with the label names."""

from __future__ import annotations

import dataclasses
import json
import re

from bogam.core.errors import UserError, say
from bogam.data.layouts.draft import Draft, Fit, Options
from bogam.data.layouts.structure import Masks, add_masks
from bogam.data.layouts.tree import Tree, stem_of

NAME = "decathlon"
_CHANNEL = re.compile(r"_(\d{4})$")


def find(tree: Tree, forced: bool = False) -> Fit | None:
    """Fit where both `imagesTr` and `labelsTr` hold pictures."""
    images = [n for n in tree.pictures if n.startswith("imagesTr/")]
    if not images or not any(n.startswith("labelsTr/") for n in tree.pictures):
        return None
    return Fit(NAME, tree, len(images), "imagesTr and labelsTr")


def read(fit: Fit, options: Options) -> Draft:
    """Read images and labels. Images of `imagesTs` have no labels and are not taken.

    Raises:
        UserError: dataset.json is no JSON with a table of labels.
    """
    tree = fit.tree
    draft = Draft()
    images = {}
    channels = set()
    for name in (n for n in tree.pictures if n.startswith("imagesTr/")):
        channel = _CHANNEL.search(stem_of(name))
        channels.add(channel[1] if channel else "0000")
        if channel is None or channel[1] == "0000":
            images[_CHANNEL.sub("", stem_of(name))] = name
    for name in images.values():
        draft.add_image(tree, name)
    if len(channels) > 1:
        draft.notes.append(f"Only channel 0000 of {len(channels)} channels per image is taken.")
    if "dataset.json" in tree.others and options.mask_values is None:
        names = _labels(tree)
        options = dataclasses.replace(options, mask_values=names or None)
        draft.used.add(tree.prefix + "dataset.json")
    labels = {stem_of(n): n for n in tree.pictures if n.startswith("labelsTr/")}
    of = {images[stem]: [name] for stem, name in labels.items() if stem in images}
    orphans = tuple(name for stem, name in labels.items() if stem not in images)
    add_masks(draft, tree, Masks(tuple(images.values()), of, orphans), options)
    return draft


def _labels(tree: Tree) -> dict[int, str]:
    """Return value to label; both spellings occur, {"1": "liver"} and {"liver": 1}; 0 is the background."""
    try:
        table = json.loads(tree.path("dataset.json").read_text(encoding="utf-8"))["labels"]
        pairs = [(k, v) if str(k).isdigit() else (v, k) for k, v in table.items()]
        return {int(value): str(label) for value, label in pairs if int(value) != 0}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(say(tree.prefix + "dataset.json", f"no table of labels ({error})",
                            'JSON with "labels": {"0": "background", "1": "..."}')) from None
