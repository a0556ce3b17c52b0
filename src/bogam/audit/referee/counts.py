"""Stated counts and what they should add to: a sheet of names, counts and small formulas.

Columns: `name`, `count`, and as far as wanted
- `equals`: a formula that the count must equal by what the words mean (a total of its classes);
- `expected`: a formula that it should equal unless something was dropped (five copies of each image);
- `at_most`: a formula that it cannot exceed (lesions drawn, in a set of so many lesions);
- `unit`: what is counted (images, masks, crops, patients);
- `source`: where the number stands; it is shown, not read.

A formula is a sum, difference or product of names and whole numbers, such as `benign + malignant` or `images * 5`;
`images * ?` means any whole number of copies. Several formulas are separated by semicolons.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bogam.audit.referee.printed import parse_count
from bogam.audit.referee.sheet import Sheet
from bogam.core.errors import UserError, near_miss, say

RELATIONS = ("equals", "expected", "at_most")
_COLUMNS = ("name", "count", *RELATIONS, "unit", "source")


@dataclass(frozen=True)
class Formula:
    """A sum of products.

    Args:
        text: as written.
        terms: (sign, whole factor, names) each; the term is sign * factor * product of the counts of the names.
        open: whether the one term is multiplied by a number that is not told (`?`).
    """

    text: str
    terms: tuple[tuple[int, int, tuple[str, ...]], ...]
    open: bool = False

    @property
    def names(self) -> list[str]:
        """Return every name in it, in order."""
        return list(dict.fromkeys(name for _, _, names in self.terms for name in names))

    def value(self, counts: Mapping[str, int]) -> int:
        """Return the number that the formula gives; `?` counts as 1."""
        total = 0
        for sign, factor, names in self.terms:
            product = sign * factor
            for name in names:
                product *= counts[name]
            total += product
        return total

    def worked(self, counts: Mapping[str, int]) -> str:
        """Return the formula with its numbers, such as "891 + 421 + 266 = 1,578"."""
        parts = []
        for k, (sign, factor, names) in enumerate(self.terms):
            factors = [*([f"{factor:,}"] if factor != 1 or not names else []), *(f"{counts[n]:,}" for n in names)]
            lead = ("" if sign > 0 else "-") if k == 0 else (" + " if sign > 0 else " - ")
            parts.append(lead + " x ".join(factors))
        worked = "".join(parts)
        whole = f"{self.value(counts):,}"
        return worked if worked == whole else f"{worked} = {whole}"


@dataclass(frozen=True)
class Count:
    """One stated count with the formulas that it should fit.

    Args:
        line: in the file.
        name: by which formulas call it.
        count: the number.
        unit: what is counted, or "".
        source: where it stands, or "".
        formulas: (relation, formula) each.
    """

    line: int
    name: str
    count: int
    unit: str = ""
    source: str = ""
    formulas: tuple[tuple[str, Formula], ...] = ()


@dataclass(frozen=True)
class Counts:
    """All stated counts, by name."""

    counts: Mapping[str, Count]

    @property
    def numbers(self) -> dict[str, int]:
        """Return name to count."""
        return {name: held.count for name, held in self.counts.items()}


def parse_formula(text: str) -> Formula:
    """Return a formula.

    Raises:
        ValueError: it is none; the message says what was expected.

    Example:
        >>> parse_formula("benign + malignant").names
        ['benign', 'malignant']
        >>> parse_formula("base * 5 - lost").value({"base": 10, "lost": 2})
        48
        >>> parse_formula("base * ?").open
        True
    """
    wanted = "a sum, difference or product of names and whole numbers, such as benign + malignant or images * 5"
    tokens = re.findall(r"\d[\d,]*(?!\w)|[A-Za-z_]\w*|\S", text)
    terms: list[tuple[int, int, tuple[str, ...]]] = []
    sign, factor, names, questions = 1, 1, [], 0
    need = True
    for token in [*tokens, "+"]:
        if need:
            if re.fullmatch(r"\d[\d,]*", token):
                factor *= int(token.replace(",", ""))
            elif re.fullmatch(r"[A-Za-z_]\w*", token):
                names.append(token)
            elif token == "?":
                questions += 1
            else:
                raise ValueError(f"got '{text}', expected {wanted}")
            need = False
        elif token in ("*", "x", "×"):
            need = True
        elif token in ("+", "-", "−"):
            terms.append((sign, factor, tuple(names)))
            sign, factor, names, need = (1 if token == "+" else -1), 1, [], True
        else:
            raise ValueError(f"got '{text}', expected {wanted}")
    if not terms or (questions and (questions > 1 or len(terms) > 1 or terms[0][0] < 0)):
        raise ValueError(f"got '{text}', expected {wanted}; or one term times ?, such as images * ?")
    return Formula(text.strip(), tuple(terms), bool(questions))


def read_counts(sheet: Sheet) -> Counts:
    """Return the counts in a sheet.

    Raises:
        UserError: lists every column, number, formula and name that cannot be read.
    """
    faults = [say(f"{sheet.name}, column '{header}'", "a column that is not known", "a column of a counts file",
                  near_miss(header, _COLUMNS)) for header in sheet.headers if header not in _COLUMNS]
    faults += [say(sheet.name, f"no column '{header}'", "the columns name and count")
               for header in ("name", "count") if header not in sheet.headers]
    if faults:
        raise UserError("\n".join(faults))
    found: dict[str, Count] = {}
    for line in sheet.lines:
        where = f"{sheet.name}, line {line.number}"
        name = line.cells["name"]
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            faults.append(say(where, f"the name '{name}'", "letters, digits and underscores, a letter first"))
            continue
        if name in found:
            faults.append(say(where, f"the name '{name}' again", "each name once"))
            continue
        try:
            number = parse_count(line.cells["count"])
            if number is None:
                raise ValueError("got no count, expected a whole number")
            formulas = tuple((relation, parse_formula(part)) for relation in RELATIONS
                             for part in line.cells.get(relation, "").split(";") if part.strip())
        except ValueError as error:
            faults.append(f"{where}, {name}: {error}.")
            continue
        unit, source = (line.cells.get(column, "") for column in ("unit", "source"))
        found[name] = Count(line.number, name, number, unit, source, formulas)
    for held in found.values():
        for _, formula in held.formulas:
            where = f"{sheet.name}, line {held.line}, {formula.text}"
            faults += [say(where, f"the name '{name}'", "a name of this file", near_miss(name, found))
                       for name in formula.names if name not in found]
    if faults:
        raise UserError("\n".join(faults))
    return Counts(found)
