"""Do the study's own numbers contradict each other?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.discipline import RunEvidence, RunRule, run_rules
from bogam.audit.family import Finding
from bogam.page.text import many

DIGITS = 3
"""As the report prints a metric; the referee takes the true value for anything that rounds to it."""


@run_rules.register
class ImpossibleNumbers(RunRule):
    """The referee reads the study's own table as a paper's: an IoU above Dice, an accuracy that no count gives.

    Only what cannot be true is told. Numbers that bogam computed and nobody touched never contradict each other.
    """

    kind: Literal["impossible-numbers"] = "impossible-numbers"

    def check(self, evidence: RunEvidence) -> Iterable[Finding]:
        """Yield a stop for each kind of contradiction, with the cells and their numbers."""
        from bogam.audit.referee.run import referee_table, together
        impossible = [o for o in referee_table(rows_of(evidence), classes=evidence.classes)
                      if o.severity == "impossible"]
        for group in together(impossible):
            first = group[0]
            yield self.finding(
                "stop", f"The results contradict each other in {many(len(group), 'place')}: {first.title}.",
                detail=f"By the referee's check {first.check}, {first.where}: {first.numbers}",
                files=[f"{o.where}: {o.numbers}" for o in group],
                why=f"{first.why} So some number of the report is not what the runs gave.",
                do="Were predictions or tables changed after the run? Run these cells again; if it stays, report it as "
                   "a fault of bogam.")


def rows_of(evidence: RunEvidence) -> list[dict[str, str]]:
    """Return the table of all metrics of each trained cell as text, with what each row is averaged over."""
    from bogam.audit.referee.names import METRICS
    rows = []
    for cell, scores in evidence.scores.items():
        runs = [run for run in evidence.finished if run.cell == cell]
        folds = {(run.repeat, run.fold) for run in runs}
        row = {"cell": cell, "folds": str(max(1, len(folds))), "seeds": str(max(1, len({run.seed for run in runs})))}
        row |= {name: f"{value:.{DIGITS}f}" for name, value in scores.items() if name in METRICS}
        if evidence.classes is not None and len(folds) == 1:
            row["images"] = str(len(evidence.part(runs[0], "test")))
        rows.append(row)
    return rows
