"""A printed number and the true values that its digits allow."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bogam.audit.referee.printed import EXACT, parse_cell, parse_count, parse_number


@pytest.mark.parametrize(("text", "value", "unit"), [
    ("0.71", "0.71", "0.01"), (".786", "0.786", "0.001"), ("1", "1", "1"), ("0.790", "0.790", "0.001"),
    ("-0.05", "-0.05", "0.01"), ("−0.05", "-0.05", "0.01"), ("97.4 %", "0.974", "0.001"), ("97%", "0.97", "0.01"),
    ("0,71", "0.71", "0.01"), ("1e-3", "0.001", "0.001")])
def test_the_unit_is_that_of_the_last_digit(text: str, value: str, unit: str) -> None:
    shown = parse_number(text)
    assert shown is not None
    assert (shown.value, shown.unit, shown.text) == (Fraction(value), Fraction(unit), text)


@pytest.mark.parametrize("text", ["", "-", "–", "n/a", "NaN", " "])
def test_nothing_printed_is_nothing(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize("text", ["abc", "0.7 (0.1)", "1.2.3", "0.71*", "15,921", "±", "0.7 ±"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected (one number as printed|a number on both sides)"):
        parse_cell(text)


def test_rounded_digits_allow_half_a_unit_with_its_ends() -> None:
    shown = parse_number("0.77")
    assert shown is not None
    assert (shown.low, shown.high) == (Fraction("0.765") - EXACT, Fraction("0.775") + EXACT)


def test_cut_digits_allow_less_than_a_unit_upwards_and_below_nought_downwards() -> None:
    shown = parse_number("0.764")
    assert shown is not None
    cut, either = shown.reread("cut"), shown.reread("either")
    assert (cut.low, cut.high) == (Fraction("0.764") - EXACT, Fraction("0.765") - 2 * EXACT)
    assert (either.low, either.high) == (Fraction("0.7635") - EXACT, cut.high)
    below = parse_number("-0.5")
    assert below is not None
    down = below.reread("cut")
    assert (down.low, down.high) == (Fraction("-0.6") + 2 * EXACT, Fraction("-0.5") + EXACT)


def test_a_minus_sign_before_nought_says_where_it_was_cut() -> None:
    below, above = parse_number("-0.00"), parse_number("0.00")
    assert below is not None
    assert above is not None
    assert (below.reread("cut").low, below.reread("cut").high) == (2 * EXACT - Fraction("0.01"), EXACT)
    assert (above.reread("cut").low, above.reread("cut").high) == (-EXACT, Fraction("0.01") - 2 * EXACT)
    assert below.low == above.low


def test_a_number_cut_to_764_and_one_rounded_to_77_are_not_the_same() -> None:
    long, short = parse_number("0.764"), parse_number("0.77")
    assert long is not None
    assert short is not None
    assert long.reread("either").high < short.reread("either").low


def test_no_number_is_more_exact_than_floating_point() -> None:
    shown = parse_number("0.30000000000000004")
    assert shown is not None
    assert shown.low < Fraction("0.3") < shown.high


@pytest.mark.parametrize(("text", "value", "sd", "low", "high"), [
    ("0.71 ± 0.03", "0.71", "0.03", "", ""), ("0.71+/-0.03", "0.71", "0.03", "", ""),
    ("71 ± 3 %", "0.71", "0.03", "", ""), ("0.91 (0.88–0.94)", "0.91", "", "0.88", "0.94"),
    ("0.91 [0.88, 0.94]", "0.91", "", "0.88", "0.94"), ("91 % (95% CI 88 to 94)", "0.91", "", "0.88", "0.94"),
    ("**0.84**", "0.84", "", "", ""), (".79", "0.79", "", "", "")])
def test_more_than_a_number_in_the_cell(text: str, value: str, sd: str, low: str, high: str) -> None:
    cell = parse_cell(text)
    for shown, wanted in ((cell.value, value), (cell.sd, sd), (cell.low, low), (cell.high, high)):
        assert (shown.value if shown else None) == (Fraction(wanted) if wanted else None)


def test_counts() -> None:
    assert [parse_count(t) for t in ("1568", "15,921", "277 524", "3.0", "")] == [1568, 15921, 277524, 3, None]
    for wrong in ("1,56", "1.5", "many", "-3"):
        with pytest.raises(ValueError, match="expected a whole number"):
            parse_count(wrong)
