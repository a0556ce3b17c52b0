"""The same configuration in two tables, with two values."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Literal

from bogam.audit.referee.family import Check, Objection, Submission, checks
from bogam.audit.referee.names import title
from bogam.audit.referee.printed import Printed
from bogam.audit.referee.results import Row


@checks.register
class PrintedTwice(Check):
    """One configuration that two tables print with values that do not round to each other."""

    kind: Literal["printed-twice"] = "printed-twice"
    title = "One configuration, two values"
    why = ("If both tables show the same run, the shorter number is the longer one rounded. If they show two runs, "
           "their difference is the noise of training, and differences of that size in the tables mean nothing.")
    ask = "Is it the same run? If not, how far do runs differ?"

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield pairs of rows with equal factors of which a printed value cannot be the other's rounding."""
        same: dict[object, list[Row]] = {}
        for row in given.results.rows:
            same.setdefault((row.configuration, row.run), []).append(row)
        for rows in same.values():
            for first, second in combinations(rows, 2):
                if not first.configuration:
                    continue
                differ = [f"{title(m)} {first.values[m]} and {second.values[m]}"
                          for m in first.values if m in second.values and not agree(first.values[m], second.values[m])]
                if differ:
                    yield self.object_to("suspicious", [first, second], f"{'; '.join(differ)}.")


def agree(first: Printed, second: Printed) -> bool:
    """Return whether two printed numbers can be of one value.

    Example:
        >>> from bogam.audit.referee.printed import parse_number
        >>> agree(parse_number(".76"), parse_number(".764")), agree(parse_number(".77"), parse_number(".764"))
        (True, False)
    """
    return first.low <= second.high and second.low <= first.high
