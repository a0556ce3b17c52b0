"""What is probed: pictures, their groups, what is copied, and who may copy from whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bogam.audit.probe.deal import Indices
from bogam.audit.probe.masks import Packed, dice_of_copies, small_masks
from bogam.core.seeds import generator
from bogam.core.types import FloatArray
from bogam.data.manifest import Manifest
from bogam.evaluate.baselines import Floats

MOST = 12_000
"""Of a larger set, whole groups drawn at random are probed, up to this many pictures (all pairs are compared)."""
CARELESS_FOLDS = 5
Sides = list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]
"""One per fold: (tested, training), (n,) each."""


@dataclass(frozen=True, eq=False)
class Subject:
    """The pictures under test.

    Args:
        ids: of the pictures.
        pictures: (n, d), each of mean 0 and length 1.
        groups: (n,) 0 to G - 1.
        strata: (n,) class, or 0 where there is none.
        masks: for segmentation, else None.
        sides: of the split.
        given: whether the split is the user's.
        notes: what was left out.
    """

    ids: list[str]
    pictures: Floats
    groups: Indices
    strata: Indices
    masks: Packed | None
    sides: Sides
    given: bool
    notes: tuple[str, ...] = ()

    @property
    def task(self) -> str:
        """Return what is copied: masks or classes."""
        return "classification" if self.masks is None else "segmentation"

    @property
    def metric(self) -> str:
        """Return how a copied answer is scored."""
        return "balanced accuracy" if self.masks is None else "Dice"

    def score(self, asked: Indices, copied: Indices) -> FloatArray:
        """Return the score of each copied answer, 0 to 1; nan where there is nothing to score (no lesion)."""
        if self.masks is None:
            return np.asarray(self.strata[asked] == self.strata[copied], np.float64)
        return dice_of_copies(self.masks[asked], self.masks[copied])

    def weights(self, asked: Indices) -> FloatArray:
        """Return the weight of each tested picture: alike for Dice, alike for classes for a balanced accuracy."""
        if self.masks is not None:
            return np.ones(len(asked))
        counts = np.bincount(self.strata[asked])
        return np.asarray(1.0 / counts[self.strata[asked]])


def subject(manifest: Manifest, target: str | None, task: str, thumbs: Mapping[str, Floats],
            groups: Mapping[str, str], *, seed: int = 0, cache: Path | None = None,
            tell: Callable[[str, int, int], None] | None = None) -> Subject:
    """Return the pictures that can be probed.

    Args:
        manifest: with folds, or the parts that came with the data, or neither: then pictures are divided at random,
            one by one, into `CARELESS_FOLDS` folds.
        target: class column; needed for classification, and keeps the classes' shares for segmentation.
        task: "classification" or "segmentation".
        thumbs: id to vector, as `duplicates.thumbnails`; pictures without one (blank) are left out.
        groups: id to group.
        seed: of the random parts.
        cache: folder of small masks.
        tell: progress: what, done, total.
    """
    split = _split(manifest)
    known = _labeled(manifest, target, task)
    wanted = [i for i in manifest.images["id"].to_list() if i in known and (split is None or i in split)]
    ids = [i for i in wanted if i in thumbs]
    notes = [] if len(ids) == len(wanted) else [f"{len(wanted) - len(ids)} blank pictures were left out of the probe."]
    if len(ids) > MOST:
        whole = len(ids)
        ids = _sample(ids, groups, seed)
        notes.append(f"Of {whole:,} pictures, {len(ids):,} in whole groups drawn at random were probed.")
    rank: dict[str, int] = {}
    numbers = np.array([rank.setdefault(groups.get(i, i), len(rank)) for i in ids], np.intp)
    classes = dict(manifest.targets.select("id", target).rows()) if target else {}
    names = sorted({str(classes.get(i)) for i in ids})
    strata = np.array([names.index(str(classes.get(i))) for i in ids], np.intp)
    masks = None
    if task == "segmentation":
        masks = small_masks(manifest, ids, cache, (lambda done, total: tell("Reading masks", done, total))
                            if tell else None)
    pictures = np.stack([thumbs[i] for i in ids]) if ids else np.zeros((0, 1), np.float32)
    sides = _careless(len(ids), seed) if split is None else _sides(ids, split)
    return Subject(ids, pictures, numbers, strata, masks, sides, split is not None, tuple(notes))


def has_split(manifest: Manifest) -> bool:
    """Return whether a manifest says who trains and who tests."""
    return _split(manifest) is not None


def _split(manifest: Manifest) -> dict[str, dict[tuple[int, int], str]] | None:
    """Return id to (repeat, fold) to part, or None where the manifest has no training and test parts."""
    if manifest.folds.height:
        rows = manifest.folds.select("id", "repeat", "fold", "part").rows()
    else:
        parts = manifest.images.filter(pl.col("part").is_not_null())
        rows = [(name, 0, 0, part) for name, part in parts.select("id", "part").rows()]
    if not {"train", "test"} <= {part for *_, part in rows}:
        return None
    found: dict[str, dict[tuple[int, int], str]] = {}
    for name, repeat, fold, part in rows:
        if part in ("train", "test"):
            found.setdefault(name, {})[repeat, fold] = part
    return found


def _sides(ids: Sequence[str], split: Mapping[str, Mapping[tuple[int, int], str]]) -> Sides:
    folds = sorted({fold for i in ids for fold in split[i]})
    made = [(np.array([split[i].get(fold) == "test" for i in ids], bool),
             np.array([split[i].get(fold) == "train" for i in ids], bool)) for fold in folds]
    return [(tested, training) for tested, training in made if tested.any() and training.any()]


def _careless(count: int, seed: int) -> Sides:
    fold = generator(seed, "careless split").permutation(count) % CARELESS_FOLDS
    return [(fold == k, fold != k) for k in range(CARELESS_FOLDS)] if count >= CARELESS_FOLDS else []


def _labeled(manifest: Manifest, target: str | None, task: str) -> set[str]:
    if task == "segmentation":
        return set(manifest.objects.filter(pl.col("kind") == "mask")["id"].to_list())
    if target is None:
        return set()
    return set(manifest.targets.filter(pl.col(target).is_not_null())["id"].to_list())


def _sample(ids: Sequence[str], groups: Mapping[str, str], seed: int) -> list[str]:
    members: dict[str, list[str]] = {}
    for i in ids:
        members.setdefault(groups.get(i, i), []).append(i)
    names = sorted(members)
    kept: set[str] = set()
    for k in generator(seed, "probed groups").permutation(len(names)):
        if len(kept) + len(members[names[k]]) <= MOST:
            kept |= set(members[names[k]])
    return [i for i in ids if i in kept]
