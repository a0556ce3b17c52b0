"""The kinds of value that settings of parts have: ranges, shares, sizes."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field


def _check_ordered(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] > value[1]:
        raise ValueError(f"got ({value[0]}, {value[1]}), expected (low, high) with low <= high. Swap the two.")
    return value


Range = Annotated[tuple[float, float], AfterValidator(_check_ordered)]
"""(low, high), low <= high."""

def _check_counts(value: tuple[int, int]) -> tuple[int, int]:
    if not 1 <= value[0] <= value[1]:
        raise ValueError(f"got ({value[0]}, {value[1]}), expected whole numbers (low, high) with 1 <= low <= high.")
    return value


CountRange = Annotated[tuple[int, int], AfterValidator(_check_counts)]
"""(low, high), whole numbers, 1 <= low <= high."""

Share = Annotated[float, Field(ge=0.0, le=1.0)]
"""A share of a whole, 0 to 1."""

Positive = Annotated[float, Field(gt=0.0)]
"""A number above 0."""

Count = Annotated[int, Field(ge=1)]
"""A whole number, 1 or more."""

Size = tuple[Count, Count]
"""(rows, columns) in pixels."""
