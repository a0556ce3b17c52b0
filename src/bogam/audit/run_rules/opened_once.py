"""How often was a test part opened, and under how many recipes?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from bogam.audit.discipline import RunEvidence, RunRule, run_rules
from bogam.audit.family import Finding
from bogam.page.text import many


@run_rules.register
class OpenedOnce(RunRule):
    """Each opening of a test part is logged with its time and the digest of the study's recipe."""

    kind: Literal["opened-once"] = "opened-once"

    def check(self, evidence: RunEvidence) -> Iterable[Finding]:
        """Yield a warning with the count where a test part was opened under more than one recipe.

        The cells, folds and seeds of one recipe are one opening: what they compare was fixed before. A warning too
        where finished runs left no line in the log.
        """
        of: dict[str, list[Mapping[str, Any]]] = {}
        for line in evidence.openings:
            of.setdefault(str(line["test"]), []).append(line)
        recipes = {test: list(dict.fromkeys(str(line["recipe"]) for line in lines)) for test, lines in of.items()}
        most = max((len(found) for found in recipes.values()), default=0)
        if most > 1:
            again = sum(len(found) > 1 for found in recipes.values())
            first: dict[str, str] = {}
            for line in sorted(evidence.openings, key=lambda line: str(line["time"])):
                first.setdefault(str(line["recipe"]), str(line["time"]))
            yield self.finding(
                "warning", f"The test part was opened under {most} recipes.",
                detail=f"{many(again, 'test part')} of {len(of)} opened more than once; first with recipe " +
                       ", ".join(f"{recipe[:8]} at {time}" for recipe, time in first.items()) + ".",
                why="What was changed after the first look was chosen in knowledge of the test scores, so the later "
                    "scores are too good, and the intervals do not know it.",
                worth=_worth(most, evidence.tested),
                do="Report the count; confirm the last recipe on data that were never looked at (bogam evaluate).")
        seen = {str(line["run"]) for line in evidence.openings}
        silent = [run.name for run in evidence.finished if run.name not in seen]
        if silent:
            yield self.finding(
                "warning", f"{many(len(silent), 'run')} opened a test part and left no line in the log.", files=silent,
                why="How often the test part was looked at is then not known.",
                do="Keep test_openings.jsonl with the study; runs of earlier versions wrote none.")


def _worth(recipes: int, images: int) -> str:
    """Return how much the best of equally good recipes looks better by chance, in points.

    The mean of n values between 0 and 1 is sub-Gaussian with parameter 1 / (2 sqrt(n)) (Hoeffding), so the expected
    best of k such means lies at most sqrt(2 ln k) of these above their common value.
    """
    if not images:
        return ""
    points = 100 * math.sqrt(2 * math.log(recipes)) / (2 * math.sqrt(images))
    return (f"Of {recipes} equally good recipes, the best looks better by chance by up to {points:.1f} points of a "
            f"mean over {images:,} independent test images, in expectation.")
