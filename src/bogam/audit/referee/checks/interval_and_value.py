"""Does each interval hold its value, with its ends in order?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.referee.family import Check, Objection, Submission, checks
from bogam.audit.referee.names import title


@checks.register
class IntervalAndValue(Check):
    """An interval whose ends are in the wrong order, or that leaves out its own value."""

    kind: Literal["interval-and-value"] = "interval-and-value"
    title = "An interval that does not fit its value"
    why = "A confidence interval is drawn around its estimate. A bootstrap interval can leave it out, but rarely does."
    ask = "How was the interval made, and is it of this value?"

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield crossed ends (impossible) and values outside their interval (suspicious)."""
        for row in given.results.rows:
            for metric in row.values.keys() | row.lows.keys() | row.highs.keys():
                low, value, high = row.lows.get(metric), row.values.get(metric), row.highs.get(metric)
                if low and high and low.low > high.high:
                    words = f"{title(metric)}: the interval goes from {low} to {high}."
                    yield self.object_to("impossible", [row], words, metric)
                elif value and ((low and value.high < low.low) or (high and value.low > high.high)):
                    yield self.object_to("suspicious", [row], f"{title(metric)} {value} lies outside its interval, "
                                         f"{low or '?'} to {high or '?'}.", metric)
