"""Dates: moved by whole days, and written in the ways in which people write them."""

from __future__ import annotations

import re
from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
         "december")


def read_date(text: str) -> date | None:
    """Return the day at the start of a DICOM date or date-time, or None where it names no whole day.

    Example:
        >>> read_date("19700102"), read_date("1970.01.02"), read_date("197001")
        (datetime.date(1970, 1, 2), datetime.date(1970, 1, 2), None)
    """
    found = re.match(r"\s*(\d{4})([.:/-]?)(\d\d)\2(\d\d)", text)
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        return None


def shift(text: str, days: int) -> str | None:
    """Return a DICOM date (DA) or date-time (DT) moved by whole days, the time of day kept; None where that cannot be.

    Example:
        >>> shift("20200301", -1), shift("20200301120000.5+0900", -366), shift("2020", -1)
        ('20200229', '20190301120000.5+0900', None)
    """
    day = read_date(text)
    if day is None:
        return None
    rest = re.sub(r"^\s*\d{4}[.:/-]?\d\d[.:/-]?\d\d", "", text).rstrip("\0 ")
    if not re.fullmatch(r"(\d{2,6}(\.\d{1,6})?)?([+-]\d{4})?", rest):
        return None
    try:
        return (day + timedelta(days=days)).strftime("%Y%m%d").rjust(8, "0") + rest
    except OverflowError:
        return None


def ways_to_write(day: date) -> tuple[str, ...]:
    """Return a day as text in the usual orders and separators, in small letters.

    Example:
        >>> ways = ways_to_write(date(1970, 1, 2))
        >>> "19700102" in ways, "02.01.1970" in ways, "jan 2, 1970" in ways
        (True, True, True)
    """
    year, month, number = f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"
    found = []
    for mark in ("", "-", ".", "/", "_", " "):
        found += [mark.join(parts) for parts in ((year, month, number), (number, month, year), (month, number, year))]
    for plain in (f"{day.day}.{day.month}.{year}", f"{day.month}/{day.day}/{year}", f"{day.day}/{day.month}/{year}",
                  f"{year}년 {day.month}월 {day.day}일", f"{year}年{day.month}月{day.day}日"):
        found.append(plain)
    for name in (_MONTHS[day.month - 1], _LONG[day.month - 1]):
        for spelled in (number, str(day.day)):
            found += [f"{spelled} {name} {year}", f"{spelled}-{name}-{year}", f"{spelled}{name}{year}",
                      f"{name} {spelled}, {year}", f"{name} {spelled} {year}"]
    return tuple(dict.fromkeys(found))
