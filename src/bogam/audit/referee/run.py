"""Run every check on a results table, its counts and its claims; weigh what would vanish if digits had been cut off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bogam.audit.referee.claims import read_claims
from bogam.audit.referee.counts import read_counts
from bogam.audit.referee.family import SEVERITIES, Objection, Submission, checks
from bogam.audit.referee.printed import Digits
from bogam.audit.referee.read import read_results, rows_from
from bogam.audit.referee.results import Averaged, Reading
from bogam.audit.referee.sheet import read_sheet

ALL_CUT = " It vanishes if all digits were cut off instead of rounded."
SOME_CUT = " It vanishes if digits were cut off in some places and rounded in others."

READINGS: tuple[Digits, Digits] = ("cut", "either")


@dataclass(frozen=True)
class Judgement:
    """What the referee says.

    Args:
        objections: gravest first.
        notes: how the table was read.
        rows: number of rows.
        submission: what was judged.
    """

    objections: tuple[Objection, ...]
    notes: tuple[str, ...]
    rows: int
    submission: Submission

    @property
    def verdict(self) -> str:
        """Return "impossible", "suspicious", "remarks" or "nothing found": the gravest objection."""
        worst = min((SEVERITIES.index(o.severity) for o in self.objections), default=3)
        return ("impossible", "suspicious", "remarks", "nothing found")[worst]

    def of(self, severity: str) -> list[Objection]:
        """Return the objections of one severity."""
        return [o for o in self.objections if o.severity == severity]


def referee(results: Path, counts: Path | None = None, claims: Path | None = None,
            reading: Reading | None = None) -> Judgement:
    """Check the files of a results table, its counts and its claims.

    Args:
        results: CSV, in wide form (one column per metric) or long form (columns metric and value).
        counts: CSV as `counts.py` describes.
        claims: CSV as `claims.py` describes.
        reading: what the table itself does not say.

    Raises:
        UserError: a file cannot be read; the message lists every fault.
    """
    reading = reading or Reading()
    table = read_results(read_sheet(results), reading)
    return judge(Submission(table, read_counts(read_sheet(counts)) if counts else None,
                            read_claims(read_sheet(claims), table, reading.columns) if claims else ()))


def referee_table(rows: Sequence[Mapping[str, Any]], *, averaged: Averaged = "unstated", classes: int | None = None,
                  columns: Mapping[str, str] | None = None) -> list[Objection]:
    """Check a table that is at hand, such as one of a study's own report.

    Args:
        rows: header to what is printed (text with its digits) each.
        averaged, classes, columns: as in `Reading`. Values are fractions, unless a header or cell says percent.

    Returns:
        The objections, gravest first; [] where there are none.

    Example:
        >>> [o.title for o in referee_table([{"network": "unet", "iou": "0.624", "dice": "0.411"}])]
        ['IoU above Dice']
    """
    reading = Reading(columns or {}, "fraction", averaged, classes)
    return list(judge(Submission(read_results(rows_from(rows), reading))).objections) if rows else []


def judge(given: Submission) -> Judgement:
    """Run every check. What vanishes where all digits were cut off, not rounded, is a remark; what vanishes only where
    some were cut off and some rounded weighs one step less."""
    found = _run(given)
    if any(o.severity != "remark" for o in found):
        cut, either = (_gravest(_run(replace(given, results=given.results.reread(digits))))
                       for digits in READINGS)
        found = [_weighed(objection, cut, either) for objection in found]
    order = {severity: k for k, severity in enumerate(SEVERITIES)}
    found.sort(key=lambda o: (order[o.severity], o.check, o.title, o.lines))
    return Judgement(tuple(found), given.results.notes, len(given.results.rows), given)


def _run(given: Submission) -> list[Objection]:
    return [objection for kind in checks.names() for objection in checks.parse(kind).check(given)]


Rank = int
"""Place in `SEVERITIES`; 3: not objected to."""


def _gravest(found: Sequence[Objection]) -> dict[object, Rank]:
    ranks: dict[object, Rank] = {}
    for objection in found:
        ranks[objection.key] = min(SEVERITIES.index(objection.severity), ranks.get(objection.key, 3))
    return ranks


def _weighed(objection: Objection, cut: Mapping[object, Rank], either: Mapping[object, Rank]) -> Objection:
    rank = SEVERITIES.index(objection.severity)
    if objection.severity == "remark" or either.get(objection.key, 3) <= rank:
        return objection
    if cut.get(objection.key, 3) > rank:
        return replace(objection, severity="remark", numbers=objection.numbers + ALL_CUT)
    return replace(objection, severity=SEVERITIES[rank + 1], numbers=objection.numbers + SOME_CUT)


def together(objections: Sequence[Objection]) -> list[list[Objection]]:
    """Return objections gathered by severity, check and title, for a short account."""
    groups: dict[tuple[str, str, str], list[Objection]] = {}
    for objection in objections:
        groups.setdefault((objection.severity, objection.check, objection.title), []).append(objection)
    return list(groups.values())
