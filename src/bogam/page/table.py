"""A table that is shown on a page and saved as CSV with the same digits."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, ClassVar, Literal

from bogam.page.text import UNDEFINED, clean, interval, number, p_value, plain, signed


@dataclass(frozen=True)
class Column:
    """One column.

    Args:
        key: name in the rows and in the CSV file.
        title: header as shown.
        kind: "text"; "count" (whole number); "number"; "signed" (a difference); "p"; "estimate": a tuple
            (value, low, high), three columns in the CSV file; "contrast": the same for a signed difference.
        digits: behind the decimal point.
        group: headers above the title, outermost first.
    """

    key: str
    title: str
    kind: Literal["text", "count", "number", "signed", "p", "estimate", "contrast"] = "text"
    digits: int = 3
    group: tuple[str, ...] = ()


@dataclass(frozen=True)
class Marked:
    """A value with words beside it ("control", "not converged").

    Args:
        value: what the column's kind asks for.
        tags: short words shown as labels.
        note: a small line below the value.
    """

    value: Any
    tags: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Shown:
    """One cell as the template writes it."""

    text: str
    small: str
    tags: tuple[str, ...]
    note: str
    label: str
    numeric: bool
    heading: bool

    @property
    def long(self) -> bool:
        """Whether it holds a word so long that it may be broken anywhere."""
        return max(map(len, self.text.split()), default=0) > 24


@dataclass(frozen=True)
class Header:
    """One header cell: how many columns it spans."""

    text: str
    span: int
    numeric: bool
    rows: int = 1


@dataclass(frozen=True)
class Table:
    """A table with a caption.

    Args:
        name: stem of the CSV file.
        caption: what is to be seen, with units.
        columns: in order.
        rows: key to value; a missing key is undefined.
        headings: how many of the first columns name the row.
        show: rows on the page; all are in the CSV file.
        notes: small print below.
        layout: "stack": rows become cards on a narrow screen; "scroll": the table scrolls sideways; "auto": stack
            up to 80 cells.
    """

    block: ClassVar[str] = "table"
    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    headings: int = 1
    show: int | None = None
    notes: Sequence[str] = field(default=())
    layout: Literal["auto", "stack", "scroll"] = "auto"

    @property
    def stacks(self) -> bool:
        """Whether rows become cards on a narrow screen."""
        small = len(self.columns) * len(self.rows[:self.show]) <= 80
        return self.layout == "stack" or (self.layout == "auto" and small)

    @property
    def left_out(self) -> int:
        """How many rows are in the CSV file only."""
        return 0 if self.show is None else max(0, len(self.rows) - self.show)

    def headers(self) -> list[list[Header]]:
        """Return the rows of header cells, outermost first; a column without groups spans all rows."""
        depth = max((len(c.group) for c in self.columns), default=0)
        lines: list[list[Header]] = []
        for level in range(depth):
            line = []
            for key, members in groupby(enumerate(self.columns), key=lambda item: _group_key(item, level)):
                here = list(members)
                first = here[0][1]
                if not first.group:
                    if level == 0:
                        line.append(Header(first.title, 1, _numeric(first), depth + 1))
                else:
                    line.append(Header(key[-1], len(here), True))
            lines.append(line)
        lines.append([Header(c.title, 1, _numeric(c)) for c in self.columns if c.group or depth == 0])
        return lines

    def body(self) -> list[list[Shown]]:
        """Return the rows as they are shown."""
        return [[_shown(column, row.get(column.key), place < self.headings)
                 for place, column in enumerate(self.columns)] for row in self.rows[:self.show]]

    def csv(self) -> str:
        """Return the table as CSV text: the shown digits, ASCII signs, undefined values empty."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([name for c in self.columns for name in _csv_names(c)])
        for row in self.rows:
            writer.writerow([value for c in self.columns for value in _csv_values(c, row.get(c.key))])
        return text.getvalue()


def _group_key(item: tuple[int, Column], level: int) -> tuple[str, ...]:
    place, column = item
    return column.group[:level + 1] if column.group else (str(place), "")


def _numeric(column: Column) -> bool:
    return column.kind != "text"


def _shown(column: Column, value: Any, heading: bool) -> Shown:
    marked = value if isinstance(value, Marked) else Marked(value)
    text, small = _texts(column, marked.value)
    label = " · ".join((*column.group, column.title))
    return Shown(text, small, marked.tags, marked.note, label, _numeric(column), heading)


def _texts(column: Column, value: Any) -> tuple[str, str]:
    if column.kind in ("estimate", "contrast"):
        middle, low, high = value if value is not None else (None, None, None)
        if middle is None:
            return UNDEFINED, ""
        write = signed if column.kind == "contrast" else number
        return write(middle, column.digits), interval(low, high, column.digits)
    if value is None:
        return UNDEFINED, ""
    if column.kind == "count":
        return f"{int(value):,}", ""
    if column.kind == "number":
        return number(value, column.digits), ""
    if column.kind == "signed":
        return signed(value, column.digits), ""
    if column.kind == "p":
        return p_value(value), ""
    return clean(value), ""


def _csv_names(column: Column) -> list[str]:
    if column.kind in ("estimate", "contrast"):
        return [column.key, f"{column.key}_low", f"{column.key}_high"]
    return [clean(column.key)]


def _csv_values(column: Column, value: Any) -> list[str]:
    inner = value.value if isinstance(value, Marked) else value
    if column.kind in ("estimate", "contrast"):
        return [plain(part, column.digits) for part in (inner if inner is not None else (None, None, None))]
    if inner is None:
        return [""]
    if column.kind == "count":
        return [str(int(inner))]
    if column.kind in ("number", "signed"):
        return [plain(inner, column.digits)]
    if column.kind == "p":
        return [f"{inner:.3g}"]
    return [clean(inner)]
