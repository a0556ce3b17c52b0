"""An accuracy below what naming the commoner class gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.referee.family import Check, Objection, Submission, checks
from bogam.audit.referee.matrix import sizes
from bogam.audit.referee.printed import decimal
from bogam.audit.referee.results import Row


@checks.register
class MajorityClass(Check):
    """An accuracy below the share of the commoner class."""

    kind: Literal["majority-class"] = "majority-class"
    title = "Accuracy below that of naming the commoner class"
    why = "Whoever always names the commoner class, without looking, is right more often."
    ask = "What do the baselines that look at nothing get on the same cases?"

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield rows whose accuracy lies below the share of the commoner class, where that share is printed."""
        for row in given.results.rows:
            share, shown = commoner(row), row.values.get("accuracy")
            if share is not None and shown is not None and shown.high < share:
                words = f"Accuracy {shown}; the commoner class has {decimal(share, 3)} of the cases."
                yield self.object_to("remark", [row], words)


def commoner(row: Row) -> float | None:
    """Return the least share that the commoner of two classes can have; None where it is not printed.

    Example:
        >>> commoner(Row(2, "", {}, {}, counts={"n": 50, "positives": 20}))
        0.6
    """
    n, positives, _ = sizes(row)
    if n and positives is not None:
        return max(positives, n - positives) / n
    shown = row.values.get("prevalence")
    return None if shown is None else float(max(shown.low, 1 - shown.high))
