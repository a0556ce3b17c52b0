"""Does a patient, a study or a lesion lie on two sides of the split?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

import polars as pl

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.audit.sides import places, sides, torn
from bogam.audit.worth import from_memory, keys_of
from bogam.page.text import many


@rules.register
class GroupsAcrossSplit(Rule):
    """A group on two sides of a split lets the model answer from memory."""

    kind: Literal["groups-across-split"] = "groups-across-split"
    needs_split: ClassVar[bool] = True

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a stop for each kind of group that lies in the test part and another; a warning for other parts.

        Looked at are the folds, or before a split the parts that the data set gives. Similar (not identical) pictures
        on two sides are a warning, where patients are unknown: they may merely look alike.
        """
        manifest = evidence.manifest
        rows, where = sides(manifest), places(manifest)
        for column, one, several in (("patient", "patient", "patients"), ("study", "study", "studies"),
                                     ("lesion", "lesion", "lesions")):
            known = rows.filter(pl.col(column).is_not_null())
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
            own = {name: (who,) for name, who in manifest.images.select("id", column).rows() if who is not None}
            files = shown["files"].explode().unique(maintain_order=True).to_list()
            between = "the test part and another" if tests.height else "training and validation"
            yield self.finding(
                severity, worth=from_memory(own, where, f"an image of the same {one}", bool(tests.height)),
                title=f"{many(count, one + ' lies', several + ' lie')} on two sides: {between}.", files=files,
                why="The model has seen the answer: scores on such images say nothing about new patients."
                    if tests.height else "Epoch and threshold are then chosen on images whose answer was seen.",
                do="Let bogam split (split: {kind: kfold}), which keeps them together, or remove them from one side.")
        yield from self._similar(evidence)

    def _similar(self, evidence: Evidence) -> Iterable[Finding]:
        if evidence.near is None or evidence.manifest.patient == "given":
            return
        known = dict(evidence.manifest.images.select("id", "image").rows())
        same = {frozenset(pair) for pair in evidence.same.joined()}
        same |= {frozenset((a, b)) for ids in evidence.same.identical for a in ids for b in ids}
        found = torn(((a, b, (a, b, r)) for a, b, r in evidence.near.pairs if frozenset((a, b)) not in same),
                     places(evidence.manifest))
        pairs = [*found.tests, *found.others]
        words = ("pair of similar pictures lies", "pairs of similar pictures lie")
        if pairs:
            yield self.finding(
                "warning", f"{many(len(pairs), *words)} on two sides.",
                files=[f"{known[a]} ~ {known[b]}, r = {r:.3f}" for a, b, r in pairs],
                pairs=[(a, b, f"correlation {r:.3f}") for a, b, r in pairs],
                worth=from_memory(keys_of((a, b) for a, b, _ in pairs), places(evidence.manifest), "a similar picture",
                                  bool(found.tests)),
                why="They may be images of one lesion or patient: then scores are too good. Or they merely look "
                    "alike.",
                do="Look at some; split: {kind: kfold} keeps similar pictures together where patients are unknown.")
