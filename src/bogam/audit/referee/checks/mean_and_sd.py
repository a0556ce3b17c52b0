"""How far can values in 0 to 1 with a given mean be spread?"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

from bogam.audit.referee.family import Check, Objection, Submission, checks
from bogam.audit.referee.names import limits, title
from bogam.audit.referee.printed import decimal


@checks.register
class MeanAndSd(Check):
    """A standard deviation larger than values in 0 to 1 with that mean can have, or a negative one."""

    kind: Literal["mean-and-sd"] = "mean-and-sd"
    title = "A standard deviation that no values have"
    why = ("Values in 0 to 1 with mean m have a variance of at most m (1 - m), reached by zeros and ones alone; n "
           "values, divided by n - 1, at most n / (n - 1) times that.")
    ask = "Is it a standard deviation, in the same scale, and of how many values?"

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield rows whose standard deviation exceeds the largest possible; n is taken as 2 where it is not told."""
        for row in given.results.rows:
            for metric, sd in row.sds.items():
                mean = row.values.get(metric)
                if sd.high < 0:
                    yield self.object_to("impossible", [row], f"{title(metric)}: a standard deviation of {sd}.", metric)
                if mean is None or limits(metric) != (0.0, 1.0):
                    continue
                low, high = max(0.0, float(mean.low)), min(1.0, float(mean.high))
                if low > high:
                    continue
                middle = min(max(0.5, low), high)
                number = row.runs if row.runs and row.runs > 1 else 2
                most = math.sqrt(middle * (1 - middle) * number / (number - 1))
                if float(sd.low) > most + 1e-9:
                    words = (f"{title(metric)} {mean} with a standard deviation of {sd}: at most {decimal(most, 3)} is "
                             f"possible (for {number} values, less for more).")
                    yield self.object_to("impossible", [row], words, metric)
