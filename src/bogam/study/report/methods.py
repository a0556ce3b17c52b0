"""How intervals and verdicts are made, what the words mean, and what this report is not."""

from __future__ import annotations

from collections.abc import Sequence

from bogam.evaluate.findings import Verdict
from bogam.page.blocks import Block, Bullets, Heading, Paragraph, Terms
from bogam.page.document import Section
from bogam.page.text import clean, number
from bogam.study.report.cells import Estimates
from bogam.study.report.metric_names import metric_name
from bogam.study.report.verdicts import margin
from bogam.study.results import StudyResult

NO_DEVICE = ("This is a research report. Neither it nor the models it describes are a medical device; they must not be "
             "used for diagnosis or for decisions about patients.")

_TERMS = {
    "95 % interval": "Range made by a procedure that covers the true value in 95 of 100 such studies.",
    "Cell": "One combination of the choices compared, trained once per fold and seed.",
    "Control": "The level against which the other levels of a choice are compared.",
    "Fold": "One way of dividing the data into training, validation and test part.",
    "Group": "Images that are never divided between parts: one patient, or identical pictures.",
    "Holm's correction": "Raises p values to allow for several contrasts being tested at once.",
    "Interaction": "The effect of one choice depends on another choice.",
    "Margin": "Difference below which two results count as equal in practice; set in the recipe.",
    "Not converged": "The best epoch lies in the last tenth of the training: longer training might score better.",
    "Points": "Hundredths of a metric's scale: from 0.70 to 0.73 is 3 points.",
    "Seed": "Start of the random numbers; another seed shows how much the training itself varies.",
    "Smallest detectable": "Smallest difference that this study would probably have shown.",
}


def methods_section(result: StudyResult, verdicts: Sequence[Verdict], estimates: Estimates, primary: str) -> Section:
    """Return the last chapter: methods, glossary, and the statement that this is no medical device."""
    notes = [f"Unit of resampling: {clean(result.grouping)}."]
    by_method: dict[str, list[str]] = {}
    for cell in result.cells:
        for estimate in estimates.get(cell.name, []):
            names = by_method.setdefault(clean(estimate.method), [])
            if estimate.method and metric_name(estimate.metric).title not in names:
                names.append(metric_name(estimate.metric).title)
    notes += [f"Intervals of {', '.join(names)}: {method}." if not method.endswith(".") else
              f"Intervals of {', '.join(names)}: {method}" for method, names in by_method.items() if names]
    extra = dict.fromkeys(clean(e.note) for c in result.cells for e in estimates.get(c.name, []) if e.note)
    notes += list(extra)
    notes += [f"Verdicts: {m.rstrip('.')}." for m in dict.fromkeys(clean(v.method) for v in verdicts if v.method)]
    if verdicts:
        notes.append("A verdict is the difference of a level to its control, averaged over all combinations of the "
                     "other choices; p values are two-sided and corrected by Holm's method over the "
                     f"{sum(v.metric == primary for v in verdicts)} contrasts of the primary metric.")
        width = margin(result, primary)
        if width:
            notes.append(f"Margin of “no difference”: ±{number(width, 1)} {metric_name(primary).unit} of "
                         f"{metric_name(primary).title}, set in the recipe.")
    notes.append("Epoch and threshold are chosen on the validation part alone.")
    used = dict.fromkeys([primary, *(e.metric for found in estimates.values() for e in found)])
    terms = [(metric_name(m).title, metric_name(m).meaning) for m in used if metric_name(m).meaning]
    terms += sorted(_TERMS.items())
    blocks: list[Block] = [Heading("How intervals and verdicts are made"), Bullets(notes), Heading("Glossary"),
                           Terms(terms), Paragraph(NO_DEVICE)]
    return Section("methods", "Methods and glossary", blocks)
