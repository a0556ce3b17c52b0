"""Read a CSV file as text: what was printed matters, so nothing is turned into a number here."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bogam.core.errors import UserError, say

DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Line:
    """One line of a sheet.

    Args:
        number: as an editor counts them.
        cells: header to text, stripped.
    """

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """A CSV file as text.

    Args:
        name: of the file, for messages.
        headers: in order.
        lines: without empty ones.
        decimal_comma: whether fields are separated by ";", so that a comma may stand in a number.
    """

    name: str
    headers: tuple[str, ...]
    lines: tuple[Line, ...]
    decimal_comma: bool = False


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file with one header line, separated by commas, semicolons or tabs, in UTF-8.

    Raises:
        UserError: there is no such file, it is no text, has no rows, or a line does not fit the header.
    """
    if not path.is_file():
        raise UserError(say(str(path), "no file of that name", "a CSV file"))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(say(str(path), "bytes that are not UTF-8", "a CSV file in UTF-8",
                            "Save it as “CSV UTF-8”.")) from None
    return parse_sheet(text, path.name)


def parse_sheet(text: str, name: str) -> Sheet:
    """Return the sheet in a text; see `read_sheet`.

    Example:
        >>> sheet = parse_sheet("network;dice\\nunet;0,71\\n", "r.csv")
        >>> sheet.headers, sheet.lines[0].cells["dice"], sheet.decimal_comma
        (('network', 'dice'), '0,71', True)
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    rows = []
    begin = 1
    try:
        for row in reader:
            rows.append((begin, [cell.strip() for cell in row]))
            begin = reader.line_num + 1
    except csv.Error as error:
        raise UserError(say(f"{name}, line {begin}", f"a line that cannot be read ({error})", "CSV")) from None
    rows = [(number, row) for number, row in rows if any(row)]
    if len(rows) < 2:
        raise UserError(say(name, f"{len(rows)} lines", "a header and at least one row"))
    headers = rows[0][1]
    while headers and not headers[-1]:
        headers.pop()
    faults = _header_faults(name, headers)
    lines = []
    for number, row in rows[1:]:
        extra = [cell for cell in row[len(headers):] if cell]
        if extra:
            faults.append(say(f"{name}, line {number}", f"{len(row)} cells", f"{len(headers)}",
                              "Put a text with a comma in quotes."))
        padded = row + [""] * (len(headers) - len(row))
        lines.append(Line(number, dict(zip(headers, padded, strict=False))))
    if faults:
        raise UserError("\n".join(faults))
    return Sheet(name, tuple(headers), tuple(lines), delimiter == ";")


def _header_faults(name: str, headers: Sequence[str]) -> list[str]:
    faults = [say(f"{name}, header", f"no name for column {k + 1}", "a name for every column")
              for k, header in enumerate(headers) if not header]
    twice = sorted({header for header in headers if header and headers.count(header) > 1})
    return faults + [say(f"{name}, header", f"'{header}' twice", "each name once") for header in twice]
