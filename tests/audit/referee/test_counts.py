"""Formulas and the counts file."""

from __future__ import annotations

import pytest

from bogam.audit.referee.counts import parse_formula, read_counts
from bogam.audit.referee.sheet import parse_sheet
from bogam.core.errors import UserError


@pytest.mark.parametrize(("text", "value", "worked"), [
    ("a + b", 13, "10 + 3 = 13"), ("a * 5", 50, "5 x 10 = 50"), ("a * b - 4", 26, "10 x 3 - 4 = 26"),
    ("a x b", 30, "10 x 3 = 30"), ("1,000 + a", 1010, "1,000 + 10 = 1,010"), ("a", 10, "10")])
def test_formulas(text: str, value: int, worked: str) -> None:
    formula = parse_formula(text)
    assert (formula.value({"a": 10, "b": 3}), formula.worked({"a": 10, "b": 3})) == (value, worked)


@pytest.mark.parametrize("text", ["", "a +", "+ a", "a b", "(a + b) * 2", "a / b", "a * ? + b", "? * ?"])
def test_what_is_no_formula(text: str) -> None:
    with pytest.raises(ValueError, match="expected a sum, difference or product"):
        parse_formula(text)


def test_any_number_of_copies() -> None:
    assert parse_formula("a * ?").open
    assert not parse_formula("a * 5").open


@pytest.mark.parametrize(("text", "message"), [
    ("name,cuont\na,1\n", r"column 'cuont'.*Did you mean 'count'"), ("name,unit\na,x\n", "no column 'count'"),
    ("name,count\na,1\na,2\n", r"got the name 'a' again"), ("name,count\n1a,1\n", r"the name '1a'"),
    ("name,count\na,\n", "got no count"), ("name,count\na,1.5\n", "expected a whole number"),
    ("name,count,equals\nall,1,a + bb\na,1,\nb,2,\n", r"got the name 'bb'.*Did you mean 'b'")])
def test_faults(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_counts(parse_sheet(text, "counts.csv"))


def test_several_formulas_of_one_count() -> None:
    held = read_counts(parse_sheet("name,count,at_most\na,1,b; c\nb,2,\nc,3,\n", "counts.csv"))
    assert [formula.text for _, formula in held.counts["a"].formulas] == ["b", "c"]
