"""Which files say by their names that they were made from another file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from bogam.data.layouts.tree import stem_of

_WORDS = ("aug", "augment", "augmented", "augmentation", "flip", "flipped", "hflip", "vflip", "fliph", "flipv", "flip[-_ ]?lr",
          "flip[-_ ]?ud", "mirror", "mirrored", "rot", "rotate", "rotated", "rotation", "shift", "shifted", "translate",
          "translated", "zoom", "zoomed", "scaled", "shear", "sheared", "crop", "cropped", "blur", "blurred",
          "gaussian", "gaussian[-_ ]?blur", "noise", "noisy", "clahe", "eq", "equalize", "equalized", "histeq", "gamma",
          "bright", "brightness", "contrast", "elastic", "grid", "grid[-_ ]?distortion", "distort", "distorted",
          "affine", "warp", "warped", "jitter", "fancy[-_ ]?pca", "pca", "sharpen", "sharpened", "invert", "inverted",
          "transformed", "mixup", "cutmix", "synthetic", "synth", "gan", "fake", "generated")
_COPY = ("copy", "kopie", "dup", "duplicate")
_MASK = ("mask", "seg", "segmentation", "gt", "label", "groundtruth", "annotation")
_SIGN = r"(?:[-+]?\d+(?:\.\d+)?(?:deg)?)?"


def _patterns(words: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    either = "|".join(sorted(words, key=len, reverse=True))
    return (re.compile(rf"^(.+?)[-_. ]+(?:{either}){_SIGN}(?:[-_. ]+\d+)?$", re.IGNORECASE),
            re.compile(rf"^(?:{either}){_SIGN}[-_. ]+(.+)$", re.IGNORECASE))


_DERIVED, _COPIES, _MASKS = _patterns(_WORDS), _patterns(_COPY), _patterns(_MASK)
_NUMBERED = re.compile(r"^(.+?)(?: - copy| copy)?(?: ?\(\d+\))?$", re.IGNORECASE)
_HASHED = re.compile(r"^(.+)\.rf\.[0-9a-f]{8,}$", re.IGNORECASE)
"""Roboflow's export: one name and a hash for each version of one picture."""


class Named(NamedTuple):
    """What a name says.

    Args:
        child: id.
        parent: id of the file whose name is left when the addition is taken away, "" where it is not in the set.
        source: that name.
        kind: "derived", "mask", or "copy" (which a picture has to confirm).
    """

    child: str
    parent: str
    source: str
    kind: str


def _stripped(stem: str) -> tuple[str, str] | None:
    """Return the name without its additions and what they mean, or None."""
    kind = ""
    for _ in range(4):
        for meaning, (ends, starts) in (("derived", _DERIVED), ("mask", _MASKS), ("copy", _COPIES)):
            found = ends.match(stem) or starts.match(stem)
            if found:
                stem, kind = found.group(1), kind or meaning
                break
        else:
            break
    if kind:
        return stem, kind
    numbered = _NUMBERED.match(stem)
    return (numbered.group(1), "copy") if numbered and numbered.group(1) != stem else None


def children_by_name(files: Mapping[str, str]) -> list[Named]:
    """Return the files whose names are those of other files with an addition such as `_flip`, `_aug3` or `rot90_`.

    A parent is sought in the file's own folder first, then anywhere, if the name is there once.

    Args:
        files: id to path.

    Example:
        >>> [tuple(n) for n in children_by_name({"a": "x.png", "b": "x_flip.png", "c": "aug_2_x.png", "d": "y_1.png"})]
        [('b', 'a', 'x', 'derived'), ('c', 'a', 'x', 'derived')]
    """
    by_stem: dict[str, list[str]] = defaultdict(list)
    folder = {name: path.rpartition("/")[0] for name, path in files.items()}
    stems = {name: stem_of(path.partition("#")[0]) for name, path in files.items() if "#" not in path}
    for name, stem in stems.items():
        by_stem[stem.lower()].append(name)
    found: list[Named] = []
    orphans: dict[str, list[str]] = defaultdict(list)
    for name, stem in stems.items():
        hashed = _HASHED.match(stem)
        if hashed:
            orphans[hashed.group(1).lower()].append(name)
            continue
        parent, source, kind = _parent(name, stem, by_stem, folder)
        if parent:
            found.append(Named(name, parent, source, kind))
        elif kind == "derived" and re.search(r"\d", source) and re.search(r"(^|[-_. ])aug", stem, re.IGNORECASE):
            orphans[source.lower()].append(name)
    for source, names in orphans.items():
        if len(names) > 1:  # versions of one picture that is not here itself
            found += [Named(name, "", source, "derived") for name in names]
    return found


def _parent(name: str, stem: str, by_stem: Mapping[str, list[str]], folder: Mapping[str, str]) -> tuple[str, str, str]:
    """Return the parent's id or "", its stem, and the kind."""
    result = _stripped(stem)
    if result is None:
        return "", "", ""
    source, kind = result
    for candidate in (source, re.sub(r"^\d+[-_. ]+", "", source), re.sub(r"[-_. ]+\d+$", "", source)):
        there = [other for other in by_stem.get(candidate.lower(), ()) if other != name]
        near = [other for other in there if folder[other] == folder[name]]
        if len(near) == 1 or len(there) == 1:
            return (near or there)[0], candidate, kind
        if candidate == source and kind == "copy":
            break
    return "", source, kind
