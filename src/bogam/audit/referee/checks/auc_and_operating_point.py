"""One operating point bounds the area under the curve that runs through it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

from bogam.audit.referee.family import Check, Objection, Severity, Submission, by_assumptions, checks
from bogam.audit.referee.printed import decimal
from bogam.audit.referee.results import TWO_CLASSES


@checks.register
class AucAndOperatingPoint(Check):
    """An AUC that no curve through the printed sensitivity and specificity has."""

    kind: Literal["auc-and-operating-point"] = "auc-and-operating-point"
    title = "An AUC that no curve through the printed point has"
    why = ("An ROC curve never falls. Through a point with sensitivity s and specificity t it has at least the area s "
           "t below it (flat, then up) and at least (1 - s)(1 - t) above it. Means over runs keep within s + t - 1 "
           "and s + t.")
    ask = "Are AUC, sensitivity and specificity of the same scores, cases and threshold?"

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield rows whose AUC lies outside the bounds of its operating point, or of any average of such points."""
        for row in given.results.rows:
            if not {"auc", "sensitivity", "specificity"} <= row.values.keys() or (row.classes or 2) > 2:
                continue
            auc, se, sp = (row.values[name] for name in ("auc", "sensitivity", "specificity"))
            least = [max(Fraction(0), shown.low) for shown in (se, sp)]
            most = [min(Fraction(1), shown.high) for shown in (se, sp)]
            mean = max(Fraction(0), sum(least, Fraction(-1))), min(Fraction(1), sum(most, Fraction(0)))
            one = least[0] * least[1], 1 - (1 - most[0]) * (1 - most[1])
            severity: Severity
            if auc.high < mean[0] or auc.low > mean[1]:
                assumed = () if row.two_classes else (TWO_CLASSES,)
                (severity, words), bounds = by_assumptions(assumed), mean
            elif auc.high < one[0] or auc.low > one[1]:
                found = row.assumed()
                if found is None:
                    continue
                (severity, words), bounds = by_assumptions(found), one
            else:
                continue
            yield self.object_to(severity, [row], f"AUC {auc} with sensitivity {se} and specificity {sp}: between "
                                 f"{decimal(bounds[0], 3)} and {decimal(bounds[1], 3)} is possible.{words}")
