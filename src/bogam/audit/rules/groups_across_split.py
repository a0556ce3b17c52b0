"""Does a patient, or one picture, lie on two sides of the split?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import polars as pl

from bogam.audit.family import Evidence, Finding, Rule, rules, some


@rules.register
class GroupsAcrossSplit(Rule):
    """A group on two sides of a split lets the model answer from memory."""

    kind: Literal["groups-across-split"] = "groups-across-split"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a stop for each kind of group that the given parts or the folds divide."""
        manifest = evidence.manifest
        if manifest.folds.height:
            sides = manifest.folds.select("id", "repeat", "fold", "part").join(
                manifest.images.drop("part"), on="id", how="inner")
        else:
            sides = manifest.images.filter(pl.col("part").is_not_null()).with_columns(
                repeat=pl.lit(0), fold=pl.lit(0))
        for column, what in (("patient", "patients"), ("study", "studies"), ("lesion", "lesions"),
                             ("pixels_sha256", "identical pictures")):
            known = sides.filter(pl.col(column).is_not_null())
            torn = (known.group_by("repeat", "fold", column, maintain_order=True)
                    .agg(pl.col("part").unique().sort().alias("parts"), pl.col("image").alias("files"),
                         (pl.col("part") == "test").any().alias("tests"))
                    .filter(pl.col("parts").list.len() > 1))
            if not torn.height:
                continue
            tests = torn.filter(pl.col("tests"))
            severity: Literal["stop", "warning"] = "stop" if tests.height else "warning"
            shown = tests if tests.height else torn
            count = shown[column].n_unique()
            files = shown["files"].explode().unique(maintain_order=True).to_list()
            between = "the test part and another" if tests.height else "training and validation"
            yield self.finding(
                severity, f"{count} {what} lie on two sides: {between}.",
                detail=f"Files: {some(files, 4)}.", files=tuple(files[:50]),
                why="The model has seen the answer: scores on such images say nothing about new patients.",
                do="Split by patient (split: {kind: kfold}), or remove the copies from one side.")
