"""Who trains, who validates, who tests: grouped and stratified, the same for the same seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from bogam.core.errors import UserError, say
from bogam.core.fields import Count, Share
from bogam.core.seeds import generator
from bogam.core.types import FloatArray
from bogam.data.manifest import FOLDS, Manifest, table


class SplitSection(BaseModel):
    """How images are divided. A group never lies on two sides."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kind: Literal["kfold", "holdout", "official"] = "kfold"
    """kfold: each image is tested once; holdout: one test part; official: the data set's own parts."""
    folds: int = Field(5, ge=2)
    """Number of folds (kfold only)."""
    repeats: Count = 1
    """How often the whole division is drawn anew (kfold and holdout)."""
    validation: Share = 0.15
    """Share of the non-test images that chooses epoch and threshold."""
    test: Share = 0.2
    """Share of all images that tests (holdout only)."""
    group: list[Literal["patient", "study", "lesion", "duplicate"]] = ["patient", "duplicate"]
    """What must stay together. `duplicate`: similar pictures, where patients are unknown. Identical ones always do."""
    seed: int = 0
    """Seed of the division; not of the training."""


def partition(counts: FloatArray, shares: Sequence[float], rng: np.random.Generator) -> NDArray[np.int64]:
    """Deal groups to parts so that every column of `counts` is shared out as `shares` asks.

    Groups are dealt largest first, each to the part that lacks it most; ties fall by the generator.

    Args:
        counts: (groups, columns): how many images of each class (and whatever else) each group holds.
        shares: wanted share of each part; adds to 1.
        rng: decides the order among equals.

    Returns:
        (groups,) index of the part of each group.

    Example:
        >>> counts = np.array([[2.0, 0], [2, 0], [0, 1], [0, 1]])
        >>> sorted(partition(counts, [0.5, 0.5], np.random.default_rng(0))[:2].tolist())
        [0, 1]
    """
    total = counts.sum(axis=0)
    scaled = counts[:, total > 0] / total[total > 0]
    want = np.asarray(shares, float)
    have = np.zeros((len(want), scaled.shape[1]))
    order = rng.permutation(len(counts))
    order = order[np.argsort(-scaled[order].sum(axis=1), kind="stable")]
    place = np.zeros(len(counts), np.int64)
    for group in order:
        lack = want[:, None] - have
        # how much the squared shortfall shrinks, relative to the part's own size
        gain = ((lack**2 - (lack - scaled[group]) ** 2).sum(axis=1)) / want
        best = np.flatnonzero(gain >= gain.max() - 1e-12)
        place[group] = int(rng.choice(best))
        have[place[group]] += scaled[group]
    return place


def _strata(manifest: Manifest, ids: Sequence[str], target: str | None) -> list[str]:
    if target is None:
        return ["all"] * len(ids)
    values = dict(manifest.targets.select("id", target).rows())
    return [str(values.get(i)) for i in ids]


def _deal(ids: Sequence[str], groups: Mapping[str, str], strata: Sequence[str], shares: Sequence[float],
          rng: np.random.Generator) -> dict[str, int]:
    names = sorted({groups[i] for i in ids})
    labels = sorted(set(strata))
    row = {name: k for k, name in enumerate(names)}
    column = {label: k for k, label in enumerate(labels)}
    counts = np.zeros((len(names), len(labels)))
    for i, stratum in zip(ids, strata, strict=True):
        counts[row[groups[i]], column[stratum]] += 1
    # groups as well as images are to be shared out evenly, so that no fold lacks a class's patients
    majority = np.zeros_like(counts)
    majority[np.arange(len(names)), counts.argmax(axis=1)] = 1
    place = partition(np.hstack([counts, majority]), shares, rng)
    return {i: int(place[row[groups[i]]]) for i in ids}


def _validation(manifest: Manifest, ids: list[str], groups: Mapping[str, str], section: SplitSection,
                target: str | None, *key: int | str) -> dict[str, str]:
    if not 0 < section.validation < 1:
        raise UserError(say("split.validation", section.validation, "a share between 0 and 1",
                            "Epoch and threshold are chosen on validation images; 0.15 is usual."))
    if len({groups[i] for i in ids}) < 2:
        raise UserError(say("split", "one group to train and validate on", "two or more",
                            "Add patients, or split by a finer group."))
    place = _deal(ids, groups, _strata(manifest, ids, target), [section.validation, 1 - section.validation],
                  generator(section.seed, "validation", *key))
    if len(set(place.values())) < 2:
        smallest = min(sorted({groups[i] for i in ids}), key=lambda g: sum(groups[i] == g for i in ids))
        place = {i: 0 if groups[i] == smallest else 1 for i in ids}
    return {i: "validation" if k == 0 else "train" for i, k in place.items()}


