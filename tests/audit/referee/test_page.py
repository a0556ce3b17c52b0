"""What is shown of a judgement."""

from __future__ import annotations

import json
from pathlib import Path

from bogam.audit.referee.family import Submission
from bogam.audit.referee.page import account, summary, write_card
from bogam.audit.referee.run import judge

BAD = [{"network": f"<b>{k}</b>", "dice": ".411", "iou": ".624", "auc": "1.2"} for k in range(5)]


def test_summary(table) -> None:
    judged = judge(Submission(table(BAD)))
    assert judged.verdict == "impossible"
    assert summary(judged) == "Verdict: impossible. 10 things that cannot be true, 2 remarks, in 5 rows."
    fine = judge(Submission(table([{"network": "a", "dice": ".7"}])))
    assert summary(fine) == "Verdict: nothing found. Nothing found, in 1 row."


def test_the_account_is_short_unless_asked(table) -> None:
    judged = judge(Submission(table(BAD)))
    short = {head: lines for _, head, lines in account(judged, 3)}
    assert short["IoU above Dice, 5 times  [iou-and-dice]"][3] == "... and 2 more."
    full = {head: lines for _, head, lines in account(judged)}
    assert len(full["IoU above Dice, 5 times  [iou-and-dice]"]) == 5 + 2


def test_the_card(table, tmp_path: Path) -> None:
    judged = judge(Submission(table(BAD)))
    path = write_card(judged, tmp_path / "out", "r.csv")
    text = path.read_text(encoding="utf-8")
    assert "&lt;b&gt;0&lt;/b&gt;" in text
    assert "<b>0</b>" not in text
    assert "What cannot be true" in text
    saved = (tmp_path / "out" / "tables" / "objections.csv").read_text(encoding="utf-8").splitlines()
    assert len(saved) == 1 + len(judged.objections)
    held = json.loads((tmp_path / "out" / "objections.json").read_text(encoding="utf-8"))
    assert (held["verdict"], len(held["objections"])) == ("impossible", 12)


def test_the_card_of_a_table_without_faults(table, tmp_path: Path) -> None:
    judged = judge(Submission(table([{"network": "a", "dice": ".7", "dice_sd": ".1"}])))
    text = write_card(judged, tmp_path, "r.csv").read_text(encoding="utf-8")
    assert "they find only what they look for" in text
    assert ".7 ± .1" in text
