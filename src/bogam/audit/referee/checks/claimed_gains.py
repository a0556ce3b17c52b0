"""Are claimed gains those of one change, in points, and do they follow from the table?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.referee.claims import Claim
from bogam.audit.referee.family import Check, Objection, Severity, Submission, checks
from bogam.audit.referee.names import REPEATS, higher_is_better, title
from bogam.audit.referee.noise import noise_between
from bogam.audit.referee.printed import Printed
from bogam.audit.referee.results import Results, Row


@checks.register
class ClaimedGains(Check):
    """Gains that change several things at once, that the table does not give, or told in percent of a percentage."""

    kind: Literal["claimed-gains"] = "claimed-gains"
    title = "A gain that is not what it is called"
    why = ("A gain belongs to a choice only where nothing else changed. Told as percent of the old value it grows as "
           "the old value shrinks; points of the metric do not.")
    ask = "What is the gain in points where only this choice differs, with its interval?"

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield per claim: a number that the table does not give; cells that differ in several factors; no points."""
        for claim in given.claims:
            if claim.kind == "best" or claim.start is None:
                continue
            yield from self._number(claim, claim.start)
            changed = changed_factors(claim.start, claim.to)
            if len(changed) > 1:
                words = crossing_words(claim, claim.start, changed, given.results)
                yield self._object(claim, "suspicious", "A gain across cells", words, "cells")
            elif claim.kind == "relative" or (claim.kind == "gain" and _is_relative(claim, claim.start)):
                words = f"{gain_words(claim.start, claim.to, claim.metric)}. {_noise(claim, claim.start)}"
                yield self._object(claim, "remark", "A gain in percent of a percentage", words, "points")

    def _number(self, claim: Claim, start: Row) -> Iterable[Objection]:
        if claim.gain is None:
            return
        relative, points = spans(start, claim.to, claim.metric)
        in_relative, in_points = (meets(claim.gain, span) for span in (relative, points))
        right = {"relative": in_relative, "points": in_points, "gain": in_relative or in_points}[claim.kind]
        if right:
            return
        words = gain_words(start, claim.to, claim.metric)
        if in_relative or in_points:
            said = "percent of the old value, not points" if in_relative else "points, not percent of the old value"
            yield self._object(claim, "suspicious", "A gain that is not what it is called",
                               f"Claimed {claim.gain} {claim.kind}; {words}. The number is {said}.", "number")
        else:
            yield self._object(claim, "impossible", "A gain that the table does not give",
                               f"Claimed {claim.gain} ({claim.kind}); {words}.", "number")

    def _object(self, claim: Claim, severity: Severity, title: str, numbers: str, about: str) -> Objection:
        return Objection(self.kind, severity, title, claim.words, numbers, self.why, self.ask, (claim.line,), about)


def spans(start: Row, end: Row, metric: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the (low, high) of the gain in percent of the old value, and in points, that the printed values allow."""
    old, new = start.values[metric], end.values[metric]
    sign = 1 if higher_is_better(metric) else -1
    points = sorted(100 * sign * float(d) for d in (new.low - old.high, new.high - old.low))
    if old.low <= 0:
        return (float("-inf"), float("inf")), (points[0], points[1])
    relative = sorted(100 * sign * (float(r) - 1) for r in (new.low / old.high, new.high / old.low))
    return (relative[0], relative[1]), (points[0], points[1])


def meets(gain: Printed, span: tuple[float, float]) -> bool:
    """Return whether a printed gain can be a value of a span."""
    return float(gain.low) <= span[1] and float(gain.high) >= span[0]


def _is_relative(claim: Claim, start: Row) -> bool:
    relative, points = spans(start, claim.to, claim.metric)
    return claim.gain is not None and meets(claim.gain, relative) and not meets(claim.gain, points)


def changed_factors(start: Row, end: Row) -> list[str]:
    """Return the factors in which two rows differ."""
    names = dict.fromkeys([*start.factors, *end.factors])
    return [name for name in names if name not in REPEATS
            and start.factors.get(name, "").lower() != end.factors.get(name, "").lower()]


def gain_words(start: Row, end: Row, metric: str) -> str:
    """Return a gain in points, with the percent of the old value second."""
    old, new = start.values[metric], end.values[metric]
    sign = 1 if higher_is_better(metric) else -1
    points = 100 * sign * float(new.value - old.value)
    relative = f", {100 * sign * float(new.value / old.value - 1):.1f} % of the old value" if old.value > 0 else ""
    return f"{title(metric)} {old} -> {new} is {points:+.1f} points{relative}"


def crossing_words(claim: Claim, start: Row, changed: list[str], results: Results) -> str:
    """Return what changed at once, and the gain of each change alone as far as the table has its cells."""
    parts = [f"{name} ({start.factors.get(name) or 'none'} -> {claim.to.factors.get(name) or 'none'})"
             for name in changed]
    words = [f"{' and '.join(parts)} changed at once: {gain_words(start, claim.to, claim.metric)}."]
    for name in changed:
        alone = neighbor(claim.to, name, start.factors.get(name, ""), claim.metric, results)
        if alone is not None:
            words.append(f"{name.capitalize()} alone, all else as in the praised cell: "
                         f"{gain_words(alone, claim.to, claim.metric)}.")
            continue
        other = neighbor(start, name, claim.to.factors.get(name, ""), claim.metric, results)
        alone_words = "the table has no such cell" if other is None else \
            f"all else as in the old cell: {gain_words(start, other, claim.metric)}"
        words.append(f"{name.capitalize()} alone, {alone_words}.")
    return " ".join(words)


def neighbor(row: Row, factor: str, level: str, metric: str, results: Results) -> Row | None:
    """Return the row that differs from one in a single factor, of the same printed table if there is one."""
    wanted = {**row.factors, factor: level}
    found = [other for other in results.rows if metric in other.values and changed_factors(
        Row(0, "", wanted, {}), other) == []]
    return next((other for other in found if other.table == row.table), found[0] if found else None)


def _noise(claim: Claim, start: Row) -> str:
    noise = noise_between([claim.to], [start], claim.metric)
    words = noise.words[0].upper() + noise.words[1:]
    return f"It is within the noise: {noise.words}." if noise.within else f"{words}."
