"""Sensitivity and its price."""

import pytest

KIND = "sensitivity-alone"


def test_alone(objections) -> None:
    found, = objections(KIND, {"network": "a", "sensitivity": "0.91"}, {"network": "b", "sensitivity": "0.83"})
    assert (found.severity, found.numbers) == ("remark", "2 of 2 rows: a; b.")


@pytest.mark.parametrize("price", ["specificity", "precision", "false_positives_per_image", "fpr", "fp"])
def test_with_its_price(objections, price: str) -> None:
    assert objections(KIND, {"network": "a", "sensitivity": "0.91", price: "1"}) == []


def test_other_metrics_need_none(objections) -> None:
    assert objections(KIND, {"network": "a", "dice": "0.91"}) == []
