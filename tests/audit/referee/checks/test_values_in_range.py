"""Values outside their metric's range."""

KIND = "values-in-range"


def test_only_what_no_rounding_brings_back(objections) -> None:
    found = objections(KIND, {"network": "a", "dice": "1.02", "mcc": "-0.3", "kappa": "-1.20", "brier": "1.9"},
                       {"network": "b", "dice": "1.00", "iou": "0.00", "false_positives_per_image": "7.18"})
    assert [(o.severity, o.numbers) for o in found] == [
        ("impossible", "Dice 1.02 is outside 0 to 1."), ("impossible", "kappa -1.20 is outside -1 to 1.")]
    assert objections(KIND, {"network": "a", "false_positives_per_image": "-0.5"})[0].numbers == (
        "false positives per image -0.5 is outside 0 or more.")


def test_a_value_that_rounds_to_beyond_is_none(objections) -> None:
    assert objections(KIND, {"network": "a", "accuracy": "100"}, scale="percent") == []
    assert len(objections(KIND, {"network": "a", "accuracy": "101"}, scale="percent")) == 1
