"""Do two different cells have the very same results?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.discipline import RunEvidence, RunRule, run_rules
from bogam.audit.family import Finding
from bogam.page.text import many

DIGITS = 3
FEWEST = 2
"""Metrics that must agree; one alone may agree by chance."""


@run_rules.register
class RepeatedCells(RunRule):
    """Two cells whose metrics agree to three digits were probably one: a choice that did nothing, or a slip."""

    kind: Literal["repeated-cells"] = "repeated-cells"

    def check(self, evidence: RunEvidence) -> Iterable[Finding]:
        """Yield a warning for each set of cells whose metrics are all the same to three digits.

        Metrics that are 0 or 1 in every cell say nothing and are left out; two others at least must agree.
        """
        rounded = {cell: {name: round(value, DIGITS) for name, value in scores.items()}
                   for cell, scores in evidence.scores.items()}
        trivial = {name for scores in rounded.values() for name in scores
                   if all(other.get(name) in (0.0, 1.0, None) for other in rounded.values())}
        same: dict[tuple[tuple[str, float], ...], list[str]] = {}
        for cell, scores in rounded.items():
            told = tuple(sorted((name, value) for name, value in scores.items() if name not in trivial))
            if len(told) >= FEWEST:
                same.setdefault(told, []).append(cell)
        for told, cells in same.items():
            if len(cells) > 1:
                numbers = ", ".join(f"{name} {value:.{DIGITS}f}" for name, value in told[:4])
                yield self.finding(
                    "warning", f"{many(len(cells), 'cell')} have the same results to {DIGITS} digits: {numbers}.",
                    files=cells, why="Different choices hardly ever give the same numbers: a setting may have had no "
                                     "effect, or one result was entered twice.",
                    do="Compare their recipes and their predictions.")
