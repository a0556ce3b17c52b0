"""Small manifests for the tests of the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bogam.audit.family import Evidence, Finding, rules
from bogam.data.duplicates import Similar
from bogam.data.manifest import IMAGES, OBJECTS, PROBLEMS, Manifest, TargetSpec, table
from bogam.data.same.evidence import Same


def make(rows: Sequence[Mapping[str, Any]], *, classes: Sequence[str | None] | None = None, patient: str = "absent",
         near: Similar | None = None, same: Same | None = None, objects: Sequence[Mapping[str, Any]] = (),
         problems: Sequence[Mapping[str, Any]] = ()) -> Evidence:
    """Return evidence on images given by a few of their columns; ids are i0, i1, ..."""
    ids = [f"i{k}" for k in range(len(rows))]
    images = [{"id": i, "image": f"{i}.png", "origin": "real", **row} for i, row in zip(ids, rows, strict=True)]
    targets = pl.DataFrame({"id": ids}, schema={"id": pl.String})
    specs = {}
    if classes is not None:
        targets = targets.with_columns(pl.Series("class", list(classes), dtype=pl.String))
        specs = {"class": TargetSpec(kind="multiclass", labels=tuple(sorted({c for c in classes if c})))}
    manifest = Manifest(Path("."), "made", table(images, IMAGES), objects=table(objects, OBJECTS), targets=targets,
                        target_specs=specs, patient=patient, set_aside=table(problems, PROBLEMS))
    manifest.check()
    return Evidence(manifest, "class" if classes is not None else None, near, same=same)


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
