"""Run every rule of the audit, and stop where one says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bogam.audit import memory
from bogam.audit.family import Evidence, Finding, rules
from bogam.core.errors import AuditStop, UserError, near_miss, say

ORDER = {"stop": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class Audit:
    """The findings, worst first, and the verdict they make."""

    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """Return "stop", "warnings" or "clean"."""
        worst = min((ORDER[f.severity] for f in self.findings), default=2)
        return ("stop", "warnings", "clean")[worst]

    def plus(self, findings: Iterable[Finding]) -> Audit:
        """Return an audit with more findings, worst first."""
        return Audit(_sorted((*self.findings, *findings)))


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (ORDER[f.severity], f.rule, f.title)))


def audit(evidence: Evidence, cache: Path | None = None) -> Audit:
    """Run every rule. Each is a file of `audit/rules/`.

    Args:
        evidence: what the rules look at.
        cache: folder that remembers findings by the digest of the data and of the rules; None: nothing is kept.
    """
    place = None if cache is None else memory.place_of(evidence, cache)
    held = None if place is None else memory.recall(place)
    if held is not None:
        return Audit(held)
    found = [finding for kind in rules.names() for finding in rules.parse(kind).check(evidence)]
    result = Audit(_sorted(found))
    if place is not None:
        memory.keep(place, result.findings)
    return result


def check_accepted(accepted: Mapping[str, str]) -> None:
    """Raise UserError that lists every accepted rule that does not exist or that comes without a reason."""
    known = rules.names()
    faults = []
    for rule, reason in accepted.items():
        if rule not in known:
            faults.append(f"audit.accept: got the rule '{rule}', which does not exist. {near_miss(rule, known)}")
        elif len(reason.strip()) < 10:
            faults.append(say(f"audit.accept.{rule}", f"the reason {reason!r}",
                              "a sentence that a reader of the report can judge"))
    if faults:
        raise UserError("\n".join(faults))


def is_accepted(finding: Finding, accepted: Mapping[str, str]) -> bool:
    """Return whether a recipe accepts a finding: it names the rule, with a reason.

    A hard rule (`Rule.hard`) is accepted only where the reason states the number that the finding's title begins
    with, as in "37 augmented copies stay in the test part, for comparison": when the leak grows, it stops again.
    """
    reason = accepted.get(finding.rule)
    if reason is None:
        return False
    number = re.match(r"[\d,]+", finding.title)
    if finding.rule not in rules.names() or not rules.parse(finding.rule).hard or number is None:
        return True
    return number[0].replace(",", "") in re.findall(r"\d+", reason.replace(",", ""))


def refuse(result: Audit, accepted: Mapping[str, str]) -> list[dict[str, str]]:
    """Raise AuditStop for a stop-level finding that the recipe does not accept with a reason.

    Args:
        result: of `audit`.
        accepted: rule to reason, from the recipe.

    Returns:
        What was accepted: rule, title and reason, for the top of the report.
    """
    check_accepted(accepted)
    stops = [f for f in result.findings if f.severity == "stop"]
    refused = [f for f in stops if not is_accepted(f, accepted)]
    if refused:
        lines = ["The audit says stop."]
        for finding in refused:
            lines.append(f"  {finding.rule}: {finding.title}")
            lines += [f"    {head}{text}" for head, text in (
                ("", finding.detail), ("Files: ", finding.examples()), ("Why: ", finding.why),
                ("Worth: ", finding.worth), ("Do: ", finding.do)) if text]
        names = ", ".join(f"{rule}: 'your reason'" for rule in dict.fromkeys(f.rule for f in refused))
        lines.append(f"  To go on all the same, give the reason in the recipe: audit: {{accept: {{{names}}}}}. "
                     "It will stand at the top of the report.")
        if any(rules.parse(f.rule).hard for f in refused if f.rule in rules.names()):
            lines.append("  A reason for parents-across-split must state the number of images, so that it holds for "
                         "these and no more.")
        raise AuditStop("\n".join(lines))
    return [{"rule": f.rule, "title": f.title + (" SCORES ON THIS SPLIT ARE NOT SCORES ON UNSEEN IMAGES."
                                                 if f.rule in rules.names() and rules.parse(f.rule).hard else ""),
             "reason": accepted[f.rule]} for f in stops]
