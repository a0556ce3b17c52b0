"""Pictures that are the same or nearly so, and the groups that they make together with patients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import polars as pl
from numpy.typing import NDArray

from bogam.core.types import FloatArray
from bogam.data.copied import Copied
from bogam.data.looks import Looks
from bogam.data.manifest import Manifest

THRESHOLDS = (0.95, 0.97, 0.98, 0.99, 0.995)
"""Correlations tried in turn until the largest set of similar pictures is no larger than `LARGEST_SHARE` allows."""

MOST_COMPARED = 30_000
"""Largest set in which similar pictures are looked for (all pairs of thumbnails; 20 s and 4 GB at this size)."""
LARGEST_SHARE = 0.05
LARGEST_COUNT = 10
PAIRS_PER_PICTURE = 50
"""A threshold at which there are more pairs than this per picture is passed over: so many are no copies."""


@dataclass(frozen=True, eq=False)
class Similar:
    """Pairs of similar pictures of one data set.

    Args:
        pairs: (id, id, correlation of the thumbnails), at or above the threshold, best first.
        threshold: the correlation in use; None where no threshold fits this set.
        note: what happened, one sentence.
        copies: pairs that show one picture; `copied.copies` finds them.
    """

    pairs: tuple[tuple[str, str, float], ...]
    threshold: float | None
    note: str
    copies: tuple[Copied, ...] = ()


class Union:
    """Sets that grow together (union-find)."""

    def __init__(self, items: Iterable[str]) -> None:
        self._parent = {item: item for item in items}

    def find(self, item: str) -> str:
        """Return the set's representative."""
        root = item
        while self._parent[root] != root:
            root = self._parent[root]
        while self._parent[item] != root:
            self._parent[item], item = root, self._parent[item]
        return root

    def join(self, one: str, other: str) -> None:
        """Make the sets of two items one."""
        a, b = sorted((self.find(one), self.find(other)))
        self._parent[b] = a

    def sizes(self) -> dict[str, int]:
        """Return representative to number of members."""
        count: dict[str, int] = {}
        for item in self._parent:
            root = self.find(item)
            count[root] = count.get(root, 0) + 1
        return count


def thumbnail(small: NDArray[np.uint8], side: int = 32) -> FloatArray:
    """Shrink a small picture (Y, X) to a vector of length side * side, mean 0 and norm 1; zeros where it is flat."""
    thumb = cv2.resize(small.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA).ravel()
    thumb -= thumb.mean()
    norm = float(np.linalg.norm(thumb))
    return np.asarray(thumb / norm if norm else thumb, np.float32)


def thumbnails(looks: Looks) -> dict[str, FloatArray]:
    """Return id to thumbnail; blank pictures are left out, for they resemble everything."""
    return {name: thumbnail(small) for name, small in looks.small.items() if not looks.facts[name]["blank"]}


def _pairs(ids: Sequence[str], thumbs: FloatArray) -> tuple[list[tuple[str, str, float]], int]:
    """Return the pairs, best first, and the place in `THRESHOLDS` from which they are all there.

    Held in memory are at most `PAIRS_PER_PICTURE` pairs per picture beyond one block: where there are more, the lowest
    threshold still held is given up. Past the last one, no pairs.
    """
    found = np.zeros((0, 3), np.float64)
    lowest, step = 0, 2048
    for start in range(0, len(ids), step):
        block = thumbs[start:start + step] @ thumbs[start:].T
        rows, columns = np.nonzero(block >= THRESHOLDS[lowest])
        keep = columns > rows
        rows, columns = rows[keep], columns[keep]
        found = np.vstack([found, np.column_stack([rows + start, columns + start, block[rows, columns]])])
        while len(found) > PAIRS_PER_PICTURE * len(ids):
            lowest += 1
            if lowest == len(THRESHOLDS):
                return [], lowest
            found = found[found[:, 2] >= THRESHOLDS[lowest]]
    pairs = [(ids[int(i)], ids[int(j)], float(r)) for i, j, r in found]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1])), lowest


def similar(thumbs: dict[str, FloatArray], total: int) -> Similar:
    """Find pictures whose thumbnails correlate; the threshold rises until it fits the set.

    Pictures of one body part may all look alike (chest X-rays): a threshold at which more than 5 % of the set (and
    more than 10 pictures) hang together says nothing about copies, so the next of `THRESHOLDS` is tried.

    Args:
        thumbs: id to vector of norm 1.
        total: number of pictures in the set.

    Returns:
        The pairs at the first threshold that fits; no pairs and threshold None where none does.
    """
    if len(thumbs) < 2:
        return Similar((), THRESHOLDS[0], "Too few pictures to compare.")
    ids = list(thumbs)
    pairs, lowest = _pairs(ids, np.stack([thumbs[i] for i in ids]))
    limit = max(LARGEST_COUNT, LARGEST_SHARE * total)
    for threshold in THRESHOLDS[lowest:]:
        kept = [pair for pair in pairs if pair[2] >= threshold]
        union = Union(ids)
        for a, b, _ in kept:
            union.join(a, b)
        if max(union.sizes().values()) <= limit:
            images = len({i for pair in kept for i in pair[:2]})
            note = (f"{len(kept)} pairs of similar pictures among {images} images "
                    f"(thumbnail correlation >= {threshold}).")
            if threshold != THRESHOLDS[0]:
                note += f" Below {threshold} most pictures of this set resemble each other."
            return Similar(tuple(kept), threshold, note)
    return Similar((), None, "Even at correlation 0.995 more than 5 % of the pictures hang together: similar pictures "
                             "cannot be told from copies here, and only identical pixels are grouped.")


def groups(manifest: Manifest, by: Sequence[str], near: Similar | None) -> tuple[dict[str, str], str]:
    """Give each image the group that no split may divide.

    Identical pixels, verified copies and derived images (with their `parents`) always join. A synthetic image does not
    join the many that its generator was trained on; `inside_train` keeps it where all of them train. `patient` joins the images of a patient. `duplicate`
    joins similar pictures too, but only where patients are unknown: across known patients a likeness is reported by
    the audit and merges nobody.

    Args:
        manifest: scanned.
        by: any of "patient", "study", "lesion", "duplicate".
        near: the similar pairs, needed for "duplicate" where patients are unknown.

    Returns:
        id to group, and the unit in words for the report.
    """
    union = Union(manifest.images["id"].to_list())
    columns = ["pixels_sha256", *(c for c in by if c in ("patient", "study", "lesion"))]
    for column in columns:
        frame = manifest.images.filter(pl.col(column).is_not_null()).group_by(column, maintain_order=True)
        for _, rows in frame:
            ids = rows["id"].to_list()
            for other in ids[1:]:
                union.join(ids[0], other)
    known = set(manifest.images["id"].to_list())
    for name, origin, parents in manifest.images.select("id", "origin", "parents").rows():
        for parent in parents or []:
            if parent in known and origin != "synthetic":
                union.join(name, parent)
    for copy in near.copies if near is not None else ():
        if copy.one in known and copy.other in known:
            union.join(copy.one, copy.other)
    patients = manifest.patient == "given" and "patient" in by
    if "duplicate" in by and not patients and near is not None:
        for a, b, _ in near.pairs:
            union.join(a, b)
    unit = "patient" if patients else "duplicate group (patients unknown, scores may be optimistic)"
    return {name: union.find(name) for name in manifest.images["id"].to_list()}, unit
