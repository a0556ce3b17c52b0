"""Intervals and their values."""

KIND = "interval-and-value"


def row(value: str, low: str, high: str) -> dict[str, str]:
    return {"network": "a", "dice": value, "dice_low": low, "dice_high": high}


def test_crossed_outside_and_right(objections) -> None:
    assert objections(KIND, row("0.71", "0.68", "0.74")) == []
    found, = objections(KIND, row("0.71", "0.74", "0.68"))
    assert (found.severity, found.numbers) == ("impossible", "Dice: the interval goes from 0.74 to 0.68.")
    found, = objections(KIND, row("0.76", "0.68", "0.74"))
    assert (found.severity, found.numbers) == ("suspicious", "Dice 0.76 lies outside its interval, 0.68 to 0.74.")


def test_rounding_is_no_fault(objections) -> None:
    assert objections(KIND, row("0.7", "0.71", "0.74")) == []  # 0.7 may be 0.74
    assert objections(KIND, {"network": "a", "dice": "0.7", "dice_low": "0.71"}) == []
