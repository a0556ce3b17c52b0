"""What every check of the referee promises, over the whole family."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from bogam.audit.referee.claims import read_claims
from bogam.audit.referee.counts import read_counts
from bogam.audit.referee.family import SEVERITIES, Submission, checks
from bogam.audit.referee.read import read_results, rows_from
from bogam.audit.referee.results import Reading, Results
from bogam.audit.referee.sheet import parse_sheet

KINDS = checks.names()
ROOT = Path(__file__).parents[2]
BAD = [{"table": t, "network": n, "dice": ".411", "iou": ".624", "mean_iou": ".9", "dice_all": ".1",
        "dice_pooled": ".5", "iou_pooled": ".5", "auc": ".1", "sensitivity": ".9", "specificity": ".9",
        "accuracy": acc, "precision": ".2",
        "f1": ".9", "balanced_accuracy": ".1", "kappa": "1.5", "prevalence": ".5", "dice_sd": ".9", "dice_low": ".9",
        "dice_high": ".1", "n": "10", "positives": "5", "tp": "1", "fn": "1", "runs": "1", "classes": "2"}
       for t, n, acc in (("1", "a", ".2"), ("1", "b", ".3"), ("2", "a", ".4"), ("1", "c", ".2"))]
ALONE = [{"network": n, "sensitivity": ".9", "dice": v, "iou": v, "specificity": ""} for n, v in (
    ("a", ".111"), ("b", ".111"), ("c", ".5"), ("d", ".6"))]
SHARES = [{"network": n, "runs": "1", "classes": "2", "sensitivity": "0.90", "specificity": "0.60", "accuracy": v,
           "prevalence": p} for n, v, p in (("a", "0.72", ""), ("b", "0.81", ""), ("c", "0.2", "0.1"))]
MEAN = [{"network": "a", "mean_iou": ".7", "dice": ".4"}, {"network": "b", "mean_iou": ".7", "dice": ".9"}]
COUNTS = "name,count,unit,equals,expected,at_most\na,1,x\nb,2,y\nc,3,x,a,a + b,a\nd,3,x,a * ?\n"
CLAIMS = ("claim,kind,metric,from,to,gain\nx,relative,dice,table=1; network=a,table=2; network=a,50\n"
          "y,best,accuracy,,table=1; network=a,\n")


def given(rows, counts: str = "", claims: str = "") -> Submission:
    results = read_results(rows_from(rows), Reading(scale="fraction"))
    return Submission(results, read_counts(parse_sheet(counts, "c")) if counts else None,
                      read_claims(parse_sheet(claims, "k"), results) if claims else ())


SITUATIONS = {
    "no rows": lambda: Submission(Results(())),
    "one row": lambda: given([{"network": "a", "dice": "0.7"}]),
    "empty cells": lambda: given([{"network": "a", "dice": "", "n": "", "auc": "0.7"}, {"network": "b", "dice": "-"}]),
    "nought everywhere": lambda: given([{"network": n, "dice": "0", "iou": "0", "sensitivity": "0", "specificity": "0",
                                         "accuracy": "0", "f1": "0", "precision": "0", "auc": "0", "n": "0",
                                         "positives": "0", "runs": "1", "dice_sd": "0"} for n in "ab"]),
    "all that is bad": lambda: given(BAD, COUNTS, CLAIMS),
    "sensitivity alone, rows alike": lambda: given(ALONE),
    "other shares": lambda: given(SHARES),
    "with background": lambda: given(MEAN),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_check_takes_every_table_and_says_it_in_words(kind: str, situation: str) -> None:
    submission = SITUATIONS[situation]()
    found = list(checks.parse(kind).check(submission))
    assert found == list(checks.parse(kind).check(submission)), "the same table, another answer"
    assert len({o.key for o in found}) == len(found), "two objections that cannot be told apart"
    for objection in found:
        assert objection.check == kind
        assert objection.severity in SEVERITIES
        assert objection.title
        assert objection.numbers.endswith(".")
        assert len(objection.why) > 30
        assert objection.ask.rstrip(".").endswith(("?", "logs", "matrix", "foreground"))
        json.dumps(objection.to_dict())


@pytest.mark.parametrize("kind", KINDS)
def test_every_check_objects_to_something(kind: str) -> None:
    assert any(list(checks.parse(kind).check(make())) for make in SITUATIONS.values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_check_survives_yaml(kind: str) -> None:
    check = checks.parse(kind)
    assert checks.parse(yaml.safe_load(yaml.safe_dump(check.to_yaml()))) == check


def test_every_check_is_explained() -> None:
    text = (ROOT / "docs" / "concepts" / "referee.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) == set(KINDS)
