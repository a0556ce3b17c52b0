"""Images that were made from others (derived, synthetic): they train where all their parents train, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from bogam.data.manifest import FOLDS, Manifest, table
from bogam.data.split import SplitSection, split


def split_real(manifest: Manifest, section: SplitSection, groups: Mapping[str, str], target: str | None) -> Manifest:
    """Divide the real images, and let a made one train in the folds in which all of its parents train.

    A made image never validates or tests, and one whose parents nobody named takes no part. An official split is taken
    as it is given, and a set in which nothing is real is divided like a real one; the audit judges both.

    Args:
        manifest: every image in it takes part.
        section, groups, target: as for `split`.
    """
    real = manifest.images.filter(pl.col("origin") == "real")["id"].to_list()
    if section.kind == "official" or not real or len(real) == len(manifest):
        return split(manifest, section, groups, target)
    folds = split(manifest.take(real), section, groups, target).folds
    trains: dict[str, set[tuple[int, int]]] = {}
    for name, repeat, fold in folds.filter(pl.col("part") == "train").select("id", "repeat", "fold").rows():
        trains.setdefault(name, set()).add((repeat, fold))
    added = []
    for name, origin, parents in manifest.images.select("id", "origin", "parents").rows():
        if origin == "real" or not parents:
            continue
        for repeat, fold in sorted(set.intersection(*(trains.get(p, set()) for p in parents))):
            added.append({"id": name, "repeat": repeat, "fold": fold, "part": "train", "group": groups[name]})
    return manifest.but(folds=pl.concat([folds, table(added, FOLDS)]))
