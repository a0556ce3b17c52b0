"""Accuracy against the commoner class."""

KIND = "majority-class"


def test_below_the_commoner_class(objections) -> None:
    found, = objections(KIND, {"network": "a", "accuracy": "0.70", "n": "277524", "positives": "78786"})
    assert (found.severity, found.numbers) == ("remark", "Accuracy 0.70; the commoner class has 0.716 of the cases.")
    assert objections(KIND, {"network": "a", "accuracy": "0.72", "n": "277524", "positives": "78786"}) == []
    assert objections(KIND, {"network": "a", "accuracy": "0.70"}) == []


def test_by_the_printed_share(objections) -> None:
    assert len(objections(KIND, {"network": "a", "accuracy": "0.60", "prevalence": "0.30"})) == 1
    assert objections(KIND, {"network": "a", "accuracy": "0.69", "prevalence": "0.30"}) == []
