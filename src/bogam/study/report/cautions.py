"""What a reader must know before believing a number: stops that were overridden, and cautions."""

from __future__ import annotations

from bogam.page.blocks import Block, Box
from bogam.page.text import clean, listed, many
from bogam.study.report.cells import Estimates, done, models, not_converged, title
from bogam.study.report.matrix import behind
from bogam.study.report.metric_names import metric_name
from bogam.study.report.standing import standing_boxes
from bogam.study.results import StudyResult

PATIENTS_UNKNOWN = ("Patients unknown, scores may be optimistic: pictures of one person may lie on both sides of a "
                    "split.")


def top_boxes(result: StudyResult, estimates: Estimates, primary: str) -> list[Block]:
    """Return the boxes of overridden stops, of what stands over all numbers, and of cautions, where there are any."""
    blocks: list[Block] = []
    stops = [f for f in result.findings if f.get("severity") == "stop"]
    if stops:
        blocks.append(Box("stop", "The audit said stop and the recipe overrode it. Do not rely on the numbers below "
                          "before this is resolved.", [_stop(f, _reason(result, f)) for f in stops]))
    blocks += standing_boxes(result)
    words = cautions(result, estimates, primary)
    if words:
        blocks.append(Box("warning", "Read with care", words))
    return blocks


def _reason(result: StudyResult, finding: dict[str, object]) -> str:
    accepted = (result.recipe.get("audit") or {}).get("accept") or {}
    reason = accepted.get(finding.get("rule")) if isinstance(accepted, dict) else None
    return f"Reason given for going on: {reason}" if reason else "No reason was given for going on."


def _stop(finding: dict[str, object], reason: str) -> str:
    parts = [*(str(finding.get(key) or "").strip() for key in ("title", "detail", "worth", "why", "do")), reason]
    return clean(" ".join(p if p.endswith((".", "!", "?")) else p + "." for p in parts if p))


def cautions(result: StudyResult, estimates: Estimates, primary: str) -> list[str]:
    """Return the sentences that qualify the whole study."""
    cells = models(result)
    runs = [run for cell in cells for run in cell.runs]
    words = []
    if result.manifest.patient == "absent":
        words.append(PATIENTS_UNKNOWN)
    failed = [cell for cell in cells if any(run.status == "failed" for run in cell.runs)]
    if failed:
        count = sum(run.status == "failed" for run in runs)
        words.append(f"{count} of {many(len(runs), 'run')} failed, in {listed([title(c) for c in failed], 4)}. "
                     "They are left out of every number; the errors are listed under “Runs”.")
    unfinished = sum(run.status == "unfinished" for run in runs)
    if unfinished:
        words.append(f"{unfinished} of {many(len(runs), 'run')} did not finish yet: this is a report on part of the "
                     "study.")
    late = [cell for cell in cells if not_converged(cell)]
    if late:
        count = sum(not_converged(cell) for cell in late)
        words.append(f"{count} of {sum(len(done(c)) for c in cells)} finished runs did not converge (best epoch in "
                     f"the last tenth of the training), in {listed([title(c) for c in late], 4)}. Longer training "
                     "might change their scores.")
    seeds = {run.seed for run in runs if run.status == "done"}
    if result.axes and len(seeds) == 1:
        words.append("One seed only: how much a score changes from one training to the next was not measured.")
    found = behind(result, estimates, primary)
    if found is not None and found[2]:
        words.append(f"Not shown to be better than the baseline {clean(found[0])} in {metric_name(primary).title}: "
                     f"{listed(found[2], 4)}.")
    notes = dict.fromkeys(e.note for cell in cells for e in estimates.get(cell.name, [])
                          if e.note and e.metric == primary)
    words.extend(clean(note) for note in notes)
    warnings = [str(f.get("title")) for f in result.findings if f.get("severity") == "warning"]
    if warnings:
        words.append(f"The audit of the data warns: {listed([clean(w).rstrip('.') for w in warnings], 5)}. "
                     "See “Data and split”.")
    return words
