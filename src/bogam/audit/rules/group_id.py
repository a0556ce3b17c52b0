"""Is there a patient id, is it declared absent, or does it hide in the file names?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

import polars as pl

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.data.layouts.patients import apparent_groups, match_patients
from bogam.page.text import many


@rules.register
class GroupId(Rule):
    """Images of one patient on two sides of a split make every score too good."""

    kind: Literal["group-id"] = "group-id"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a note where patients are known, a warning where they are not."""
        manifest = evidence.manifest
        if manifest.patient == "given":
            count = manifest.images["patient"].n_unique()
            yield self.finding("note", f"{many(len(manifest), 'image')} of {many(count, 'patient')}.")
            unknown = manifest.images.filter(pl.col("patient").str.starts_with("unknown-"))
            if unknown.height:
                parts = Counter(p for p in unknown["part"].to_list() if p)
                where = f" ({', '.join(f'{n} of the given {p} part' for p, n in parts.items())})" if parts else ""
                yield self.finding(
                    "warning", f"{many(unknown.height, 'image')} without a patient id{where}; each counts as a patient "
                               "of its own.", files=unknown["image"].to_list(),
                    why="If two of them show one person, they may lie on two sides of the split.",
                    do="Add the ids, or leave these images out with data.include.")
            return
        names = [str(i) for i in manifest.images["image"].to_list()]
        apparent = apparent_groups(names)
        if apparent:
            parts_of: dict[str, set[str]] = {}
            for found, part in zip(match_patients(apparent, names), manifest.images["part"].to_list(), strict=True):
                if found:
                    parts_of.setdefault(found, set()).update({part} if part else ())
            torn = sum(len(parts) > 1 for parts in parts_of.values())
            yield self.finding(
                "warning", f"Patients are not declared, but the file names seem to hold {len(parts_of):,} ids.",
                detail=f"Pattern: {apparent}, such as {', '.join(list(parts_of)[:3])}." + (
                    f" By it, {torn} of them lie on two sides of the parts that the data set gives." if torn else ""),
                why="Images of one patient on two sides of a split make every score too good.",
                do=f"Set data.patient to '{apparent}' in the recipe, or to 'absent' if the id is something else.")
        else:
            yield self.finding(
                "warning", "Patients unknown: scores may be optimistic.",
                why="Several images of one patient may lie on two sides of the split; only pictures that look alike "
                    "are kept together.",
                do="Give data.patient (a column or a pattern over file names) if the ids exist anywhere.")
