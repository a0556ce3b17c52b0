"""Small manifests for the tests of the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bogam.audit.family import Evidence, Finding, rules
from bogam.data.duplicates import Similar
from bogam.data.looks import Looks
from bogam.data.manifest import IMAGES, OBJECTS, PROBLEMS, Manifest, TargetSpec, table
from bogam.data.same.evidence import Same


def make(rows: Sequence[Mapping[str, Any]], *, classes: Sequence[str | None] | None = None, patient: str = "absent",
         near: Similar | None = None, same: Same | None = None, objects: Sequence[Mapping[str, Any]] = (),
         problems: Sequence[Mapping[str, Any]] = (), marks: Sequence[Mapping[str, float]] | None = None,
         small: Any = None, unused: Mapping[str, Sequence[str | None]] | None = None,
         folds: pl.DataFrame | None = None, specs: Mapping[str, TargetSpec] | None = None,
         targets: Mapping[str, Sequence[Any]] | None = None) -> Evidence:
    """Return evidence on images given by a few of their columns; ids are i0, i1, ..."""
    ids = [f"i{k}" for k in range(len(rows))]
    images = [{"id": i, "image": f"{i}.png", "origin": "real", **row} for i, row in zip(ids, rows, strict=True)]
    columns = {"id": ids, **(targets or {})}
    told = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    specs = dict(specs or {})
    if classes is not None:
        told = told.with_columns(pl.Series("class", list(classes), dtype=pl.String))
        specs["class"] = TargetSpec(kind="multiclass", labels=tuple(sorted({c for c in classes if c})))
    more = {} if folds is None else {"folds": folds}
    manifest = Manifest(Path("."), "made", table(images, IMAGES), objects=table(objects, OBJECTS), targets=told,
                        target_specs=specs, patient=patient, set_aside=table(problems, PROBLEMS),
                        unused=pl.DataFrame({"id": ids, **(unused or {})}), **more)
    manifest.check()
    looks = None
    if marks is not None or small is not None:
        pictures = dict(zip(ids, small if small is not None else [None] * len(ids), strict=True))
        looks = Looks({k: v for k, v in pictures.items() if v is not None}, {},
                      dict(zip(ids, marks or [{}] * len(ids), strict=True)), {})
    return Evidence(manifest, "class" if classes is not None else None, near, looks, same=same)


def check(kind: str, evidence: Evidence) -> list[Finding]:
    """Return what one rule finds."""
    return list(rules.parse(kind).check(evidence))


@pytest.fixture
def evidence():
    """Return the function that makes evidence."""
    return make


@pytest.fixture
def findings():
    """Return the function that runs one rule."""
    return check
