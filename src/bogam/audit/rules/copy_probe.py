"""Does a predictor that learns nothing gain from the split?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.audit.probe.result import ProbeResult, ProbeRow

SAYS_NOTHING = "Scores on it say nothing about new patients"


@rules.register
class CopyProbe(Rule):
    """A copier answers with the label or mask of the training picture that looks most alike; what it gains on a split
    over splits that divide no group is a leak.

    Runs with `bogam audit --probe`.
    """

    kind: Literal["copy-probe"] = "copy-probe"
    needs_probe: ClassVar[bool] = True

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a stop where the copier's gain on the split lies above the margin, else a note of what it gained.

        Where there is no split, a split by image is probed: a warning says what it would be worth.
        """
        probe = evidence.probe
        if probe is None:
            return
        files = dict(evidence.manifest.images.select("id", "image").rows())
        for task in dict.fromkeys(row.task for row in probe.rows):
            yield self._said(probe, [r for r in probe.rows if r.task == task and r.test == self.kind], files)
        for note in probe.notes:
            yield self.finding("note", note)

    def _said(self, probe: ProbeResult, rows: Sequence[ProbeRow], files: dict[str, str]) -> Finding:
        suspected = [row for row in rows if row.suspected]
        row = (suspected or [row for row in rows if row.low is not None] or rows)[0]
        scores = (f"scores {100 * row.split:.1f} points of {row.metric} on {'this split' if probe.given else 'it'}, "
                  f"{100 * row.reference:.1f} {_where(row, probe)}")
        detail = " ".join(_detail(r, probe) for r in rows) + (
            f" Of the tested pictures, {100 * probe.own_group:.0f} % find their most alike training picture in their "
            f"own {probe.unit}.")
        if not suspected:
            if row.low is None:
                title = f"Copy probe: a copier {scores}; there are too few groups to tell a leak."
            elif probe.given:
                title = f"Copy probe: no leak suspected. A copier {scores}."
            else:
                title = f"Copy probe: a split by image would give a copier little. It {scores}."
            if row.high is not None and row.high < -row.margin:
                detail += (f" The split keeps more apart than {probe.units} as they are known here, or its "
                           "test pictures are harder.")
            return self.finding("note", title, detail=detail)
        shown = [f"{files[a]} ~ {files[b]} ({words})" for a, b, words in probe.pairs if a in files and b in files]
        worth = f"{row.points} of {row.metric}, to a predictor that learns nothing"
        if probe.given:
            return self.finding(
                "stop", f"LEAK SUSPECTED: a copier {scores}.", detail=detail, files=shown, pairs=probe.pairs,
                worth=worth, why="It only copies the answer of the training picture that looks most alike. What it "
                                 "gains from this split, any model can gain by memory. " + SAYS_NOTHING + ".",
                do=f"Keep each {probe.unit} on one side (split: {{kind: kfold}}), augment after the split, and train "
                   "again.")
        return self.finding(
            "warning", f"A split by image would leak: a copier {scores}.", detail=detail, files=shown,
            pairs=probe.pairs, worth=worth,
            why=f"Pictures of one {probe.unit} would lie on both sides, and any model could answer from memory. "
                + SAYS_NOTHING + ".",
            do=f"Keep each {probe.unit} on one side, as bogam's own splits do; distrust published scores on these "
               "images that do not say how they were split.")


def _where(row: ProbeRow, probe: ProbeResult) -> str:
    if row.against == "look-alikes withheld":
        return "where the 10 training pictures that look most alike are passed over"
    return (f"where its own {probe.unit} is withheld from training" if row.against == "own group withheld"
            else f"where each {probe.unit} stays on one side")


def _detail(row: ProbeRow, probe: ProbeResult) -> str:
    return (f"Against {row.how}, {_where(row, probe)}: {row.points} over {row.images:,} pictures of {row.groups:,} "
            f"{probe.units}; the margin is {100 * row.margin:g}.")
