"""Is every value one that its metric can have?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.referee.family import Check, Objection, Submission, checks
from bogam.audit.referee.names import limits, title


@checks.register
class ValuesInRange(Check):
    """A metric outside its range: a Dice above 1, a negative accuracy."""

    kind: Literal["values-in-range"] = "values-in-range"
    title = "A value that its metric cannot have"
    why = "The metric is defined on that range; no data give such a value."
    ask = "A slip of the pen, percent beside fractions, or another metric under this name?"

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield every value that lies outside its range by more than its rounding."""
        for row in given.results.rows:
            for metric, shown in row.values.items():
                low, high = limits(metric)
                if shown.high < low or (high != float("inf") and shown.low > high):
                    span = f"{low:g} or more" if high == float("inf") else f"{low:g} to {high:g}"
                    yield self.object_to("impossible", [row], f"{title(metric)} {shown} is outside {span}.", metric)
