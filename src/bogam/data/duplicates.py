"""Pictures that are the same or nearly so, and the groups that they make together with patients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import polars as pl

from bogam.core.errors import FileProblem
from bogam.core.types import Array, FloatArray
from bogam.data.locator import Locator
from bogam.data.manifest import Manifest

THRESHOLDS = (0.95, 0.97, 0.98, 0.99, 0.995)
"""Correlations tried in turn until the largest set of similar pictures is no larger than `LARGEST_SHARE` allows."""

MOST_COMPARED = 30_000
"""Largest set in which similar pictures are looked for (all pairs of thumbnails; 20 s and 4 GB at this size)."""
LARGEST_SHARE = 0.05
LARGEST_COUNT = 10
PAIRS_PER_PICTURE = 50
"""A threshold at which there are more pairs than this per picture is passed over: so many are no copies."""
FLAT = 0.01
"""A thumbnail whose standard deviation is below this share of its range is blank: it resembles everything."""


@dataclass(frozen=True, eq=False)
class Similar:
    """Pairs of similar pictures of one data set.

    Args:
        pairs: (id, id, correlation of the thumbnails), at or above the threshold, best first.
        threshold: the correlation in use; None where no threshold fits this set.
        note: what happened, one sentence.
    """

    pairs: tuple[tuple[str, str, float], ...]
    threshold: float | None
    note: str


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


def thumbnail(image: Array, side: int = 32) -> FloatArray | None:
    """Shrink an image (C, Y, X) to a vector of length side * side, mean 0 and norm 1; None where it is blank.

    A volume (C, Z, Y, X) is represented by its middle slice.
    """
    plane = image[:, image.shape[1] // 2] if image.ndim == 4 else image
    gray = plane.astype(np.float32).mean(axis=0)
    small = cv2.resize(gray, (side, side), interpolation=cv2.INTER_AREA).ravel().astype(np.float32)
    span = float(gray.max() - gray.min())
    small -= small.mean()
    if span == 0 or float(small.std()) < FLAT * span:
        return None
    return np.asarray(small / np.linalg.norm(small), np.float32)


def thumbnails(manifest: Manifest, cache: Path | None = None,
               progress: Callable[[int, int], None] | None = None) -> dict[str, FloatArray]:
    """Return id to thumbnail; blank and unreadable pictures are left out.

    Args:
        manifest: scanned (its `pixels_sha256` names a thumbnail in the cache).
        cache: folder that keeps thumbnails between calls; None keeps nothing.
        progress: called with (done, total).
    """
    rows = manifest.images.select("id", "image", "pixels_sha256").rows()
    known: dict[str, FloatArray] = {}
    store = cache / f"thumbnails-{manifest.digest()}.npz" if cache else None
    if store and store.is_file():
        with np.load(store) as held:
            return dict(zip(held["ids"].tolist(), held["thumbs"], strict=True))

    def one(row: tuple[str, str, str]) -> tuple[str, FloatArray | None]:
        from bogam.data.readers.read import read_picture
        try:
            return row[0], thumbnail(read_picture(Locator.parse(row[1]), manifest.root).image)
        except FileProblem:  # the scan has already set such files aside and named them
            return row[0], None

    with ThreadPoolExecutor(2) as pool:
        for done, (name, small) in enumerate(pool.map(one, rows), 1):
            if small is not None:
                known[name] = small
            if progress:
                progress(done, len(rows))
    if store and known:
        store.parent.mkdir(parents=True, exist_ok=True)
        part = store.with_suffix(".part.npz")
        np.savez(part, ids=np.array(list(known)), thumbs=np.stack(list(known.values())))
        part.replace(store)
    return known


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

    Identical pixels and derived images (`parents`) always join. `patient` joins the images of a patient. `duplicate`
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
    for name, parents in manifest.images.select("id", "parents").rows():
        for parent in parents or []:
            if parent in known:
                union.join(name, parent)
    patients = manifest.patient == "given" and "patient" in by
    if "duplicate" in by and not patients and near is not None:
        for a, b, _ in near.pairs:
            union.join(a, b)
    unit = "patient" if patients else "duplicate group (patients unknown, scores may be optimistic)"
    return {name: union.find(name) for name in manifest.images["id"].to_list()}, unit
