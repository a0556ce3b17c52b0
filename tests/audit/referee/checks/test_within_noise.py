"""Winners, and what the table tells of its noise."""

KIND = "within-noise"


def test_nothing_tells_of_the_noise(objections) -> None:
    found, = objections(KIND, {"network": "a", "dice": ".441", "iou": ".3"},
                        {"network": "b", "dice": ".438", "iou": ".4"}, {"network": "c", "dice": ".2", "iou": ".1"})
    assert found.severity == "remark"
    assert "Dice .441 (a) against .438 (b): 0.3 points; IoU .4 (b) against .3 (a): 10.0 points." in found.numbers
    assert "no interval" in found.numbers.lower()


def test_a_lower_value_wins_where_lower_is_better(objections) -> None:
    found, = objections(KIND, {"network": "a", "brier": "0.2"}, {"network": "b", "brier": "0.1"})
    assert "brier score 0.1 (b) against 0.2 (a)" in found.numbers


def test_tables_and_test_sets_are_apart(objections) -> None:
    rows = [{"table": t, "dataset": d, "network": n, "dice": v} for t, d, n, v in (
        ("1", "x", "a", ".1"), ("1", "x", "b", ".2"), ("1", "y", "a", ".3"), ("2", "x", "a", ".4"))]
    assert len(objections(KIND, *rows)) == 1
