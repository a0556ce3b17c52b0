"""The log of every opening of a test part, which is only ever added to."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from bogam.data.manifest import Manifest
from bogam.study.recipe import Recipe, load_recipe
from bogam.train.rows import append_row, read_rows

FILE = "test_openings.jsonl"


def recipe_digest(recipe: Recipe) -> str:
    """Return 16 hex digits that change with anything chosen in a recipe.

    The name, the report, the audit's reasons, the place of the data and the seeds are left out: they choose nothing
    that a test score could suggest.
    """
    plain = recipe.to_dict()
    for key in ("name", "report", "audit"):
        plain.pop(key)
    plain["data"].pop("root")
    plain["train"].pop("seeds")
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]


def test_digest(manifest: Manifest, repeat: int, fold: int) -> str:
    """Return 16 hex digits of the pictures of a test part, whatever they are called."""
    chosen = manifest.folds.filter((pl.col("repeat") == repeat) & (pl.col("fold") == fold) & (pl.col("part") == "test"))
    rows = chosen.select("id").join(manifest.images.select("id", "pixels_sha256"), on="id", how="left").rows()
    return hashlib.sha256("\n".join(sorted(pixels or name for name, pixels in rows)).encode()).hexdigest()[:16]


def log_opening(study: Path, manifest: Manifest, run: str, repeat: int, fold: int) -> str:
    """Add a line to the study's `test_openings.jsonl`, before the test part is read; return the time.

    Args:
        study: folder, with the `recipe.yaml` that is being run.
        manifest: of the study.
        run: in words.
        repeat, fold: whose test part.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    append_row(study / FILE, {"time": now, "recipe": recipe_digest(load_recipe(study / "recipe.yaml")),
                              "test": test_digest(manifest, repeat, fold), "run": run})
    return now


def openings(study: Path) -> list[dict[str, Any]]:
    """Return the lines of a study's log, oldest first; none where there is no log."""
    return read_rows(study / FILE)
