"""Rows tested on the same cases have the same share of positive ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.referee.family import Check, Objection, Submission, checks
from bogam.audit.referee.matrix import ON_ONE_SET, RATES, Range, possible, range_given, ranges_of
from bogam.audit.referee.printed import decimal
from bogam.audit.referee.results import Row


@checks.register
class OneTestSet(Check):
    """Rows of one test set whose rates need different shares of positive cases."""

    kind: Literal["one-test-set"] = "one-test-set"
    title = "Rows that cannot be of one test set"
    why = ("Sensitivity, specificity and accuracy (or precision) of a row fix the share of positive cases. Rows "
           "tested on the same cases must agree in it, else their comparison is one of test sets.")
    ask = "Was every row tested on the same cases?"

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield the pair of rows of one table and test set whose shares of positive cases lie furthest apart."""
        for group in given.results.printed_together():
            sets: dict[object, list[tuple[Row, Range]]] = {}
            for row in group:
                span = positive_share(row)
                if span is not None:
                    sets.setdefault(row.test_set, []).append((row, span))
            for members in sets.values():
                first = max(members, key=lambda member: member[1][0])
                last = min(members, key=lambda member: member[1][1])
                if first[1][0] > last[1][1] + 1e-6:
                    said = " and ".join(f"{row.name}: {decimal(span[0], 3)} to {decimal(span[1], 3)}"
                                        for row, span in (last, first))
                    words = (f"Share of positive cases by the printed rates: {said}. Assumed, since the table does not "
                             "say otherwise: the same cases.")
                    yield self.object_to("suspicious", [last[0], first[0]], words)


def positive_share(row: Row) -> Range | None:
    """Return the share of positive cases that a row's rates allow; None where they tell nothing, or contradict."""
    if row.averaged == "seeds" and row.two_classes:
        names: tuple[str, ...] = ON_ONE_SET
    elif row.assumed() == ():
        names = tuple(RATES)
    else:
        return None
    ranges = ranges_of(row, names)
    if len(ranges) < 3 or any(low > high for low, high in ranges.values()) or not possible(ranges):
        return None
    return range_given("prevalence", ranges)
