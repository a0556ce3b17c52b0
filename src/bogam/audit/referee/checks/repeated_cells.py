"""Do two different cells print the same values in every metric?"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, product
from typing import Literal

from bogam.audit.referee.family import Check, Objection, Severity, Submission, checks
from bogam.audit.referee.names import title
from bogam.audit.referee.repeats import Fitted, at_least, chance_alike, expected_within, fine_metrics, fit
from bogam.audit.referee.results import Results, Row

RARE = 0.01
"""Repeats that chance gives more rarely than this are suspicious; others are told, with their chance."""


@checks.register
class RepeatedCells(Check):
    """Different cells with identical values in two metrics or more, printed to three digits or more."""

    kind: Literal["repeated-cells"] = "repeated-cells"
    title = "Different cells, identical values"
    why = ("Two trainings hardly agree to three digits in several metrics. Where they do, a row may have been copied, "
           "or the choice that tells the cells apart may not have reached the code.")
    ask = "Are these two runs? Please give their predictions or logs."

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield all repeats as one objection: suspicious below a chance of 1 %, else a remark."""
        pairs, expected = repeats(given.results)
        if not pairs:
            return
        clusters = extra_rows(pairs)
        chance = at_least(clusters, expected)
        severity: Severity = "suspicious" if chance < RARE else "remark"
        told = "; ".join(f"{first.name} = {second.name} ({values_words(first, second)})" for first, second in pairs[:8])
        more = f"; and {len(pairs) - 8} more" if len(pairs) > 8 else ""
        words = (f"{told}{more}. By chance {expected:.2g} such repeats are expected in these tables; {clusters} or "
                 f"more have a probability of {chance:.2g}.")
        yield self.object_to(severity, _rows(pairs), words, "repeats")


def _rows(pairs: list[tuple[Row, Row]]) -> list[Row]:
    found: dict[int, Row] = {}
    for pair in pairs:
        for row in pair:
            found[row.line] = row
    return list(found.values())


def repeats(results: Results) -> tuple[list[tuple[Row, Row]], float]:
    """Return the pairs of different cells that print alike in two fine metrics or more, and how many chance gives."""
    models: dict[tuple[str, ...], list[list[Fitted]]] = {}
    for group in results.printed_together():
        for metrics in dict.fromkeys(fine_metrics(row) for row in group):
            rows = [row for row in group if fine_metrics(row) == metrics]
            if len(metrics) >= 2 and len(rows) >= 3:
                models.setdefault(metrics, []).append(fit(rows, metrics))
    pairs, expected = [], 0.0
    for tables in models.values():
        expected += sum(expected_within(table) for table in tables)
        for one, other in combinations(tables, 2):
            expected += sum(chance_alike(first, second) for first, second in product(one, other))
        everything = [fitted.row for table in tables for fitted in table]
        pairs += [(first, second) for first, second in combinations(everything, 2)
                  if first.configuration != second.configuration and alike(first, second)]
    return pairs, expected


def alike(first: Row, second: Row) -> bool:
    """Return whether two rows print every metric that both have alike, also those that are printed coarsely."""
    return all(first.values[m].value == second.values[m].value for m in first.values if m in second.values)


def extra_rows(pairs: list[tuple[Row, Row]]) -> int:
    """Return how many rows repeat an earlier one: three alike are two repeats."""
    leader: dict[int, int] = {}

    def first_of(line: int) -> int:
        while leader.get(line, line) != line:
            line = leader[line]
        return line

    for first, second in pairs:
        a, b = sorted((first_of(first.line), first_of(second.line)))
        leader.setdefault(a, a)
        leader[b] = a
    return sum(line != lead for line, lead in leader.items())


def values_words(first: Row, second: Row) -> str:
    """Return the values that two rows share."""
    return ", ".join(f"{title(m)} {shown}" for m, shown in first.values.items() if m in second.values)
