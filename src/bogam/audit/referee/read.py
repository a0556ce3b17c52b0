"""From a sheet to a results table: which column is what, in which scale, averaged over what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from bogam.audit.referee.names import METRICS, RAW, Meaning, meaning_of
from bogam.audit.referee.printed import Cell, Printed, parse_cell, parse_count, parse_number
from bogam.audit.referee.results import Averaged, Reading, Results, Row
from bogam.audit.referee.sheet import Line, Sheet
from bogam.core.errors import UserError, near_miss, say

CLEARLY_PERCENT = Fraction(3, 2)
"""Where a scale is not stated, a column whose values (but 0) all lie above this is taken for percent."""


@dataclass
class _Cells:
    """What one row holds, before its scale is known."""

    line: int
    table: str = ""
    factors: dict[str, str] = field(default_factory=dict)
    shown: dict[tuple[str, str], Printed] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)
    classes: int | None = None


def read_results(sheet: Sheet, reading: Reading) -> Results:
    """Return the table in a sheet.

    Raises:
        UserError: lists every column and cell that cannot be read, and every column whose scale cannot be told.
    """
    unknown = sorted(set(reading.columns) - set(sheet.headers))
    if unknown:
        raise UserError("\n".join(say(f"--column {name}", "a column that is not there", f"one of {sheet.name}",
                                      near_miss(name, sheet.headers)) for name in unknown))
    meanings, notes = _meanings(sheet, reading)
    faults: list[str] = []
    long = {header: meaning.name for header, meaning in meanings.items() if meaning.kind == "long"}
    if long and set(long.values()) != {"metric", "value"}:
        raise UserError(say(sheet.name, f"only the column '{next(iter(long))}'",
                            "both metric and value in a long table"))
    if not long and not any(meaning.kind in ("metric", "count") for meaning in meanings.values()):
        raise UserError(say(sheet.name, "no column of a metric", "at least one, such as dice or accuracy",
                            "Name columns with --column 'HEADER=METRIC'."))
    rows = _long(sheet, meanings, reading, faults) if long else [
        _wide(sheet, line, meanings, faults) for line in sheet.lines]
    stated = {m.name for m in meanings.values() if m.kind == "metric" and m.percent}
    scales = _scales(rows, reading, stated, faults, notes)
    if faults:
        raise UserError("\n".join(f"{sheet.name}, {fault}" for fault in faults))
    return Results(tuple(_row(cells, scales, reading) for cells in rows), tuple(notes))


def _meanings(sheet: Sheet, reading: Reading) -> tuple[dict[str, Meaning], list[str]]:
    meanings: dict[str, Meaning] = {}
    faults, taken, notes = [], [], []
    for header in sheet.headers:
        try:
            found = meaning_of(header, reading.columns)
        except UserError as error:
            faults.append(str(error))
            continue
        if found is None:
            if _numeric(sheet, header):
                faults.append(say(f"{sheet.name}, column '{header}'", "numbers under a name that is not known",
                                  "a metric, a count or a factor", f"Say --column '{header}=METRIC', "
                                  f"'{header}=factor' or '{header}=ignore'."))
                continue
            found = Meaning("factor", header)
            taken.append(header)
        meanings[header] = found
    single = ("metric", "sd", "low", "high", "count")
    for kind, name in dict.fromkeys((m.kind, m.name) for m in meanings.values() if m.kind in single):
        same = [header for header, m in meanings.items() if (m.kind, m.name) == (kind, name)]
        if len(same) > 1:
            faults.append(say(f"{sheet.name}, columns {', '.join(same)}", f"{len(same)} columns for {name}", "one",
                              "Say --column 'HEADER=ignore' for the others."))
    if faults:
        raise UserError("\n".join(faults))
    left = [header for header, m in meanings.items() if m.kind == "ignored" and header not in reading.columns]
    if left:
        notes.append(f"Not looked at: {', '.join(left)}.")
    if taken:
        notes.append(f"Taken as factors: {', '.join(taken)}.")
    spreads = [header for header, m in meanings.items() if m.kind in ("sd", "low", "high") and m.name == "value"]
    if spreads and not any(m.kind == "long" for m in meanings.values()):
        raise UserError(say(f"{sheet.name}, columns {', '.join(spreads)}", "a spread of no metric",
                            "one metric's name in the header, such as dice_sd"))
    renamed = [f"{header} as {m.name}" for header, m in meanings.items()
               if m.kind in ("metric", "count") and header.strip().lower() != m.name]
    if renamed:
        notes.append(f"Read {'; '.join(renamed)}.")
    return meanings, notes


def _numeric(sheet: Sheet, header: str) -> bool:
    """Return whether every cell of a column is a number with decimals or a percent sign, or empty."""
    held = [text for line in sheet.lines if (text := line.cells.get(header, ""))]
    try:
        return bool(held) and all(parse_cell(text, sheet.decimal_comma).value is not None for text in held)
    except ValueError:
        return False


def _wide(sheet: Sheet, line: Line, meanings: Mapping[str, Meaning], faults: list[str]) -> _Cells:
    cells = _Cells(line.number)
    for header, meaning in meanings.items():
        text = line.cells[header]
        try:
            if not _plain_cell(cells, meaning, text):
                _take(cells, meaning.kind, meaning.name, text, sheet.decimal_comma)
        except ValueError as error:
            faults.append(f"line {line.number}, {header}: {error}.")
    return cells


def _plain_cell(cells: _Cells, meaning: Meaning, text: str) -> bool:
    """Take a cell that is no metric; return whether it was one."""
    if meaning.kind == "factor":
        cells.factors[meaning.name] = text
    elif meaning.kind == "table":
        cells.table = text
    elif meaning.kind == "classes":
        cells.classes = parse_count(text)
    elif meaning.kind in ("count", "runs"):
        number = parse_count(text)
        if number is not None:
            (cells.counts if meaning.kind == "count" else cells.runs)[meaning.name] = number
    else:
        return meaning.kind in ("ignored", "long")
    return True


def _take(cells: _Cells, kind: str, metric: str, text: str, decimal_comma: bool) -> None:
    cell = parse_cell(text, decimal_comma) if kind == "metric" else Cell(parse_number(text, decimal_comma))
    for what, shown in ((kind, cell.value), ("sd", cell.sd), ("low", cell.low), ("high", cell.high)):
        if shown is not None:
            if (what, metric) in cells.shown:
                raise ValueError(f"got {metric} twice for one row, expected it once")
            cells.shown[what, metric] = shown


def _long(sheet: Sheet, meanings: Mapping[str, Meaning], reading: Reading, faults: list[str]) -> list[_Cells]:
    """Return one row per set of factors; the column `metric` names what the columns `value`, `sd` ... hold."""
    rows: dict[tuple[tuple[str, str], ...], _Cells] = {}
    where = {m.name: header for header, m in meanings.items() if m.kind == "long"}
    plain = {h: m for h, m in meanings.items() if m.kind in ("factor", "table", "classes", "count", "runs")}
    for line in sheet.lines:
        key = tuple((header, line.cells[header]) for header in plain)
        try:
            if key not in rows:
                rows[key] = _Cells(line.number)
                for header, meaning in plain.items():
                    _plain_cell(rows[key], meaning, line.cells[header])
            name = line.cells[where["metric"]]
            found = meaning_of(name, reading.columns)
            if found is None or found.kind not in ("metric", "count"):
                raise ValueError(f"got the metric '{name}', expected the name of one. "
                                 f"{near_miss(name, METRICS)}")
            text = line.cells[where["value"]]
            if found.kind == "count":
                _plain_cell(rows[key], found, text)
                continue
            _take(rows[key], "metric", found.name, text + (" %" if found.percent and text else ""), sheet.decimal_comma)
            for header, meaning in meanings.items():
                if meaning.kind in ("sd", "low", "high") and meaning.name == "value":
                    _take(rows[key], meaning.kind, found.name, line.cells[header], sheet.decimal_comma)
        except (ValueError, UserError) as error:
            faults.append(f"line {line.number}: {error}")
    return list(rows.values())


def _scales(rows: Sequence[_Cells], reading: Reading, stated: set[str], faults: list[str],
            notes: list[str]) -> dict[str, Fraction]:
    """Return metric to the factor that brings it to its own scale; note what was recognized, refuse what is unclear."""
    scales: dict[str, Fraction] = {}
    recognized: dict[str, list[str]] = {"fraction": [], "percent": []}
    for metric in dict.fromkeys(name for cells in rows for kind, name in cells.shown if kind == "metric"):
        bare = [abs(shown.value) for cells in rows for (kind, name), shown in cells.shown.items()
                if name == metric and kind == "metric" and not shown.text.endswith("%") and shown.value]
        if metric in stated:
            scales[metric] = Fraction(1, 100)
        elif metric in RAW or not bare:
            percent = reading.scale == "percent" and metric in ("kappa", "mcc")
            scales[metric] = Fraction(1, 100) if percent else Fraction(1)
        elif reading.scale != "auto":
            scales[metric] = Fraction(1, 100) if reading.scale == "percent" else Fraction(1)
        elif max(bare) <= 1:
            scales[metric] = Fraction(1)
            recognized["fraction"].append(metric)
        elif min(bare) > CLEARLY_PERCENT:
            scales[metric] = Fraction(1, 100)
            recognized["percent"].append(metric)
        else:
            faults.append(say(metric, f"values from {float(min(bare)):g} to {float(max(bare)):g}",
                              "all up to 1 (fractions) or all well above 1 (percent)",
                              "Say --scale fraction or --scale percent, or write the % in the header."))
    for scale, names in recognized.items():
        if names:
            notes.append(f"Taken as {scale} by its values, since nothing says so: {', '.join(names)}.")
    return scales


def _row(cells: _Cells, scales: Mapping[str, Fraction], reading: Reading) -> Row:
    held: dict[str, dict[str, Printed]] = {kind: {} for kind in ("metric", "sd", "low", "high")}
    for (kind, metric), shown in cells.shown.items():
        factor = scales.get(metric, Fraction(1))
        held[kind][metric] = shown if shown.text.endswith("%") else shown.scaled(factor)
    averaged, runs = _averaged(cells, held["sd"], reading)
    return Row(cells.line, cells.table, cells.factors, held["metric"], held["sd"], held["low"], held["high"],
               cells.counts, averaged, runs, cells.classes if cells.classes is not None else reading.classes)


def _averaged(cells: _Cells, sds: Mapping[str, Printed], reading: Reading) -> tuple[Averaged, int | None]:
    """Return what a row's values are averages over: what the row says, else what the user says."""
    several = {name: number for name, number in cells.runs.items() if number > 1}
    runs = 1
    for number in several.values():
        runs *= number
    if "folds" in several:
        return "folds", runs
    if set(several) == {"seeds"}:
        return "seeds", runs
    if several:
        return ("yes" if reading.averaged in ("unstated", "no") else reading.averaged), runs
    if cells.runs:
        return "no", 1
    if reading.averaged != "unstated":
        return reading.averaged, None
    if any(cells.factors.get(name) for name in ("fold", "seed")):
        return "no", 1
    spread = {"accuracy", "sensitivity", "specificity", "precision", "f1", "auc", "balanced_accuracy", "npv"} & set(sds)
    return ("yes", None) if spread else ("unstated", None)


def rows_from(rows: Sequence[Mapping[str, Any]]) -> Sheet:
    """Return rows of Python values as a sheet; a number is taken with the digits that Python writes.

    Example:
        >>> rows_from([{"cell": "unet", "dice": "0.710"}]).lines[0].cells
        {'cell': 'unet', 'dice': '0.710'}
    """
    headers = tuple(dict.fromkeys(str(key) for row in rows for key in row))
    lines = tuple(Line(k + 1, {h: "" if row.get(h) is None else str(row[h]).strip() for h in headers})
                  for k, row in enumerate(rows))
    return Sheet("rows", headers, lines)
