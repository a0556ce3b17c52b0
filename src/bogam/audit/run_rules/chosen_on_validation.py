"""Were epoch and threshold chosen on validation images, and on nothing else?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from bogam.audit.discipline import RunEvidence, RunRecord, RunRule, digest_of, run_rules
from bogam.audit.family import Finding
from bogam.page.text import many


@run_rules.register
class ChosenOnValidation(RunRule):
    """Epoch, early stopping and threshold come from the validation part, before the test part is opened."""

    kind: Literal["chosen-on-validation"] = "chosen-on-validation"

    def check(self, evidence: RunEvidence) -> Iterable[Finding]:
        """Yield a stop for runs that chose on other images than their validation part, or on ones that also test.

        A stop too for runs whose test part was opened before the choice, and for an epoch that the validation scores
        in the run's own log do not give. A warning for runs that keep no record of it.
        """
        runs = evidence.finished
        for why, wrong in (
                ("chose on other images than their validation part", [r for r in runs if _other(r, evidence)]),
                ("have images in their validation part that they also test", [r for r in runs if _shared(r, evidence)]),
                ("opened their test part before epoch and threshold were chosen", [r for r in runs if _early(r)]),
                ("kept another epoch than their validation scores choose", [r for r in runs if _epoch(r)])):
            if wrong:
                yield self.finding(
                    "stop", f"{many(len(wrong), 'run')} of {len(runs)} {why}.", files=[run.name for run in wrong],
                    worth=_worth(wrong),
                    why="What is chosen on test images is fitted to them: the score is too good, and cannot be "
                        "repeated on new ones.",
                    do="Run them again with this version; the test part is then only opened at the end.")
        silent = [run for run in runs if not run.facts.get("chosen_on")]
        if silent:
            yield self.finding(
                "warning", f"{many(len(silent), 'run')} of {len(runs)} keep no record of the images on which epoch and "
                           "threshold were chosen.", files=[run.name for run in silent],
                why="Then nobody can tell whether test images had a say.", do="Run them again with this version.")


def _other(run: RunRecord, evidence: RunEvidence) -> bool:
    chosen = run.facts.get("chosen_on") or {}
    return bool(chosen) and evidence.folds.height > 0 and chosen["ids"] != digest_of(evidence.part(run, "validation"))


def _shared(run: RunRecord, evidence: RunEvidence) -> bool:
    return bool(evidence.part(run, "validation") & evidence.part(run, "test"))


def _early(run: RunRecord) -> bool:
    chosen = (run.facts.get("chosen_on") or {}).get("time")
    opened = run.facts.get("test_opened")
    return chosen is not None and opened is not None and str(opened) < str(chosen)


def _epoch(run: RunRecord) -> bool:
    """Return whether the epoch that was kept is another than the log gives, by the recipe's own rule."""
    if "best_epoch" not in run.facts or not run.epochs or "select" not in run.train:
        return False
    best, at = 0.0, 0
    for row in run.epochs:
        score, loss = row.get("validation_score"), row.get("validation_loss")
        if score is None and loss is None:
            return False
        value = -float(loss) if run.train["select"] == "loss" or score is None else float(score)  # type: ignore[arg-type]
        if not at or value > best + float(run.train["min_gain"]):
            best, at = value, int(row["epoch"])
    return at != int(run.facts["best_epoch"])


def _worth(runs: Sequence[RunRecord]) -> str:
    """Return what the choice of the epoch was worth on the images chosen on: the best score above the last one."""
    gains = [100 * (max(scores) - scores[-1]) for run in runs
             if (scores := [float(row["validation_score"]) for row in run.epochs
                            if row.get("validation_score") is not None])]
    if not gains:
        return ""
    return (f"On the images chosen on, the best epoch scores up to {max(gains):.1f} points above the last "
            f"({many(len(gains), 'run')}): so much the choice added there.")
