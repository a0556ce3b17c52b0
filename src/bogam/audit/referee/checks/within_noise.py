"""Does the best cell of a table win by more than the noise?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from bogam.audit.referee.family import Check, Objection, Submission, checks
from bogam.audit.referee.names import higher_is_better
from bogam.audit.referee.noise import gap_words, mean_of, noise_between
from bogam.audit.referee.results import Row

HEADLINES = ("dice", "iou", "dice_all", "mean_iou", "dice_pooled", "iou_pooled", "auc", "accuracy", "balanced_accuracy",
             "f1", "average_precision", "kappa", "mcc", "brier")
"""Metrics by which tables are read: the best value is taken for the winner."""


@checks.register
class WithinNoise(Check):
    """A best value that is no further from the second than noise, or of which nobody can say."""

    kind: Literal["within-noise"] = "within-noise"
    title = "A winner within the noise"
    why = ("Trained again, or tested on other cases, another row would lead. Without repeated runs or an interval "
           "nobody can say by how much a row would have to lead.")
    ask = "How many runs are behind each value, and what is the interval of the difference on the same cases?"

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield a remark per printed table and metric whose best two cells differ by less than the noise, and one per
        table for all metrics of which the noise is not told."""
        for group in given.results.printed_together():
            silent, place = [], None
            for metric in HEADLINES:
                ranked = ranking(group, metric)
                if len(ranked) < 2:
                    continue
                noise = noise_between(ranked[0], ranked[1], metric)
                words = gap_words(ranked[0], ranked[1], metric)
                if noise.within is None:
                    silent.append(words)
                    place = place or (ranked[0][0], noise.words)
                elif noise.within:
                    yield self.object_to("remark", [ranked[0][0], ranked[1][0]], f"{words}; {noise.words}.", metric)
            if place is not None:
                words = f"Best against second: {'; '.join(silent)}. {place[1].capitalize()}."
                yield self.object_to("remark", [place[0]], words, "silent",
                                     title="Winners without any measure of noise")


def cells_of(rows: Iterable[Row], metric: str) -> list[list[Row]]:
    """Return the rows that have a metric, gathered by configuration: one list per cell, one row per printed run."""
    cells: dict[object, list[Row]] = {}
    for row in rows:
        if metric in row.values:
            cells.setdefault(row.configuration or row.line, []).append(row)
    return list(cells.values())


def ranking(rows: Sequence[Row], metric: str) -> list[list[Row]]:
    """Return the cells of some rows, the best first."""
    sign = -1 if higher_is_better(metric) else 1
    return sorted(cells_of(rows, metric), key=lambda cell: sign * mean_of(cell, metric))
