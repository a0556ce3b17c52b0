"""What a check of the referee is: it reads printed numbers, and returns objections. One file per check in `checks/`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal

from bogam.audit.referee.claims import Claim
from bogam.audit.referee.counts import Counts
from bogam.audit.referee.results import ONE_RUN, TWO_CLASSES, Results, Row
from bogam.core.registry import Family, Part

Severity = Literal["impossible", "suspicious", "remark"]
SEVERITIES: tuple[Severity, ...] = ("impossible", "suspicious", "remark")


@dataclass(frozen=True)
class Objection:
    """One thing that the referee would ask about.

    Args:
        check: name of the check.
        severity: "impossible": the printed numbers cannot all be true; "suspicious": they can, but hardly by
            themselves; "remark": something a reader needs is missing, or the words say more than the numbers.
        title: what the objection is, without numbers; the same for all objections of one kind.
        where: the rows, counts or claims concerned.
        numbers: the numbers, in one or two sentences.
        why: why it matters, or why it cannot be.
        ask: what to ask the authors.
        lines: of the file.
        about: tells two objections of one check on the same lines apart.
    """

    check: str
    severity: Severity
    title: str
    where: str
    numbers: str
    why: str = ""
    ask: str = ""
    lines: tuple[int, ...] = ()
    about: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return a plain mapping."""
        return {**asdict(self), "lines": list(self.lines)}

    @property
    def key(self) -> tuple[str, tuple[int, ...], str]:
        """Return what makes it the same objection under another reading of the digits."""
        return self.check, self.lines, self.about


@dataclass(frozen=True)
class Submission:
    """What the referee is given.

    Args:
        results: the table.
        counts: stated counts and what they should add to; None: not given.
        claims: stated gains and winners.
    """

    results: Results
    counts: Counts | None = None
    claims: tuple[Claim, ...] = field(default=())


class Check(Part):
    """A check of the referee."""

    title: ClassVar[str] = ""
    why: ClassVar[str] = ""
    ask: ClassVar[str] = ""

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield the objections."""
        raise NotImplementedError

    def object_to(self, severity: Severity, rows: Sequence[Row], numbers: str, about: str = "", *,
                  title: str = "") -> Objection:
        """Return an objection to some rows that bears the check's name, its reason and its question."""
        where = " | ".join(row.name for row in rows) if len(rows) <= 2 else f"{len(rows)} rows"
        return Objection(self.kind, severity, title or self.title, where, numbers, self.why, self.ask,
                         tuple(row.line for row in rows), about)


def by_assumptions(assumed: Sequence[str]) -> tuple[Severity, str]:
    """Return how grave a contradiction is that rests on assumptions, and the words that name them.

    Nothing assumed: impossible. What rests on something that nobody has stated is a remark: no table is accused of what
    somebody else assumed.

    Example:
        >>> by_assumptions(())
        ('impossible', '')
        >>> by_assumptions(("two classes",))[0]
        'remark'
    """
    if not assumed:
        return "impossible", ""
    says = {ONE_RUN: "--averaged no", TWO_CLASSES: "--classes 2"}
    return "remark", (f" It cannot be if the table is of {' and '.join(assumed)}, which it does not say; if you know "
                      f"that, say {' '.join(says[word] for word in assumed)}.")


checks: Family[Check] = Family("check of the referee", "bogam.audit.referee.checks", Check)
