"""What was found is remembered as long as neither data nor rules change."""

from __future__ import annotations

from pathlib import Path

import pytest

from bogam.audit import memory
from bogam.audit.family import Finding
from bogam.audit.rules.class_counts import ClassCounts
from bogam.audit.run import audit
from bogam.data.duplicates import Similar


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often a rule runs."""
    calls: list[int] = []
    plain = ClassCounts.check

    def check(self, evidence):
        calls.append(1)
        return plain(self, evidence)
    monkeypatch.setattr(ClassCounts, "check", check)
    return calls


def test_the_same_data_are_audited_once(evidence, tmp_path: Path, counted: list[int]) -> None:
    rows = [{"pixels_sha256": str(k)} for k in range(6)]
    first = audit(evidence(rows, classes=list("aabbab")), tmp_path)
    assert audit(evidence(rows, classes=list("aabbab")), tmp_path) == first
    assert len(counted) == 1
    assert audit(evidence(rows, classes=list("aabbab"))) == first  # without a cache, the rules run
    assert len(counted) == 2


def test_other_data_or_other_rules_are_audited_anew(evidence, tmp_path: Path, counted: list[int],
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"pixels_sha256": str(k)} for k in range(6)]
    audit(evidence(rows, classes=list("aabbab")), tmp_path)
    audit(evidence(rows, classes=list("aabbaa")), tmp_path)
    audit(evidence(rows[:5], classes=list("aabba")), tmp_path)
    audit(evidence(rows, classes=list("aabbab"), near=Similar((), 0.95, "")), tmp_path)  # somebody compared them
    audit(evidence(rows, classes=list("aabbab"), problems=[{"file": "x", "problem": "is empty"}]), tmp_path)
    audit(evidence(rows, classes=list("aabbab"), unused={"column c of t": list("uuvvww")}), tmp_path)
    assert len(counted) == 6
    monkeypatch.setattr(memory, "rules_version", lambda: "another")
    audit(evidence(rows, classes=list("aabbab")), tmp_path)
    assert len(counted) == 7


def test_a_file_that_was_cut_off_is_written_again(evidence, tmp_path: Path, counted: list[int]) -> None:
    made = evidence([{}] * 3, classes=list("aab"))
    first = audit(made, tmp_path)
    place = memory.place_of(made, tmp_path)
    place.write_text(place.read_text(encoding="utf-8")[:20], encoding="utf-8")
    assert audit(made, tmp_path) == first
    assert len(counted) == 2
    assert memory.recall(place) == first.findings


def test_a_finding_survives_being_written() -> None:
    one = Finding("copies", "stop", "T.", files=("a", "b"), pairs=(("i", "j", "same"), ("k", "", "")), worth="3 points")
    assert Finding.from_dict(one.to_dict()) == one
    old = {k: v for k, v in one.to_dict().items() if k not in ("pairs", "worth")}
    assert Finding.from_dict(old).pairs == ()


def test_the_version_is_of_the_code() -> None:
    assert len(memory.rules_version()) == 12
