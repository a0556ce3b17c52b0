"""Does a patient, or one picture, lie on two sides of the split?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import polars as pl

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.audit.sides import sides_of
from bogam.page.text import many


@rules.register
class GroupsAcrossSplit(Rule):
    """A group on two sides of a split lets the model answer from memory."""

    kind: Literal["groups-across-split"] = "groups-across-split"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a stop for each kind of group that lies in the test part and another; a warning for other parts.

        Looked at are the folds, or before a split the parts that the data set gives. Similar (not identical) pictures
        on two sides are a warning, where patients are unknown: they may merely look alike.
        """
        manifest = evidence.manifest
        sides = sides_of(manifest)
        for column, one, several in (("patient", "patient", "patients"), ("study", "study", "studies"),
                                     ("lesion", "lesion", "lesions"),
                                     ("pixels_sha256", "identical picture", "identical pictures")):
            known = sides.filter(pl.col(column).is_not_null())
            torn = (known.group_by("repeat", "fold", column, maintain_order=True)
                    .agg(pl.col("part").unique().sort().alias("parts"), pl.col("image").alias("files"),
                         pl.col("id").alias("ids"),
                         (pl.col("part") == "test").any().alias("tests"))
                    .filter(pl.col("parts").list.len() > 1))
            if not torn.height:
                continue
            tests = torn.filter(pl.col("tests"))
            severity: Literal["stop", "warning"] = "stop" if tests.height else "warning"
            shown = tests if tests.height else torn
            count = shown[column].n_unique()
            files = shown["files"].explode().unique(maintain_order=True).to_list()
            pairs = {(ids[0], other): (ids[0], other, f"{one}, two sides") for ids in shown["ids"].to_list()
                     for other in ids[1:]}
            between = "the test part and another" if tests.height else "training and validation"
            yield self.finding(
                severity, f"{many(count, one + ' lies', several + ' lie')} on two sides: {between}.", files=files,
                pairs=pairs.values(),
                why="The model has seen the answer: scores on such images say nothing about new patients."
                    if tests.height else "Epoch and threshold are then chosen on images whose answer was seen.",
                do="Let bogam split (split: {kind: kfold}), which keeps them together, or remove them from one side.")
        yield from self._similar(evidence, sides)

    def _similar(self, evidence: Evidence, sides: pl.DataFrame) -> Iterable[Finding]:
        if evidence.near is None or evidence.manifest.patient == "given":
            return
        parts: dict[str, dict[tuple[int, int], str]] = {}
        for name, repeat, fold, part in sides.select("id", "repeat", "fold", "part").rows():
            parts.setdefault(name, {})[repeat, fold] = part
        known = dict(sides.select("id", "image").rows())
        pixels = dict(sides.select("id", "pixels_sha256").rows())
        torn = [f"{known[a]} ~ {known[b]}, r = {r:.3f}" for a, b, r in evidence.near.pairs
                if a in parts and b in parts and (pixels[a] is None or pixels[a] != pixels[b])
                and any(parts[b].get(fold, part) != part for fold, part in parts[a].items())]
        words = ("pair of similar pictures lies", "pairs of similar pictures lie")
        if torn:
            yield self.finding(
                "warning", f"{many(len(torn), *words)} on two sides.", files=torn,
                why="They may be images of one lesion or patient: then scores are too good. Or they merely look "
                    "alike.",
                do="Look at some; split: {kind: kfold} keeps similar pictures together where patients are unknown.")
