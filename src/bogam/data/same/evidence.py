"""What is known of sameness in a data set: identical pictures, copies, children and their parents, masks."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl

from bogam.data.locator import Locator
from bogam.data.looks import Looks
from bogam.data.manifest import Manifest
from bogam.data.same.describe import describe
from bogam.data.same.names import children_by_name
from bogam.data.same.verify import Copy

VERSION = 9
"""Raise it when copies are found in another way: what was found before is then sought anew."""
_SLICED = ("z", "y", "x", "frame", "t")


@dataclass(frozen=True)
class Pair:
    """Two pictures that are copies of each other, verified by alignment; ids in the manifest's order.

    Args:
        first: id.
        other: id.
        how: what distinguishes them, in words, such as ("mirrored left to right",).
        made: it is what augmentation does (odd angles, distortion, blur, noise), not what storing does.
        agreement: of the detail that settles it, 0 to 1.
    """

    first: str
    other: str
    how: tuple[str, ...]
    made: bool
    agreement: float


@dataclass(frozen=True)
class Child:
    """A picture that was made from another.

    Args:
        child: id.
        parent: id, or "" where the parent is not in the set.
        source: the parent's id, or what names it.
        by: "declared" in the manifest, "name", "name and picture".
    """

    child: str
    parent: str
    source: str
    by: Literal["declared", "name", "name and picture"]


@dataclass(frozen=True, eq=False)
class Same:
    """Pictures that are the same, in kinds that are not to be mixed. Similar ones are `duplicates.Similar`.

    Args:
        identical: sets of ids, two or more, whose rows, columns and values are equal, whatever the container.
        copies: verified copies that are not identical. Of an identical set the first stands for all.
        children: made from others, as declared, or as their names say.
        masks: ids of pictures that are drawings of a few flat levels, as masks are.
        blank: ids of pictures in which there is nothing.
    """

    identical: tuple[tuple[str, ...], ...] = ()
    copies: tuple[Pair, ...] = ()
    children: tuple[Child, ...] = ()
    masks: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()

    def joined(self) -> list[tuple[str, str]]:
        """Return the pairs of ids that no split may separate."""
        pairs = [(one[0], other) for one in self.identical for other in one[1:]]
        pairs += [(pair.first, pair.other) for pair in self.copies]
        pairs += [(c.child, c.parent) for c in self.children if c.parent]
        orphans: dict[str, str] = {}
        for child in self.children:
            if not child.parent:
                pairs.append((orphans.setdefault(child.source, child.child), child.child))
        return [(a, b) for a, b in pairs if a != b]


def same_pictures(manifest: Manifest, looks: Looks, cache: Path | None = None,
                  progress: Callable[[int, int], None] | None = None) -> Same:
    """Find what is the same in a scanned manifest.

    Args:
        manifest: scanned.
        looks: of its images.
        cache: folder that keeps the copies found; None keeps nothing.
        progress: called with (done, total) while pairs are aligned.
    """
    rows = manifest.images.select("id", "image").rows()
    sets: dict[str, list[str]] = defaultdict(list)
    facts: dict[str, Mapping[str, Any]] = {}
    blank, masks = [], []
    for name, _ in rows:
        if name not in looks.facts:
            continue
        facts[name] = looks.facts[name]
        sets[facts[name]["values"]].append(name)
        if facts[name]["blank"]:
            blank.append(name)
        elif facts[name]["drawn"]:
            masks.append(name)
    identical = tuple(tuple(ids) for ids in sets.values() if len(ids) > 1)
    apart = {*blank, *masks}
    ids = [one[0] for one in sets.values() if one[0] not in apart]
    copies = _copies(ids, dict(rows), looks, facts, cache, progress)
    return Same(identical, copies, _children(manifest, looks, copies, identical, apart), tuple(masks), tuple(blank))


def _copies(ids: list[str], images: Mapping[str, str], looks: Looks, facts: Mapping[str, Mapping[str, Any]],
            cache: Path | None, progress: Callable[[int, int], None] | None) -> tuple[Pair, ...]:
    files = []
    for name in ids:
        place = Locator.parse(images[name])
        files.append(place.path if any(key in _SLICED for key, _ in place.keys) else "")
    keys = [facts[name]["values"] for name in ids]
    digest = hashlib.sha256(json.dumps([VERSION, sorted(zip(keys, files, strict=True))]).encode()).hexdigest()[:24]
    store = cache / f"same-{digest}.json" if cache else None
    place_of = {key: k for k, key in enumerate(keys)}
    found: list[Copy] = []
    if store is not None and store.is_file():
        for row in json.loads(store.read_text(encoding="utf-8")):
            first, other = place_of[row["first"]], place_of[row["other"]]
            found.append(Copy(**{**row, "first": first, "other": other, "matrix": tuple(row["matrix"])}))
    else:
        from bogam.data.same.find import find_copies

        found = find_copies(len(ids), lambda k: looks.picture[ids[k]], lambda k: looks.small[ids[k]], files, progress)
        if store is not None:
            store.parent.mkdir(parents=True, exist_ok=True)
            part = store.with_suffix(".part")
            part.write_text(json.dumps([{**asdict(c), "first": keys[c.first], "other": keys[c.other]} for c in found]),
                            encoding="utf-8")
            part.replace(store)
    pairs = []
    for copy in found:
        shapes = [(facts[ids[k]]["height"], facts[ids[k]]["width"]) for k in (copy.first, copy.other)]
        how, made = describe(copy, shapes[0], shapes[1])
        first, other = sorted((copy.first, copy.other))
        pairs.append(Pair(ids[first], ids[other], how, made, round(copy.agreement, 3)))
    return tuple(sorted(pairs, key=lambda p: (place_of[facts[p.first]["values"]], place_of[facts[p.other]["values"]])))


def _children(manifest: Manifest, looks: Looks, copies: tuple[Pair, ...], identical: tuple[tuple[str, ...], ...],
              drawn: set[str]) -> tuple[Child, ...]:
    """Return declared children, and those whose names say so; a "copy" in a name needs the picture's word."""
    seen = {frozenset((p.first, p.other)) for p in copies}
    first = {name: one[0] for one in identical for name in one}
    known = set(manifest.images["id"].to_list())
    children = [Child(name, parent if parent in known else "", parent, "declared")
                for name, parents in manifest.images.select("id", "parents").rows() for parent in parents or []]
    declared = {c.child for c in children}
    for named in children_by_name(dict(manifest.images.select("id", "image").rows())):
        if named.child in declared:
            continue
        if named.kind == "mask" and named.child not in drawn and named.child in looks.facts:
            continue  # the name says mask, and the picture is none
        a, b = first.get(named.child, named.child), first.get(named.parent, named.parent)
        agreed = a == b or frozenset((a, b)) in seen
        if agreed or named.kind != "copy":
            children.append(Child(named.child, named.parent, named.source,
                                  "name and picture" if agreed and named.parent else "name"))
    return tuple(children)


def declared_only(manifest: Manifest) -> Same:
    """Return what the manifest alone tells: equal digests of pixels, and declared parents."""
    equal = manifest.images.filter(pl.col("pixels_sha256").is_not_null() & pl.col("pixels_sha256").is_duplicated())
    sets = tuple(tuple(rows["id"].to_list()) for _, rows in equal.group_by("pixels_sha256", maintain_order=True))
    known = set(manifest.images["id"].to_list())
    children = tuple(Child(name, parent if parent in known else "", parent, "declared")
                     for name, parents in manifest.images.select("id", "parents").rows() for parent in parents or [])
    return Same(identical=sets, children=children)
