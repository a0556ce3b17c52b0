"""Is there a patient id, is it declared absent, or does it hide in the file names?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import polars as pl

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.data.layouts.patients import apparent_groups


@rules.register
class GroupId(Rule):
    """Images of one patient on two sides of a split make every score too good."""

    kind: Literal["group-id"] = "group-id"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a note where patients are known, a warning where they are not."""
        manifest = evidence.manifest
        if manifest.patient == "given":
            count = manifest.images["patient"].n_unique()
            yield self.finding("note", f"{len(manifest)} images of {count} patients.")
            unknown = manifest.images.filter(pl.col("patient").str.starts_with("unknown-")).height
            if unknown:
                yield self.finding(
                    "warning", f"{unknown} images have no patient id; each counts as a patient of its own.",
                    why="If two of them show one person, they may lie on two sides of the split.",
                    do="Add the ids, or leave these images out with data.include.")
            return
        apparent = apparent_groups([str(i) for i in manifest.images["image"].to_list()])
        if apparent:
            yield self.finding(
                "warning", "Patients are not declared, but the file names seem to hold an id.",
                detail=f"Pattern: {apparent}",
                why="Images of one patient on two sides of a split make every score too good.",
                do=f"Set data.patient to '{apparent}' in the recipe, or to 'absent' if the id is something else.")
        else:
            yield self.finding(
                "warning", "Patients unknown: scores may be optimistic.",
                why="Several images of one patient may lie on two sides of the split; only pictures that look alike "
                    "are kept together.",
                do="Give data.patient (a column or a pattern over file names) if the ids exist anywhere.")