def split(manifest: Manifest, section: SplitSection, groups: Mapping[str, str], target: str | None) -> Manifest:
    """Return the manifest with its `folds`.

    Args:
        manifest: every image in it takes part.
        section: how to divide.
        groups: id to group, from `duplicates.groups`.
        target: the target column to stratify by, or None.

    Raises:
        UserError: fewer groups than folds; no official parts; a group on two official sides is not refused here,
            it is the audit's to judge.
    """
    ids = manifest.images["id"].to_list()
    rows: list[dict[str, object]] = []

    def add(repeat: int, fold: int, parts: Mapping[str, str]) -> None:
        rows.extend({"id": i, "repeat": repeat, "fold": fold, "part": parts[i], "group": groups[i]} for i in ids
                    if i in parts)

    if section.kind == "official":
        parts = dict(manifest.images.select("id", "part").rows())
        found = {p for p in parts.values() if p}
        if "test" not in found or "train" not in found:
            raise UserError(say("split.kind", f"official with parts {sorted(found) or 'none'}", "train and test parts",
                                "Use `split: {kind: kfold}` for a data set without a split of its own."))
        given = {i: p for i, p in parts.items() if p}
        if "validation" not in found:
            train = [i for i in ids if parts[i] == "train"]
            given |= _validation(manifest, train, groups, section, target, "official")
        add(0, 0, given)
        return manifest.but(folds=table(rows, FOLDS))

    number = len(set(groups.values()))
    parts_needed = section.folds if section.kind == "kfold" else 2
    if number < max(parts_needed, 3):
        raise UserError(say("split", f"{number} groups", f"at least {max(parts_needed, 3)}",
                            "Use fewer folds, or add patients."))
    strata = _strata(manifest, ids, target)
    for repeat in range(section.repeats):
        rng = generator(section.seed, "split", repeat)
        if section.kind == "kfold":
            shares = [1 / section.folds] * section.folds
        else:
            shares = [section.test, 1 - section.test]
        place = _deal(ids, groups, strata, shares, rng)
        for fold in range(section.folds if section.kind == "kfold" else 1):
            rest = [i for i in ids if place[i] != fold]
            if not rest or len(rest) == len(ids):
                raise UserError(say(f"split, fold {fold}", "an empty side", "images on both sides",
                                    "One group holds too much of the set; use fewer folds."))
            parts = {i: "test" for i in ids if place[i] == fold}
            add(repeat, fold, parts | _validation(manifest, rest, groups, section, target, repeat, fold))
    done = manifest.but(folds=table(rows, FOLDS))
    check_split(done)
    return done


def check_split(manifest: Manifest) -> None:
    """Raise an AssertionError where a group lies on two sides of a fold: bogam's own fault, never the user's."""
    sides = manifest.folds.group_by("repeat", "fold", "group").agg(pl.col("part").n_unique().alias("sides"))
    torn = sides.filter(pl.col("sides") > 1)
    if torn.height:
        raise AssertionError(f"split: {torn.height} groups lie on two sides of a fold.")


def part_ids(manifest: Manifest, repeat: int, fold: int, part: str) -> list[str]:
    """Return the ids of one part of one fold, in the manifest's order."""
    chosen = manifest.folds.filter((pl.col("repeat") == repeat) & (pl.col("fold") == fold) & (pl.col("part") == part))
    return chosen["id"].to_list()


def split_notes(manifest: Manifest, target: str | None) -> list[str]:
    """Return one sentence per part that lacks a class, and what follows; folds that lack the same one share it."""
    if target is None:
        return []
    joined = manifest.folds.join(manifest.targets.select("id", target), on="id", maintain_order="left")
    classes = set(manifest.targets[target].drop_nulls().to_list())
    found: dict[tuple[str, int, tuple[str, ...]], list[int]] = {}
    for (repeat, fold, part), rows in joined.group_by("repeat", "fold", "part", maintain_order=True):
        missing = tuple(sorted(classes - set(rows[target].to_list())))
        if missing:
            found.setdefault((str(part), int(repeat), missing), []).append(int(fold))
    return [f"The {'training' if part == 'train' else part} part of fold{'s' if len(folds) > 1 else ''} "
            f"{', '.join(map(str, sorted(folds)))} (repeat {repeat}) has no image of class {', '.join(missing)}: "
            f"{_lack(part, len(classes) - len(missing))}."
            for (part, repeat, missing), folds in found.items()]


def _lack(part: str, present: int) -> str:
    """Return what follows where a part lacks a class; `present` is the number of classes that it has."""
    if part == "train":
        return "it cannot be learned there"
    if part == "validation":
        return "it has no say in the choice of epoch and threshold"
    return "its AUC is over the other classes" if present > 1 else "its AUC is undefined"
