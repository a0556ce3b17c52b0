"""Stated gains and winners: a sheet of claims, each with the cells of the results table that it speaks of.

Columns: `claim` (the words), `kind`, `metric`, `to`, and as needed `from`, `gain`, `among`.
- kind `relative`, `points` or `gain` (not told which): from the cell `from` to the cell `to` the metric gains `gain`.
- kind `best`: the cell `to` has the best value among the cells of `among` (empty: of its printed table and test set).
A cell is written by levels of factors, such as `dataset=mammography; network=unet; loss=dice; table=Table 5`; as many
as are needed to name one row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bogam.audit.referee.names import METRICS, meaning_of
from bogam.audit.referee.printed import Printed, parse_number
from bogam.audit.referee.results import Results, Row
from bogam.audit.referee.sheet import Line, Sheet
from bogam.core.errors import UserError, near_miss, say

Kind = Literal["relative", "points", "gain", "best"]
KINDS: tuple[Kind, ...] = ("relative", "points", "gain", "best")
_COLUMNS = ("claim", "kind", "metric", "from", "to", "gain", "among", "source")


@dataclass(frozen=True)
class Claim:
    """One claim.

    Args:
        line: in the file.
        words: as the authors put it, or a short form.
        kind: "relative" (percent of the old value), "points" (hundredths of the scale), "gain" (not told which) or
            "best".
        metric: name of it.
        to: the row that is praised.
        start: the row from which the gain is counted; None for "best".
        gain: as printed; None where only the rows are named.
        among: the rows among which `to` is called best.
    """

    line: int
    words: str
    kind: Kind
    metric: str
    to: Row
    start: Row | None = None
    gain: Printed | None = None
    among: tuple[Row, ...] = ()


def read_claims(sheet: Sheet, results: Results, columns: Mapping[str, str] | None = None) -> tuple[Claim, ...]:
    """Return the claims in a sheet, each with the rows that it speaks of.

    Args:
        sheet: of claims.
        results: the table they speak of.
        columns: as in `Reading`: a metric may be called by the name of its column.

    Raises:
        UserError: lists every column, word and cell that cannot be read or found.
    """
    faults = [say(f"{sheet.name}, column '{header}'", "a column that is not known", "a column of a claims file",
                  near_miss(header, _COLUMNS)) for header in sheet.headers if header not in _COLUMNS]
    faults += [say(sheet.name, f"no column '{header}'", "the columns kind, metric and to")
               for header in ("kind", "metric", "to") if header not in sheet.headers]
    if faults:
        raise UserError("\n".join(faults))
    claims = []
    for line in sheet.lines:
        try:
            claims.append(_claim(line, results, columns or {}))
        except (UserError, ValueError) as error:
            faults.append(f"{sheet.name}, line {line.number}: {error}")
    if faults:
        raise UserError("\n".join(faults))
    return tuple(claims)


def _claim(line: Line, results: Results, columns: Mapping[str, str]) -> Claim:
    cells = line.cells
    kind = cells["kind"].lower()
    if kind not in KINDS:
        raise ValueError(f"got the kind '{cells['kind']}', expected {', '.join(KINDS)}. {near_miss(kind, KINDS)}")
    found = meaning_of(cells["metric"], columns)
    if found is None or found.kind != "metric":
        raise ValueError(f"got the metric '{cells['metric']}', expected the name of one. "
                         f"{near_miss(cells['metric'], METRICS)}")
    metric = found.name
    to = _one(cells["to"], "to", results, metric)
    words = cells.get("claim", "") or f"{kind} of {metric}"
    if kind == "best":
        among = tuple(row for row in matching(cells.get("among", ""), results) if metric in row.values) \
            if cells.get("among") else tuple(row for group in results.printed_together() if to in group
                                             for row in group if metric in row.values)
        if to not in among:
            raise ValueError(f"got the cell '{cells['to']}', expected one of those in among ('{cells.get('among')}')")
        return Claim(line.number, words, "best", metric, to, among=among)
    if not cells.get("from"):
        raise ValueError("got no cell in from, expected the cell from which the gain is counted")
    gain = parse_number(cells.get("gain", "").replace("%", ""))
    return Claim(line.number, words, kind, metric, to, _one(cells["from"], "from", results, metric), gain)


def selector(text: str) -> dict[str, str]:
    """Return factor to level of a written cell. Raises ValueError where it is none.

    Example:
        >>> selector("network=UNet; loss = Dice")
        {'network': 'unet', 'loss': 'dice'}
    """
    found = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, sign, level = part.partition("=")
        if not sign or not name.strip() or not level.strip():
            raise ValueError(f"got '{part}', expected factor=level, such as network=unet; loss=dice")
        found[name.strip().lower()] = level.strip().lower()
    return found


def matching(text: str, results: Results) -> list[Row]:
    """Return the rows that a written cell fits. Raises ValueError for a factor or a level that the table has not."""
    wanted = selector(text)
    factors = {name.lower(): [level.lower() for level in levels] for name, levels in results.factors().items()}
    factors["table"] = sorted({row.table.lower() for row in results.rows})
    for name, level in wanted.items():
        if name not in factors:
            raise ValueError(f"got the factor '{name}', expected one of the results. {near_miss(name, factors)}")
        if level not in factors[name]:
            raise ValueError(f"got {name}={level}, expected a level of the results. {near_miss(level, factors[name])}")
    return [row for row in results.rows if all(_level(row, name) == level for name, level in wanted.items())]


def _level(row: Row, name: str) -> str:
    if name == "table":
        return row.table.lower()
    lower: Mapping[str, str] = {key.lower(): level for key, level in row.factors.items()}
    return lower.get(name, "").lower()


def _one(text: str, where: str, results: Results, metric: str) -> Row:
    if not text:
        raise ValueError(f"got no cell in {where}, expected one")
    rows = [row for row in matching(text, results) if metric in row.values]
    if len(rows) != 1:
        have = "no row" if not rows else f"{len(rows)} rows ({'; '.join(row.name for row in rows[:3])})"
        raise ValueError(f"got {where} '{text}', which fits {have} with {metric}, expected one. "
                         "Add factors, or table=...")
    return rows[0]
