"""Every metric of every cell and baseline."""

from __future__ import annotations

from collections.abc import Sequence

from bogam.evaluate.findings import Verdict
from bogam.page.blocks import Paragraph
from bogam.page.document import Section
from bogam.page.table import Column, Marked, Table
from bogam.study.report.cells import Estimates, control_labels, find, tags, title, triple
from bogam.study.report.metric_names import metric_name
from bogam.study.results import StudyResult


def metrics_section(result: StudyResult, verdicts: Sequence[Verdict], estimates: Estimates, primary: str) -> Section:
    """Return the chapter with the table of all metrics, the primary one first."""
    names = list(dict.fromkeys([primary, *(e.metric for cell in result.cells for e in estimates.get(cell.name, []))]))
    control = control_labels(result, verdicts)
    columns = [Column("cell", "Model or baseline")]
    columns += [Column(n, metric_name(n).title, "estimate", metric_name(n).digits) for n in names]
    columns.append(Column("cases", "Test images", "count"))
    columns.append(Column("groups", "Groups", "count"))
    rows = []
    for cell in result.cells:
        label = f"baseline: {cell.name}" if cell.baseline else title(cell)
        row: dict[str, object] = {"cell": Marked(label, () if cell.baseline else tags(cell, control))}
        row |= {n: triple(find(estimates, cell.name, n)) for n in names}
        first = find(estimates, cell.name, primary)
        rows.append(row | ({"cases": first.cases, "groups": first.groups} if first is not None else {}))
    notes = [f"– means not defined or not computed. Groups are the units of resampling: {result.grouping}."]
    return Section("metrics", "All metrics", [
        Paragraph("Estimates on the test images, which took no part in the training or in the choice of epoch and "
                  "threshold, with 95 % intervals. What each metric means is in the glossary; how the intervals are "
                  "made is under “Methods”."),
        Table("metrics", "All metrics of each cell, estimate and 95 % interval", columns, rows, layout="scroll",
              notes=notes)])
