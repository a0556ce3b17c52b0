"""The study's report: one HTML file, verdicts first, with its tables and figures beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bogam.audit.card import findings_table
from bogam.evaluate.findings import Verdict
from bogam.page.document import Page, Section, write_page
from bogam.page.text import clean, interval, listed, many, number
from bogam.study.report.all_metrics import metrics_section
from bogam.study.report.calibration import calibration_section, calibration_table
from bogam.study.report.cautions import top_boxes
from bogam.study.report.cells import Estimates, done, find, models
from bogam.study.report.curves import curves_section, training_table
from bogam.study.report.data_page import data_section, found
from bogam.study.report.examples import ExampleCase, Filler, collect, examples_section
from bogam.study.report.gallery import gallery
from bogam.study.report.matrix import matrix_section
from bogam.study.report.methods import methods_section
from bogam.study.report.metric_names import metric_name
from bogam.study.report.provenance import provenance_section, runs_section
from bogam.study.report.robustness import robustness_section
from bogam.study.report.roc import curve_tables, roc_section
from bogam.study.report.verdicts import contrast_words, numbers_words, verdict_section
from bogam.study.results import StudyResult


def write_report(result: StudyResult, verdicts: list[Verdict], estimates: Estimates, out: Path, *, primary: str,
                 examples: Sequence[ExampleCase] | Filler = (),
                 thumbnails: Sequence[ExampleCase] | None = None) -> Path:
    """Write OUT/report.html, OUT/tables/*.csv and OUT/figures/*.svg, *.pdf.

    Args:
        result: the finished or half-finished study.
        verdicts: on the primary metric, and on others if wanted.
        estimates: cell name to its estimates, baselines included.
        out: folder, made if needed; files of an earlier report in it are replaced.
        primary: metric of the verdicts and of the matrix.
        examples: pictures of test cases, or a function (cell, picks) -> pictures that loads what the report picks.
        thumbnails: pictures of the data set; None: drawn from the manifest's files.

    Returns:
        The path of the HTML file. It holds style and figures and loads nothing from anywhere.
    """
    trained = any(done(cell) for cell in models(result))
    pictures = gallery(result) if thumbnails is None else thumbnails
    sections = [verdict_section(result, verdicts, primary, trained)]
    saved = [findings_table(found(result)), training_table(result)]
    if trained:
        sections.append(matrix_section(result, verdicts, estimates, primary))
        sections.append(metrics_section(result, verdicts, estimates, primary))
    sections.append(data_section(result, pictures))
    sections.append(curves_section(result))
    if trained:
        if result.task == "classification":
            sections += [roc_section(result, estimates), calibration_section(result, estimates)]
            saved += [*curve_tables(result), calibration_table(result)]
        sections.append(examples_section(result, collect(result, examples)))
        chapter = robustness_section(result)
        sections += [] if chapter is None else [chapter]
    sections += _last(result, verdicts, estimates, primary)
    page = Page(title=clean(result.recipe.get("name") or "Study"), kicker=_kicker(result),
                answer=answer(result, verdicts, estimates, primary), sections=sections,
                top=top_boxes(result, estimates, primary), saved=saved)
    return write_page(page, out)


def _last(result: StudyResult, verdicts: list[Verdict], estimates: Estimates, primary: str) -> list[Section]:
    return [runs_section(result), provenance_section(result), methods_section(result, verdicts, estimates, primary)]


def _kicker(result: StudyResult) -> str:
    cells = models(result)
    runs = sum(len(cell.runs) for cell in cells)
    return clean(" · ".join(["bogam study", result.task, result.manifest.name, many(len(result.manifest), "image"),
                             many(len(cells), "combination"), many(runs, "run")]))


def answer(result: StudyResult, verdicts: Sequence[Verdict], estimates: Estimates, primary: str) -> str:
    """Return the study's answer as one paragraph."""
    name = metric_name(primary).title
    cells = models(result)
    if not any(done(cell) for cell in cells):
        runs = [run for cell in cells for run in cell.runs]
        failed = sum(run.status == "failed" for run in runs)
        if runs and failed == len(runs):
            return (f"All {many(failed, 'run')} failed, so this study answers nothing. The errors are listed under "
                    "“Runs”.")
        return f"No run has finished ({failed} of {len(runs)} failed), so this study answers nothing yet."
    if not result.axes:
        return _one_cell(result, estimates, primary)
    main = [v for v in verdicts if v.metric == primary]
    if not main:
        return f"The study compares {_choices(result)}, but no verdict on {name} could be made."
    parts = [f"Compared by {name}: {_choices(result)}."]
    for outcome, head in (("helped", "Helped"), ("hurt", "Hurt")):
        found = [f"{contrast_words(v)}, {numbers_words(v)}" for v in main if v.outcome == outcome]
        if found:
            parts.append(f"{head}: {'; '.join(found)}.")
    same = [contrast_words(v) for v in main if v.outcome == "no difference"]
    open_ones = [contrast_words(v) for v in main if v.outcome == "not shown"]
    without = [contrast_words(v) for v in main if v.outcome == "no verdict"]
    if same:
        parts.append(f"No difference beyond the margin: {'; '.join(same)}.")
    if open_ones:
        parts.append(f"No difference shown, and none excluded: {'; '.join(open_ones)}.")
    if without:
        parts.append(f"No verdict: {'; '.join(without)}.")
    return " ".join(parts)


def _choices(result: StudyResult) -> str:
    return listed([clean(f"{axis} ({', '.join(labels)})") for axis, labels in result.axes.items()])


def _one_cell(result: StudyResult, estimates: Estimates, primary: str) -> str:
    words = []
    for cell in models(result):
        estimate = find(estimates, cell.name, primary)
        digits = metric_name(primary).digits
        if estimate is None or estimate.value is None:
            words.append(f"{metric_name(primary).title} of {clean(cell.name)} is not defined on this data.")
        else:
            span = interval(estimate.low, estimate.high, digits)
            words.append(f"{clean(cell.name)} reaches a {metric_name(primary).title} of "
                         f"{number(estimate.value, digits)} (95 % interval {span}) on "
                         f"{many(estimate.cases, 'test image')} of {many(estimate.groups, 'group')}.")
    return " ".join([*words, "Nothing was compared."])
