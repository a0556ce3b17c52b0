"""Claimed winners."""

from __future__ import annotations

KIND = "claimed-best"


def check(objections, *values: str, among: str = "", **more: str) -> list[tuple[str, str]]:
    rows = [{"network": "abc"[k], "loss": "x", "accuracy": v, **more} for k, v in enumerate(values)]
    claims = f"claim,kind,metric,to,among\nit,best,accuracy,network=a,{among}\n"
    return [(o.severity, o.title) for o in objections(KIND, *rows, claims=claims)]


def test_beaten_equal_unknown_and_within(objections) -> None:
    assert check(objections, ".80", ".85") == [("impossible", "A best that another cell beats")]
    assert check(objections, ".80", ".80") == [("suspicious", "A best that another cell equals")]
    assert check(objections, ".85", ".80") == [("remark", "A best without any measure of noise")]
    assert check(objections, ".85", ".80", n="100") == [("suspicious", "A best within the noise")]  # 5 cases
    assert check(objections, ".90", ".60", n="1000") == []


def test_among(objections) -> None:
    rows = [{"network": n, "loss": loss, "accuracy": v} for n, loss, v in (
        ("a", "x", ".80"), ("b", "x", ".70"), ("c", "y", ".90"))]
    claim = "claim,kind,metric,to,among\nit,best,accuracy,network=a,{}\n"
    assert [o.severity for o in objections(KIND, *rows, claims=claim.format(""))] == ["impossible"]
    assert [o.severity for o in objections(KIND, *rows, claims=claim.format("loss=x"))] == ["remark"]
