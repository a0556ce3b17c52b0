"""Made-up pictures of made-up patients, and splits of them that leak or do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bogam.data.manifest import FOLDS, IMAGES, OBJECTS, Manifest, TargetSpec, table


class Patients:
    """Patients with some pictures each: a picture is its patient's pattern plus noise; the class is the patient's.

    Args:
        patients: how many.
        each: pictures of each.
        noise: 0: pictures of a patient are all the same; large: they have nothing in common.
        signal: how much of the pattern is the class's own.
        seed: of everything.
    """

    def __init__(self, patients: int = 40, each: int = 4, noise: float = 0.5, signal: float = 0.0,
                 seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.classes = np.arange(patients) % 2
        own = rng.normal(size=(patients, 64)) + signal * rng.normal(size=(2, 64))[self.classes]
        self.ids = [f"p{p}-{k}" for p in range(patients) for k in range(each)]
        self.groups = {i: i.split("-")[0] for i in self.ids}
        self.thumbs = {}
        for i in self.ids:
            row = own[int(self.groups[i][1:])] + noise * rng.normal(size=64)
            row -= row.mean()
            self.thumbs[i] = (row / np.linalg.norm(row)).astype(np.float32)
        self.manifest = Manifest(
            Path("."), "made", table([{"id": i, "image": f"{i}.png", "origin": "real", "patient": self.groups[i],
                                       "pixels_sha256": i} for i in self.ids], IMAGES),
            targets=pl.DataFrame({"id": self.ids, "class": ["ab"[self.classes[int(self.groups[i][1:])]]
                                                            for i in self.ids]}),
            target_specs={"class": TargetSpec(kind="multiclass", labels=("a", "b"))}, patient="given",
            objects=table([], OBJECTS))

    def split(self, by_patient: bool, seed: int = 0, share: float = 0.25) -> Manifest:
        """Return the manifest with one fold: whole patients, or picture by picture."""
        rng = np.random.default_rng(100 + seed)
        names = sorted(set(self.groups.values())) if by_patient else self.ids
        test = set(rng.permutation(names)[:round(share * len(names))].tolist())
        of = self.groups.get if by_patient else (lambda i: i)
        return self.manifest.but(folds=table(
            [{"id": i, "repeat": 0, "fold": 0, "part": "test" if of(i) in test else "train", "group": self.groups[i]}
             for i in self.ids], FOLDS))


@pytest.fixture
def patients():
    """Return the class that makes patients."""
    return Patients
