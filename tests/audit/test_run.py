"""The verdict of an audit, and what goes past a stop."""

import pytest

from bogam.audit.family import Finding
from bogam.audit.run import Audit, audit, check_accepted, refuse
from bogam.core.errors import AuditStop, UserError

STOP = Finding("groups-across-split", "stop", "1 patient lies on two sides.", files=("a.png", "b.png"),
               why="W.", do="D.")
WARNING = Finding("copies", "warning", "2 pictures occur more than once.")
NOTE = Finding("class-counts", "note", "Classes: a 3.")


def test_the_worst_finding_is_the_verdict() -> None:
    assert Audit(()).verdict == "clean"
    assert Audit((NOTE,)).verdict == "clean"
    assert Audit((NOTE, WARNING)).verdict == "warnings"
    assert Audit((WARNING, STOP, NOTE)).verdict == "stop"


def test_findings_come_worst_first(evidence) -> None:
    twins = [{"pixels_sha256": "p", "part": "train", "rows": 4, "columns": 4},
             {"pixels_sha256": "p", "part": "test", "rows": 4, "columns": 4}]
    found = audit(evidence(twins, classes=["a", "b"])).findings
    order = [f.severity for f in found]
    assert order == sorted(order, key=["stop", "warning", "note"].index)
    assert order[0] == "stop"
    assert order[-1] == "note"


def test_a_stop_is_refused_with_all_that_helps() -> None:
    with pytest.raises(AuditStop) as caught:
        refuse(Audit((STOP, WARNING)), {})
    text = str(caught.value)
    assert caught.value.exit_code == 3
    for piece in ("1 patient lies on two sides.", "Files: a.png; b.png", "Why: W.", "Do: D.",
                  "audit: {accept: {groups-across-split: 'your reason'}}"):
        assert piece in text
    assert "copies" not in text
    assert "\n    \n" not in text


def test_a_reason_lets_a_stop_pass_and_is_kept() -> None:
    reason = "the two are different lesions of one woman"
    assert refuse(Audit((STOP,)), {"groups-across-split": reason}) == [
        {"rule": "groups-across-split", "title": "1 patient lies on two sides.", "reason": reason}]
    assert refuse(Audit((WARNING,)), {"groups-across-split": reason}) == []
    with pytest.raises(AuditStop):
        refuse(Audit((STOP,)), {"copies": reason})


def test_wrong_reasons_are_all_named() -> None:
    with pytest.raises(UserError) as caught:
        check_accepted({"group-across-split": "a good long reason", "copies": " ok ", "group-id": "nobody knows them"})
    first, second = str(caught.value).splitlines()
    assert "Did you mean 'groups-across-split'?" in first
    assert "audit.accept.copies: got the reason ' ok ', expected a sentence" in second
