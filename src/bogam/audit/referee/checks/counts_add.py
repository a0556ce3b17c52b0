"""Do the stated counts add to their totals, and count the same things?"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

from bogam.audit.referee.counts import Count, Counts, Formula
from bogam.audit.referee.family import Check, Objection, Severity, Submission, checks

BROKEN: dict[str, Severity] = {"equals": "impossible", "expected": "suspicious", "at_most": "impossible"}


@checks.register
class CountsAdd(Check):
    """Counts that break their formula, and formulas that hold only because masks or crops were counted as images."""

    kind: Literal["counts-add"] = "counts-add"
    title = "Counts that do not add"
    why = "A count that its own parts do not give shows that some files were counted twice, dropped, or never there."
    ask = "What exactly was counted, file by file, and what was left out?"

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield every formula that does not hold, and every one that holds between different units."""
        if given.counts is None:
            return
        for held in given.counts.counts.values():
            for relation, formula in held.formulas:
                found = self._one(held, relation, formula, given.counts)
                if found is not None:
                    yield found

    def _one(self, held: Count, relation: str, formula: Formula, counts: Counts) -> Objection | None:
        numbers = counts.numbers
        value = formula.value(numbers)
        name = f"{held.name} {held.count:,}"
        if formula.open:
            if value and held.count % value == 0:
                return None
            times = Fraction(held.count, value) if value else Fraction(0)
            words = f"{name} / {value:,} ({formula.text}) = {float(times):.4f}, which is no whole number of copies; " \
                f"{round(times)} of each are {round(times) * value:,}." if value else f"{name} copies of nothing."
            return self._object(BROKEN[relation], held, formula, words, "Copies that are no whole number")
        worked = formula.worked(numbers)
        if relation == "at_most":
            there = f"there are only {value:,}" if value else "there are none"
            return None if held.count <= value else self._object(
                "impossible", held, formula, f"{name}, but {there} ({formula.text}"
                f"{'' if worked == f'{value:,}' else f': {worked}'}).", "More than there are")
        if held.count != value:
            words = f"{name}, but {formula.text} is {worked}: a difference of {abs(held.count - value):,}."
            return self._object(BROKEN[relation], held, formula, words)
        units = [counts.counts[part].unit for part in formula.names]
        mixed = {unit for unit in [held.unit, *units] if unit}
        if len(mixed) > 1 and all(
                sign > 0 and factor == 1 and len(names) == 1 for sign, factor, names in formula.terms):
            parts = [counts.counts[part] for part in formula.names]
            said = " + ".join(f"{part.count:,} {part.unit or part.name}" for part in parts)
            others = " and ".join(sorted(mixed - {held.unit}))
            words = f"{name} {held.unit} = {said}: {others} were counted as {held.unit or 'the same thing'}."
            return self._object("suspicious", held, formula, words, "Different things counted as one")
        return None

    def _object(self, severity: Severity, held: Count, formula: Formula, numbers: str, title: str = "") -> Objection:
        where = held.name + (f" ({held.source})" if held.source else "")
        title = title or self.title
        return Objection(self.kind, severity, title, where, numbers, self.why, self.ask, (held.line,),
                         f"{title}: {formula.text}")
