"""What the folders above a picture mean: parts, classes, patients; and which pictures are masks of others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bogam.data.layouts.draft import Draft, Options, part_of
from bogam.data.layouts.tree import Tree, stem_of

MASK_STEM = re.compile(r"^(?P<stem>.+?)[ _-]*[_-](?P<word>[a-z]{0,4}(?:mask|segmentation|seg|groundtruth|gt|annotation|"
                       r"label|lesion))s?(?:[ _-]*(?:\d+|\(\d+\)|manual))*$", re.IGNORECASE)
"""The name of a mask file without its ending, such as ``b (1)_mask_1``; `stem` is that of its image."""
IMAGE_FOLDERS = frozenset({"images", "image", "imgs", "img", "input", "inputs", "pictures", "frames"})
MASK_FOLDERS = frozenset({"masks", "mask", "labels", "label", "segmentations", "segmentation", "seg", "gt",
                          "groundtruth", "ground_truth", "groundtruths", "targets", "annotations", "lesions"})


@dataclass(frozen=True)
class Placed:
    """A picture and its place: path in the tree, official part, and the path below the part's folder."""

    name: str
    part: str | None
    rest: str


@dataclass(frozen=True)
class Masks:
    """Pictures told apart: images, the masks of each, and masks whose image is missing."""

    images: tuple[str, ...]
    of: dict[str, list[str]] = field(default_factory=dict)
    orphans: tuple[str, ...] = ()


def split_masks(names: Sequence[str]) -> Masks:
    """Tell masks that lie beside their image from images, by name.

    Example:
        >>> split_masks(["a/b (1).png", "a/b (1)_mask.png", "a/b (1)_mask_1.png"]).of
        {'a/b (1).png': ['a/b (1)_mask.png', 'a/b (1)_mask_1.png']}
    """
    by_stem = {_key(n): n for n in names if MASK_STEM.match(stem_of(n)) is None}
    every = {_key(n): n for n in names}
    owners: dict[str, list[str]] = {}
    lonely: list[str] = []
    for name in names:
        match = MASK_STEM.match(stem_of(name))
        if match is None:
            continue
        start = name.rpartition("/")[0]
        key = f"{start}/{match['stem']}"
        owner = by_stem.get(key) or every.get(key)
        if owner is not None and owner != name:
            owners.setdefault(owner, []).append(name)
        else:
            lonely.append(name)
    taken = {m for masks in owners.values() for m in masks}
    orphans = tuple(n for n in lonely if n not in owners) if owners else ()
    skip = taken | set(orphans)
    return Masks(tuple(n for n in names if n not in skip), owners, orphans)


def _key(name: str) -> str:
    return f"{name.rpartition('/')[0]}/{stem_of(name)}"


def place(names: Iterable[str]) -> list[Placed]:
    """Take off a first folder such as train, val or test; what lies outside such folders is left out.

    One part alone is no split: then the folder is taken off and no part is given.

    Example:
        >>> [p.part for p in place(["Train/a/1.png", "valid/a/2.png"])]
        ['train', 'validation']
        >>> place(["train/a/1.png"])[0].rest
        'a/1.png'
    """
    names = list(names)
    firsts = {n.split("/", 1)[0] for n in names if "/" in n}
    parts = {first: part for first in firsts if (part := part_of(first)) is not None}
    inside = [n for n in names if "/" in n and n.split("/", 1)[0] in parts]
    if len(set(parts.values())) >= 2 or (parts and len(inside) == len(names)):
        several = len(set(parts.values())) >= 2
        return [Placed(n, parts[n.split("/", 1)[0]] if several else None, n.split("/", 1)[1]) for n in inside]
    return [Placed(n, None, n) for n in names]


def mask_label_values(tree: Tree, masks: Sequence[str], options: Options, draft: Draft) -> list[tuple[str, str]]:
    """Decide which labels mask files hold: [(label, values)], by looking into some of them.

    A file with one value besides 0 shows one thing: "nonzero". Files with several values show one label each,
    named by `options.mask_values`, else "value-2". What was seen is written to the draft's notes.
    """
    if options.mask_values:
        return [(label, f"={value}") for value, label in sorted(options.mask_values.items())]
    from bogam.core.errors import FileProblem
    from bogam.data.locator import Locator
    from bogam.data.readers.read import read_mask
    step = max(1, len(masks) // 16)
    values: set[int] = set()
    most = 0
    for name in masks[::step][:16]:
        try:
            seen = {int(v) for v in _distinct(read_mask(Locator(tree.prefix + name), tree.folder).values)} - {0}
        except FileProblem:
            continue
        values |= seen
        most = max(most, len(seen))
    if most < 2 or len(values) > 64:
        return [(options.mask_label, "nonzero")]
    draft.notes.append(f"The masks hold the values {', '.join(map(str, sorted(values)))} besides 0: one label each. "
                       f"Name them with data.mask_values: {{{', '.join(f'{v}: name' for v in sorted(values))}}}.")
    return [(f"value-{value}", f"={value}") for value in sorted(values)]


def _distinct(values: object) -> list[int]:
    import numpy as np
    return [int(v) for v in np.unique(np.asarray(values))]


def add_masks(draft: Draft, tree: Tree, masks: Masks, options: Options) -> None:
    """Write the masks of images into a draft, with notes on images without one and masks without an image."""
    files = [m for of in masks.of.values() for m in of]
    if not files:
        return
    labels = mask_label_values(tree, files, options, draft)
    draft.mask_labels = tuple(label for label, _ in labels)
    for image in masks.images:
        for mask in masks.of.get(image, []):
            for label, values in labels:
                draft.add_mask(tree, image, mask, label, values)
    several = sum(1 for of in masks.of.values() if len(of) > 1)
    if several:
        draft.notes.append(f"{several} images have several mask files; the masks of one image are merged.")
    bare = [i for i in masks.images if i not in masks.of]
    if bare:
        draft.notes.append(f"{len(bare)} of {len(masks.images)} images have no mask file ({bare[0]}"
                           f"{', ...' if len(bare) > 1 else ''}): counted as not looked at, not as empty.")
    for orphan in masks.orphans:
        draft.used.add(tree.prefix + orphan)
        draft.set_aside.append((tree.prefix + orphan, "is a mask, and its image is missing"))
