"""A number as it was printed: its text, and the interval of true values that its digits allow."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

EXACT = Fraction(1, 10**9)
"""No printed number is taken as more exact than this: a computed table carries the noise of floating point."""
NOTHING = {"", "-", "–", "—", "n/a", "na", "nan", "none", "null", "."}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_SPREAD = re.compile(r"^(.*?)\s*(?:±|\+/-|\+-)\s*(.*)$")
_END = r"\s*([\d.]+\s*%?)\s*"
_INTERVAL = re.compile(rf"^([^(\[]+?)\s*[(\[]\s*(?:95\s*%\s*CI:?)?{_END}(?:-|–|—|to|,|;){_END}[)\]]$")


Digits = Literal["rounded", "cut", "either"]
"""What became of the digits that are not printed."""


@dataclass(frozen=True)
class Printed:
    """A printed number in the metric's own scale.

    Args:
        text: as printed.
        value: exactly what the digits say.
        unit: one unit of the last digit, in the same scale.
        digits: whether further digits were rounded, cut off, or either.
    """

    text: str
    value: Fraction
    unit: Fraction
    digits: Digits = "rounded"

    @property
    def below(self) -> bool:
        """Whether it is printed with a minus sign; "-0.00" is what cutting leaves of -0.004."""
        return self.text.lstrip().startswith(("-", "−"))

    @property
    def low(self) -> Fraction:
        """Lowest true value that prints so. Rounding takes half a unit, its end included; cutting less than a unit."""
        if self.digits == "rounded" or (self.digits == "either" and not self.below):
            return self.value - self.unit / 2 - EXACT
        return self.value - (max(self.unit - 2 * EXACT, self.unit / 2) if self.below else EXACT)

    @property
    def high(self) -> Fraction:
        """Highest true value that prints so."""
        if self.digits == "rounded" or (self.digits == "either" and self.below):
            return self.value + self.unit / 2 + EXACT
        return self.value + (EXACT if self.below else max(self.unit - 2 * EXACT, self.unit / 2))

    def reread(self, digits: Digits) -> Printed:
        """Return the same number under another assumption on its digits."""
        return replace(self, digits=digits)

    def scaled(self, factor: Fraction) -> Printed:
        """Return the number in another scale; the text stays."""
        return replace(self, value=self.value * factor, unit=self.unit * factor)

    def __str__(self) -> str:
        return self.text


def parse_number(text: str, decimal_comma: bool = False) -> Printed | None:
    """Return a printed number, or None where nothing is printed.

    Args:
        text: such as "0.71", ".786", "97.4 %", "-0.05".
        decimal_comma: whether "0,71" is a number too.

    Raises:
        ValueError: it is no number; the message says what was expected.

    Example:
        >>> shown = parse_number(".79")
        >>> float(shown.value), float(shown.unit), round(float(shown.low), 6), round(float(shown.high), 6)
        (0.79, 0.01, 0.785, 0.795)
        >>> parse_number("n/a") is None
        True
        >>> parse_number("97.4 %").value
        Fraction(487, 500)
    """
    plain = text.strip().replace("−", "-").replace("\u00a0", " ")
    if plain.lower() in NOTHING:
        return None
    percent = plain.endswith("%")
    plain = plain.rstrip("% ")
    if decimal_comma or re.fullmatch(r"[+-]?0?,\d+", plain):
        plain = plain.replace(",", ".", 1)
    if not _NUMBER.fullmatch(plain):
        raise ValueError(f"got '{text}', expected one number as printed, such as 0.712, 71.2 %, 71.2 ± 3.0 or "
                         "0.91 (0.88-0.94)")
    exact = Decimal(plain)
    exponent = exact.as_tuple().exponent
    assert isinstance(exponent, int)
    shown = Printed(text.strip(), Fraction(exact), Fraction(10) ** exponent)
    return shown.scaled(Fraction(1, 100)) if percent else shown


@dataclass(frozen=True)
class Cell:
    """What one cell prints: a value, and as far as it is there a standard deviation, or the ends of an interval."""

    value: Printed | None
    sd: Printed | None = None
    low: Printed | None = None
    high: Printed | None = None


def parse_cell(text: str, decimal_comma: bool = False) -> Cell:
    """Return what a cell prints. Raises ValueError as `parse_number` does.

    Example:
        >>> parse_cell("71.2 ± 3.0 %").sd.text, parse_cell("0.91 (0.88–0.94)").high.text
        ('3.0 %', '0.94')
        >>> str(parse_cell("**0.84**").value)
        '0.84'
    """
    plain = text.strip()
    if plain.startswith("**") and plain.endswith("**"):
        plain = plain.strip("*").strip()
    between, spread = _INTERVAL.match(plain), _SPREAD.match(plain)
    parts = between.groups() if between else spread.groups() if spread else (plain,)
    if len(parts) > 1 and any(part.rstrip().endswith("%") for part in parts):
        parts = tuple(part if part.rstrip().endswith("%") else f"{part.rstrip()} %" for part in parts)
    numbers = [parse_number(part, decimal_comma) for part in parts]
    if len(parts) > 1 and None in numbers:
        raise ValueError(f"got '{text}', expected a number on both sides")
    return Cell(numbers[0], None, numbers[1], numbers[2]) if between else Cell(*numbers)


def parse_count(text: str) -> int | None:
    """Return a whole number, or None where nothing is printed. Raises ValueError where it is none.

    Example:
        >>> parse_count("15,921"), parse_count("1568"), parse_count("")
        (15921, 1568, None)
    """
    plain = text.strip()
    if plain.lower() in NOTHING:
        return None
    bare = plain.replace(",", "").replace(" ", "").replace("\u00a0", "").replace("'", "")
    grouped = re.fullmatch(r"\d{1,3}([, '\u00a0]\d{3})+", plain)
    if not (grouped or re.fullmatch(r"\d+", plain) or re.fullmatch(r"\d+\.0+", plain)):
        raise ValueError(f"got '{text}', expected a whole number, such as 1,568")
    return int(bare.split(".")[0])


def decimal(value: Fraction | float, digits: int = 4) -> str:
    """Return a number in digits for a sentence.

    Example:
        >>> decimal(Fraction(411, 1589))
        '0.2587'
    """
    return f"{float(value):.{digits}f}"
