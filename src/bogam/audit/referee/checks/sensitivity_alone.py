"""Sensitivity says nothing without what it cost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.referee.family import Check, Objection, Submission, checks
from bogam.audit.referee.results import names_of

COST = {"specificity", "false_positives_per_image", "false_positive_rate", "precision"}


@checks.register
class SensitivityAlone(Check):
    """Sensitivity without specificity, precision or false positives per image."""

    kind: Literal["sensitivity-alone"] = "sensitivity-alone"
    title = "Sensitivity without its price"
    why = "Whoever calls everything positive has a sensitivity of 1. A gain may have been paid with false alarms."
    ask = "What were the specificity, or the false positives per image, at the same threshold?"

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield one remark per printed table in which rows have a sensitivity and nothing that tells its price."""
        for group in given.results.printed_together():
            alone = [row for row in group if "sensitivity" in row.values and not COST & row.values.keys()
                     and not {"fp", "tn"} & row.counts.keys()]
            if alone:
                named = "; ".join(names_of(alone)[:3]) + ("; ..." if len(alone) > 3 else "")
                found = self.object_to("remark", alone[:1], f"{len(alone)} of {len(group)} rows: {named}.")
                yield found
