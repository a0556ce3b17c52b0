"""Claimed gains against the cells that they speak of."""

from __future__ import annotations

KIND = "claimed-gains"
ROWS = [{"network": n, "augment": a, "accuracy": v} for n, a, v in (
    ("VGG", "base", ".79"), ("VGG", "filter", ".92"), ("ResNet", "base", ".84"), ("ResNet", "filter", ".97"))]
HEAD = "claim,kind,metric,from,to,gain\n"


def check(objections, line: str, rows=None) -> list[tuple[str, str]]:
    return [(o.severity, o.numbers) for o in objections(KIND, *(rows or ROWS), claims=HEAD + line)]


def test_a_gain_across_cells_with_the_gain_of_each_change(objections) -> None:
    found, = check(objections, "it,relative,accuracy,network=vgg; augment=base,network=resnet; augment=filter,22.8\n")
    assert found[0] == "suspicious"
    for words in ("network (VGG -> ResNet) and augment (base -> filter) changed at once",
                  "+18.0 points, 22.8 % of the old value", "Augment alone, all else as in the praised cell: accuracy "
                  ".84 -> .97 is +13.0 points, 15.5 %", "Network alone, all else as in the praised cell: accuracy "
                  ".92 -> .97 is +5.0 points"):
        assert words in found[1]


def test_a_cell_that_the_table_lacks(objections) -> None:
    line = "it,gain,accuracy,network=vgg; augment=base,network=resnet; augment=filter,\n"
    found, = check(objections, line, [ROWS[0], ROWS[1], ROWS[3]])
    assert "Augment alone, all else as in the old cell: accuracy .79 -> .92" in found[1]
    found, = check(objections, line, [ROWS[0], ROWS[3]])
    assert "Augment alone, the table has no such cell" in found[1]


def one(kind: str, gain: str) -> str:
    return f"it,{kind},accuracy,network=resnet; augment=base,network=resnet; augment=filter,{gain}\n"


def test_within_a_cell_points_are_what_is_wanted(objections) -> None:
    assert check(objections, one("points", "13.0")) == []
    found, = check(objections, one("relative", "15.5"))
    assert found[0] == "remark"
    assert "+13.0 points, 15.5 % of the old value" in found[1]
    assert check(objections, one("gain", "13.0")) == []
    assert check(objections, one("gain", "15.5"))[0][0] == "remark"


def test_a_number_that_is_the_other_kind(objections) -> None:
    found, = [f for f in check(objections, one("points", "15.5")) if f[0] != "remark"]
    assert found[0] == "suspicious"
    assert "percent of the old value, not points" in found[1]


def test_a_number_that_no_cells_give(objections) -> None:
    assert check(objections, one("points", "19.0"))[0][0] == "impossible"
    assert check(objections, one("points", "13.9")) == []  # .965 to .975 less .835 to .845: 12 to 14 points
    assert check(objections, one("points", "14.1"))[0][0] == "impossible"


def test_an_error_that_falls_is_a_gain(objections) -> None:
    rows = [{"network": "a", "error_rate": "9.6"}, {"network": "b", "error_rate": "5.9"}]
    found = objections(KIND, *rows, scale="percent", claims=HEAD + "it,points,error rate,network=a,network=b,3.7\n")
    assert found == []
