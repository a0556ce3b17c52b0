"""All checks together, and what would vanish if digits had been cut off."""

from __future__ import annotations

import pytest

from bogam.audit.referee.family import SEVERITIES, by_assumptions
from bogam.audit.referee.run import ALL_CUT, SOME_CUT, referee_table, together


def graves(rows, **reading) -> list[tuple[str, str]]:
    return [(o.severity, o.check) for o in referee_table(rows, **reading) if o.check not in ("within-noise",)]


def test_what_vanishes_if_all_digits_were_cut_is_a_remark() -> None:
    rows = [{"table": "1", "network": "a", "dice": ".43"}, {"table": "2", "network": "a", "dice": ".438"}]
    found, = [o for o in referee_table(rows) if o.check == "printed-twice"]
    assert found.severity == "remark"
    assert found.numbers.endswith(ALL_CUT)


def test_what_vanishes_if_some_digits_were_cut_weighs_one_step_less() -> None:
    # Dice .75 is below .76 if cut; IoU .760 is at least .7595 if rounded: only so do they fit
    found, = [o for o in referee_table([{"network": "a", "dice": "0.75", "iou": "0.760"}]) if o.check == "iou-and-dice"]
    assert (found.severity, found.numbers.endswith(SOME_CUT)) == ("suspicious", True)
    found, = [o for o in referee_table([{"network": "a", "dice": "0.75", "iou": "0.757"}]) if o.check == "iou-and-dice"]
    assert (found.severity, found.numbers.endswith(ALL_CUT)) == ("remark", True)
    rows = [{"table": "1", "network": "a", "dice": ".770"}, {"table": "2", "network": "a", "dice": ".76"}]
    found, = [o for o in referee_table(rows) if o.check == "printed-twice"]
    assert (found.severity, found.numbers.endswith(SOME_CUT)) == ("remark", True)


def test_what_stays_keeps_its_weight() -> None:
    assert graves([{"network": "a", "dice": ".411", "iou": ".624"}]) == [("impossible", "iou-and-dice")]


def test_order_and_groups() -> None:
    rows = [{"network": "a", "dice": ".411", "iou": ".624"}, {"network": "b", "dice": ".5", "iou": ".7"}]
    found = referee_table(rows)
    assert [o.severity for o in found] == sorted((o.severity for o in found), key=SEVERITIES.index)
    assert [len(group) for group in together(found)] == [2, 1]


def test_no_rows_no_objections() -> None:
    assert referee_table([]) == []


@pytest.mark.parametrize("assumed", [("one run",), ("two classes",), ("one run", "two classes")])
def test_no_table_is_accused_of_what_is_assumed(assumed) -> None:
    severity, words = by_assumptions(assumed)
    assert severity == "remark"
    assert all(option in words for option in (["--averaged no"] if "one run" in assumed else [])
               + (["--classes 2"] if "two classes" in assumed else []))
