"""Run every rule of the audit, and stop where one says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bogam.audit.family import Evidence, Finding, rules
from bogam.core.errors import AuditStop, UserError, near_miss

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


def audit(evidence: Evidence) -> Audit:
    """Run every rule. Each is a file of `audit/rules/`."""
    found = [finding for kind in rules.names() for finding in rules.get(kind)().check(evidence)]
    return Audit(tuple(sorted(found, key=lambda f: (ORDER[f.severity], f.rule, f.title))))


def refuse(result: Audit, accepted: Mapping[str, str]) -> list[dict[str, str]]:
    """Raise AuditStop for a stop-level finding that the recipe does not accept with a reason.

    Args:
        result: of `audit`.
        accepted: rule to reason, from the recipe.

    Returns:
        What was accepted: rule, title and reason, for the top of the report.
    """
    known = rules.names()
    for rule, reason in accepted.items():
        if rule not in known:
            raise UserError(f"audit.accept: got the rule '{rule}', which does not exist. {near_miss(rule, known)}")
        if len(reason.strip()) < 10:
            raise UserError(f"audit.accept.{rule}: got the reason {reason!r}, expected a sentence that a reader of the "
                            "report can judge.")
    stops = [f for f in result.findings if f.severity == "stop"]
    refused = [f for f in stops if f.rule not in accepted]
    if refused:
        lines = [f"{f.rule}: {f.title}\n    {f.detail}\n    Why: {f.why}\n    Do: {f.do}" for f in refused]
        raise AuditStop("The audit says stop.\n  " + "\n  ".join(lines) + "\n  To go on all the same, give the reason "
                        "in the recipe: audit: {accept: {" + refused[0].rule + ": 'your reason'}}. "
                        "It will stand at the top of the report.")
    return [{"rule": f.rule, "title": f.title, "reason": accepted[f.rule]} for f in stops]

