"""How much of the set did an epoch see?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.discipline import RunEvidence, RunRecord, RunRule, run_rules
from bogam.audit.family import Finding
from bogam.page.text import many

SHORT = 0.99
"""An epoch that sees less than this share of the training part is no pass through it."""


@run_rules.register
class EpochCoverage(RunRule):
    """Steps x batch against the number of training images: an "epoch" may be a fraction of a pass."""

    kind: Literal["epoch-coverage"] = "epoch-coverage"

    def check(self, evidence: RunEvidence) -> Iterable[Finding]:
        """Yield a warning where the steps of an epoch, times the batch, come to fewer images than train or validate."""
        runs = [run for run in evidence.runs if run.epochs]
        short = [(share, run) for run in runs if (share := covered(run)) is not None and share < SHORT]
        if short:
            share, worst = min(short, key=lambda pair: pair[0])
            steps, batch, images = _numbers(worst)
            yield self.finding(
                "warning", f"An epoch of {many(len(short), 'run')} saw {100 * share:.0f} % of the training images or "
                           f"more, not all: {steps} steps of {batch} make {steps * batch:,} of {images:,}.",
                files=[run.name for _, run in short],
                why="Epochs, learning curves and “images seen” then mean less than they say.",
                do="Take steps = images / batch, rounded up, or report the number of images seen.")
        half = [run for run in runs if (seen := run.epochs[-1].get("validation_images")) is not None
                and evidence.folds.height and seen < len(evidence.part(run, "validation"))]
        if half:
            seen = half[0].epochs[-1]["validation_images"]
            yield self.finding(
                "warning", f"{many(len(half), 'run')} validated on {seen:,} of "
                           f"{len(evidence.part(half[0], 'validation')):,} validation images.",
                files=[run.name for run in half],
                why="Epoch and threshold then hang on the part that happened to be seen.",
                do="Validate on all of them.")


def _numbers(run: RunRecord) -> tuple[int, int, int]:
    row = run.epochs[-1]
    return int(row["steps"]), int(row["batch"]), int(row["images"])


def covered(run: RunRecord) -> float | None:
    """Return the share of the training images that an epoch saw, at most 1; None where the log does not say.

    Example:
        >>> covered(RunRecord("a", 0, 0, 0, {}, [{"steps": 94, "batch": 64, "images": 12000}]))
        0.5013333333333333
    """
    if not {"steps", "batch", "images"} <= set(run.epochs[-1]):
        return None
    steps, batch, images = _numbers(run)
    return min(1.0, steps * batch / max(images, 1))
