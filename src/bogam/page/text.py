"""Numbers and names as a reader sees them: one way to write a value, an interval, a p value, a duration."""

from __future__ import annotations

import math
import unicodedata

UNDEFINED = "–"
"""What stands where a value is not defined."""


def clean(text: object) -> str:
    """Return text that any browser, figure and UTF-8 file can hold: no control characters, no lone surrogates.

    Example:
        >>> clean("a\\x00b\\udcffc")
        'ab?c'
    """
    whole = str(text).encode("utf-8", "replace").decode("utf-8")
    return "".join(c for c in whole if c in "\n\t" or unicodedata.category(c) != "Cc")


def is_number(value: object) -> bool:
    """Return whether a value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with fixed digits and a true minus sign, or a dash where it is undefined.

    Example:
        >>> number(-0.5, 2), number(None), number(float("nan"))
        ('−0.50', '–', '–')
    """
    if value is None or not math.isfinite(value):
        return UNDEFINED
    return plain(value, digits).replace("-", "−")


def plain(value: float | None, digits: int = 3) -> str:
    """Return a number as a CSV file holds it: the digits of `number`, an ASCII minus, empty where undefined.

    Example:
        >>> plain(-0.0001, 2), plain(None)
        ('0.00', '')
    """
    if value is None or not math.isfinite(value):
        return ""
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text


def signed(value: float | None, digits: int = 1) -> str:
    """Return a difference with its sign.

    Example:
        >>> signed(3.14), signed(-0.2), signed(0.0)
        ('+3.1', '−0.2', '0.0')
    """
    text = number(value, digits)
    return f"+{text}" if value is not None and text != UNDEFINED and text[0] != "−" and float(text) > 0 else text


def interval(low: float | None, high: float | None, digits: int = 3) -> str:
    """Return ``low to high``, or "no interval".

    Example:
        >>> interval(1.2, 5, 1), interval(None, None)
        ('1.2 to 5.0', 'no interval')
    """
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return "no interval"
    return f"{number(low, digits)} to {number(high, digits)}"


def p_value(value: float | None) -> str:
    """Return a p value as papers print it.

    Example:
        >>> p_value(0.0001), p_value(0.0321), p_value(None)
        ('< 0.001', '0.032', '–')
    """
    if value is None or not math.isfinite(value):
        return UNDEFINED
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def duration(time_s: float | None) -> str:
    """Return a time in words.

    Example:
        >>> duration(7500), duration(95), duration(2.345), duration(None)
        ('2 h 05 min', '1 min 35 s', '2.3 s', '–')
    """
    if time_s is None or not math.isfinite(time_s):
        return UNDEFINED
    if time_s < 60:
        return f"{time_s:.1f} s"
    whole = round(time_s)
    hours, minutes, seconds = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {seconds:02d} s"


def many(count: int, one: str, several: str = "") -> str:
    """Return a count with its noun.

    Example:
        >>> many(1, "image"), many(1200, "image"), many(2, "study", "studies")
        ('1 image', '1,200 images', '2 studies')
    """
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def class_name(label: str) -> str:
    """Return a class as it stands in a sentence: a bare number gets the word before it.

    Example:
        >>> class_name("benign"), class_name("0")
        ('benign', 'class 0')
    """
    return f"class {label}" if is_numeral(label) else label


def is_numeral(text: str) -> bool:
    """Return whether a text reads as a number.

    Example:
        >>> is_numeral("1"), is_numeral("-1.0"), is_numeral("T1")
        (True, True, False)
    """
    return text.strip().lstrip("+-").replace(".", "", 1).isdigit()


def listed(words: list[str], most: int = 8) -> str:
    """Return words joined as a sentence joins them; beyond `most` they are counted.

    Example:
        >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], most=2)
        ('a, b and c', 'a, b and 1 more')
    """
    shown = words if len(words) <= most else [*words[:most], f"{len(words) - most} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "none"
