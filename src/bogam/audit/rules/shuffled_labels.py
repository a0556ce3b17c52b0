"""Can labels that mean nothing be predicted on the split?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.audit.probe.result import ProbeResult, ProbeRow


@rules.register
class ShuffledLabels(Rule):
    """Labels are dealt anew between groups, each picture keeping its group's; what can still be predicted on the split
    was remembered.

    Runs with `bogam audit --probe`.
    """

    kind: Literal["shuffled-labels"] = "shuffled-labels"
    needs_probe: ClassVar[bool] = True

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a stop where shuffled labels are predicted beyond chance by more than the margin, else a note.

        Where patients are unknown and groups are of similar pictures, which may merely look alike, it is a warning.
        Where there is no split, a split by image is probed, and all are notes.
        """
        probe = evidence.probe
        if probe is None:
            return
        for task in dict.fromkeys(row.task for row in probe.rows if row.test == self.kind):
            rows = [row for row in probe.rows if row.task == task and row.test == self.kind]
            suspected = [row for row in rows if row.suspected]
            yield self._found(probe, suspected, rows) if suspected else self.finding(
                "note", f"Shuffled labels: nothing to remember. With labels dealt at random between {probe.units}, "
                        f"{_scores(rows[0], probe)}.", detail=_detail(rows))

    def _found(self, probe: ProbeResult, suspected: list[ProbeRow], rows: list[ProbeRow]) -> Finding:
        what = f"with labels dealt at random between {probe.units}, {_scores(suspected[0], probe)}."
        if not probe.given:
            return self.finding("note", f"A split by image could be passed by memory: {what}", detail=_detail(rows))
        alike = "" if probe.unit == "patient" else " Pictures of two patients that merely look alike do the same."
        return self.finding(
            "stop" if probe.unit == "patient" else "warning", f"LEAK SUSPECTED: {what}", detail=_detail(rows),
            pairs=probe.pairs, worth=f"{suspected[0].points} of {suspected[0].metric}, where there is nothing to learn",
            why=f"These labels mean nothing, so they were remembered from pictures of the same {probe.unit} in "
                f"training; real labels can be remembered as well.{alike}",
            do=f"Keep each {probe.unit} on one side (split: {{kind: kfold}}), and train again.")


def _scores(row: ProbeRow, probe: ProbeResult) -> str:
    return (f"a {row.predictor} scores {100 * row.split:.1f} points of {row.metric} on "
            f"{'this split' if probe.given else 'it'}; chance is {100 * row.reference:.1f}")


def _detail(rows: list[ProbeRow]) -> str:
    return " ".join(f"{row.predictor.capitalize()}: {row.points} over chance, {row.how}." for row in rows)
