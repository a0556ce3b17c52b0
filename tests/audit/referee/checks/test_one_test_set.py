"""Rows that say different things about the share of positive cases."""

KIND = "one-test-set"


def row(network: str, accuracy: str, **more: str) -> dict[str, str]:
    return {"network": network, "runs": "1", "classes": "2", "sensitivity": "0.90", "specificity": "0.60",
            "accuracy": accuracy, **more}


def test_two_shares(objections) -> None:
    # (.72 - .60) / .30 = .4 and (.81 - .60) / .30 = .7
    found, = objections(KIND, row("a", "0.72"), row("b", "0.81"), row("c", "0.72"))
    assert found.severity == "suspicious"
    assert found.lines == (1, 2)
    assert "a: 0.3" in found.numbers


def test_agreement_and_other_cases(objections) -> None:
    assert objections(KIND, row("a", "0.72"), row("b", "0.73")) == []
    assert objections(KIND, row("a", "0.72", dataset="x"), row("b", "0.81", dataset="y")) == []
    assert objections(KIND, row("a", "0.72", fold="0"), row("b", "0.81", fold="1")) == []
    untold = [{k: v for k, v in row(n, a).items() if k != "runs"} for n, a in (("a", "0.72"), ("b", "0.81"))]
    assert objections(KIND, *untold) == []
