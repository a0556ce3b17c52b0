"""What holds for rates even when they are averages, over runs, folds or classes."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

from bogam.audit.referee.family import Check, Objection, Submission, by_assumptions, checks
from bogam.audit.referee.printed import Printed, decimal
from bogam.audit.referee.results import TWO_CLASSES, Row


@checks.register
class AveragedRates(Check):
    """F1 or accuracy outside what any average over runs or classes allows."""

    kind: Literal["averaged-rates"] = "averaged-rates"
    title = "Rates that do not fit, whatever they were averaged over"
    why = ("F1 is the harmonic mean of precision and sensitivity; this function bends downwards, so a mean F1 is at "
           "most its value at the means, and at least their sum less 1. Accuracy lies between sensitivity and "
           "specificity in every run, so its mean is at least their sum less 1 and at most their sum. Balanced "
           "accuracy of two classes is their mean.")
    ask = "Are the values of the same runs and classes, and averaged in the same way?"

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield rows whose F1, accuracy or balanced accuracy lies outside the bounds that hold for averages too."""
        for row in given.results.rows:
            yield from self._f1(row)
            if (row.classes or 2) == 2 and {"sensitivity", "specificity"} <= row.values.keys():
                yield from self._accuracy(row)

    def _f1(self, row: Row) -> Iterable[Objection]:
        if not {"f1", "precision", "sensitivity"} <= row.values.keys():
            return
        f1, precision, recall = (row.values[name] for name in ("f1", "precision", "sensitivity"))
        low = max(Fraction(0), precision.low + recall.low - 1)
        high = harmonic(min(Fraction(1), precision.high), min(Fraction(1), recall.high))
        if f1.low > high or f1.high < low:
            yield self.object_to("impossible", [row], f"F1 {f1} with precision {precision} and sensitivity {recall}: "
                                 f"between {decimal(low, 3)} and {decimal(high, 3)} is possible.", "f1")

    def _accuracy(self, row: Row) -> Iterable[Objection]:
        se, sp = row.values["sensitivity"], row.values["specificity"]
        severity, words = by_assumptions(() if row.two_classes else (TWO_CLASSES,))
        bounds = max(Fraction(0), se.low + sp.low - 1), min(Fraction(1), se.high + sp.high)
        for metric, (low, high) in (("accuracy", bounds),
                                    ("balanced_accuracy", ((se.low + sp.low) / 2, (se.high + sp.high) / 2))):
            shown: Printed | None = row.values.get(metric)
            if shown is not None and (shown.low > high or shown.high < low):
                name = metric.replace("_", " ").capitalize()
                yield self.object_to(severity, [row], f"{name} {shown} with sensitivity {se} and specificity {sp}: "
                                     f"between {decimal(low, 3)} and {decimal(high, 3)} is possible.{words}", metric)


def harmonic(first: Fraction, second: Fraction) -> Fraction:
    """Return the harmonic mean; 0 where both are 0.

    Example:
        >>> harmonic(Fraction(1), Fraction(1, 3))
        Fraction(1, 2)
    """
    return 2 * first * second / (first + second) if first + second else Fraction(0)
