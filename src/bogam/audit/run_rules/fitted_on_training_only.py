"""Were statistics fitted on training images alone?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.discipline import RunEvidence, RunRule, digest_of, run_rules
from bogam.audit.family import Finding
from bogam.page.text import many


@run_rules.register
class FittedOnTrainingOnly(RunRule):
    """Normalization, class weights and the like are fitted on the training part of the fold."""

    kind: Literal["fitted-on-training-only"] = "fitted-on-training-only"

    def check(self, evidence: RunEvidence) -> Iterable[Finding]:
        """Yield a stop for runs whose fitted statistics saw other images than their training part.

        A warning for runs that fitted something and keep no record of the images.
        """
        runs = [run for run in evidence.finished if run.facts.get("fitted") or run.facts.get("fitted_on")]
        wrong = [run for run in runs if (on := run.facts.get("fitted_on")) and evidence.folds.height
                 and on["ids"] != digest_of(evidence.part(run, "train"))]
        if wrong:
            more = [run for run in wrong if run.facts["fitted_on"]["images"] > len(evidence.part(run, "train"))]
            names = ", ".join(sorted({str(name) for run in wrong for name in run.facts.get("fitted") or ()}))
            yield self.finding(
                "stop", f"{many(len(wrong), 'run')} of {len(runs)} fitted {names or 'statistics'} on other images than "
                        "their training part.",
                detail=f"{many(len(more), 'run')} fitted on more images than train." if more else "",
                files=[run.name for run in wrong],
                why="Levels of the test images then entered the network: a small leak, and one that hides a shift "
                    "between training and test images.",
                do="Fit after the split, on the training part of each fold; run again.")
        silent = [run.name for run in runs if not run.facts.get("fitted_on")]
        if silent:
            yield self.finding(
                "warning", f"{many(len(silent), 'run')} of {len(runs)} keep no record of the images on which "
                           "statistics were fitted.", files=silent,
                why="Then nobody can tell whether test images had a say.", do="Run them again with this version.")
