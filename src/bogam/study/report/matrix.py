"""The matrix in the form of the papers: rows are the first axis, columns the others; and the baselines beside it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from bogam.evaluate.findings import Verdict
from bogam.page.blocks import Block, Heading, Paragraph
from bogam.page.document import Section
from bogam.page.table import Column, Marked, Table
from bogam.page.text import clean, number
from bogam.study.report.cells import Estimates, baselines, control_labels, done, find, models, tags, title, triple
from bogam.study.report.metric_names import metric_name
from bogam.study.report.standing import copying_blocks
from bogam.study.results import CellResult, StudyResult

_RULES = {
    "majority-class": "the share of each class among the training images, the same answer for all",
    "nearest-neighbor": "the class of the training image whose thumbnail looks most alike",
    "linear-probe": "logistic regression on thumbnails",
    "empty-mask": "nothing, on any image",
    "mean-mask": "the place where training masks lie most often, the same answer for all",
    "nearest-mask": "the mask of the training image whose thumbnail looks most alike",
}


def matrix_section(result: StudyResult, verdicts: Sequence[Verdict], estimates: Estimates, primary: str) -> Section:
    """Return the chapter with the primary metric of every cell and of the baselines."""
    blocks: list[Block] = []
    name = metric_name(primary)
    if result.axes:
        blocks.append(Paragraph(f"{name.title} of each combination with its 95 % interval. No cell is marked as best: "
                                "neighbors with overlapping intervals may differ by chance. Which differences are "
                                "supported is said under “Verdicts”."))
        blocks.append(matrix(result, verdicts, estimates, primary))
    else:
        blocks.append(Paragraph(f"{name.title} of the trained model with its 95 % interval."))
        blocks.append(_single(result, estimates, primary))
    blocks.append(Heading("Beside the models: what simple rules reach"))
    blocks.extend(_baselines(result, estimates, primary))
    blocks.extend(copying_blocks(result))
    return Section("matrix", f"{name.title} by combination" if result.axes else f"{name.title} of the model", blocks)


def matrix(result: StudyResult, verdicts: Sequence[Verdict], estimates: Estimates, metric: str) -> Table:
    """Return the table: one row per label of the first axis, one column per combination of the others."""
    name = metric_name(metric)
    rows_axis, *others = result.axes
    control = control_labels(result, verdicts)
    combinations = list(product(*(result.axes[axis] for axis in others)))
    columns = [Column(rows_axis, rows_axis)]
    for labels in combinations:
        key = " ".join(f"{axis}={label}" for axis, label in zip(others, labels, strict=True)) or metric
        group = tuple(f"{axis}: {label}" for axis, label in zip(others[:-1], labels[:-1], strict=True))
        header = f"{others[-1]}: {labels[-1]}" if others else name.title
        columns.append(Column(key, clean(header), "estimate", name.digits, tuple(map(clean, group))))
    found = {tuple(cell.labels.get(axis) for axis in result.axes): cell for cell in models(result)}
    rows = []
    for label in result.axes[rows_axis]:
        row: dict[str, object] = {rows_axis: label}
        for column, labels in zip(columns[1:], combinations, strict=True):
            cell = found.get((label, *labels))
            row[column.key] = _value(cell, estimates, metric, control)
        rows.append(row)
    return Table("matrix", f"{name.title}, estimate (95 % interval). Rows: {clean(rows_axis)}"
                 + (f"; columns: {clean(' × '.join(others))}" if others else ""), columns, rows,
                 layout="stack" if len(columns) * len(rows) <= 60 else "scroll")


def _value(cell: CellResult | None, estimates: Estimates, metric: str, control: dict[str, str]) -> Marked:
    if cell is None:
        return Marked(None, note="not part of the study")
    return Marked(triple(find(estimates, cell.name, metric)), tags(cell, control),
                  "" if done(cell) else "no run finished")


def _single(result: StudyResult, estimates: Estimates, metric: str) -> Table:
    name = metric_name(metric)
    rows = [{"cell": Marked(title(c), tags(c, {})), metric: triple(find(estimates, c.name, metric))}
            for c in models(result)]
    return Table("matrix", f"{name.title}, estimate (95 % interval)",
                 [Column("cell", "Model"), Column(metric, name.title, "estimate", name.digits)], rows)


def _baselines(result: StudyResult, estimates: Estimates, metric: str) -> list[Block]:
    name = metric_name(metric)
    cells = [c for c in baselines(result) if find(estimates, c.name, metric) is not None]
    if not cells:
        return [Paragraph("No baseline was computed for this metric: nothing says how much of the score a rule "
                          "without training would reach.")]
    rows = [{"baseline": c.name, "rule": _RULES.get(c.name), metric: triple(find(estimates, c.name, metric))}
            for c in cells]
    rule = [Column("rule", "What it answers")] if any(c.name in _RULES for c in cells) else []
    return [Table("baselines", f"{name.title} of simple rules on the same test images, estimate (95 % interval)",
                  [Column("baseline", "Baseline"), *rule, Column(metric, name.title, "estimate", name.digits)],
                  rows),
            Paragraph(_against(result, estimates, metric))]


def behind(result: StudyResult, estimates: Estimates, metric: str) -> tuple[str, float, list[str]] | None:
    """Return the strongest baseline, its value, and the cells whose interval does not lie beyond that value."""
    higher = metric_name(metric).higher
    values = {c.name: e.value for c in baselines(result)
              if (e := find(estimates, c.name, metric)) is not None and e.value is not None}
    if not values:
        return None
    best = (max if higher else min)(values, key=lambda key: values[key])
    weak = []
    for cell in models(result):
        estimate = find(estimates, cell.name, metric)
        if estimate is None or estimate.value is None:
            continue
        edge = estimate.low if higher else estimate.high
        if edge is None or (edge <= values[best] if higher else edge >= values[best]):
            weak.append(title(cell))
    return best, values[best], weak


def _against(result: StudyResult, estimates: Estimates, metric: str) -> str:
    found = behind(result, estimates, metric)
    if found is None:
        return "No baseline has a defined value."
    best, value, weak = found
    head = f"The strongest baseline is {clean(best)} at {number(value, metric_name(metric).digits)}. "
    if not weak:
        return head + "The interval of every model lies beyond it."
    return head + (f"Not shown to be beyond it (the interval reaches it): {', '.join(weak)}.")
