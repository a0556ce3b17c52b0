"""One configuration in two tables."""

KIND = "printed-twice"


def rows(first: str, second: str, **more: str) -> list[dict[str, str]]:
    return [{"table": "6", "network": "UNet", "dice": first}, {"table": "7", "network": "unet", "dice": second, **more}]


def test_a_value_that_is_not_the_other_rounded(objections) -> None:
    found, = objections(KIND, *rows(".77", ".764"))
    assert (found.severity, found.numbers, found.lines) == ("suspicious", "Dice .77 and .764.", (1, 2))
    assert objections(KIND, *rows(".76", ".764")) == []


def test_other_factors_or_runs_are_other_cells(objections) -> None:
    assert objections(KIND, *rows(".77", ".764", loss="Dice")) == []
    assert objections(KIND, *rows(".77", ".764", seed="1")) == []
