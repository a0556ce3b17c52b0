"""Small tables for the tests of the referee, and the benchmark's honest tables and plants."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bogam.audit.referee.claims import read_claims
from bogam.audit.referee.counts import read_counts
from bogam.audit.referee.family import Objection, Submission, checks
from bogam.audit.referee.read import read_results, rows_from
from bogam.audit.referee.results import Reading, Results, Row
from bogam.audit.referee.sheet import parse_sheet

ROOT = Path(__file__).parents[3]


def read(rows: Sequence[Mapping[str, Any]], **reading: Any) -> Results:
    """Return a table of rows of text."""
    return read_results(rows_from(rows), Reading(**{"scale": "fraction", **reading}))


def found(kind: str, *rows: Mapping[str, Any], counts: str = "", claims: str = "", **reading: Any) -> list[Objection]:
    """Return what one check objects to, digits being rounded."""
    results = read(rows or [{"network": "a", "dice": "0.7"}], **reading)
    given = Submission(results, read_counts(parse_sheet(counts, "counts.csv")) if counts else None,
                       read_claims(parse_sheet(claims, "claims.csv"), results) if claims else ())
    return list(checks.parse(kind).check(given))


@pytest.fixture
def objections():
    """Return the function that runs one check."""
    return found


@pytest.fixture
def table():
    """Return the function that reads rows."""
    return read


@pytest.fixture
def row(table):
    """Return the function that reads one row."""
    def one(**cells: Any) -> Row:
        reading = {k: cells.pop(k) for k in ("averaged", "classes") if k in cells}
        return table([{k: str(v) for k, v in cells.items()}], **reading).rows[0]
    return one


@pytest.fixture(scope="session")
def bench():
    """Return the benchmark's modules: honest tables and plants."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import referee
        import referee_plants
        import referee_tables
    finally:
        sys.path.remove(str(ROOT / "benchmarks"))
    return referee, referee_tables, referee_plants
