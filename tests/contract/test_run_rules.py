"""What every rule on the discipline of runs promises, over the whole family."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
import yaml

from bogam.audit.discipline import RunEvidence, RunRecord, RunRule, check_runs, run_rules
from bogam.audit.family import rules
from bogam.data.manifest import FOLDS, table

KINDS = run_rules.names()
FOLD = table([{"id": i, "repeat": 0, "fold": 0, "part": part, "group": i}
              for i, part in (("a", "train"), ("b", "validation"), ("c", "test"), ("b", "test"))], FOLDS)
BAD = RunRecord("x", 0, 0, 0, {
    "status": "done", "best_epoch": 1, "chosen_on": {"ids": "?", "images": 9, "time": "2026-01-02"},
    "test_opened": "2026-01-01", "fitted": ["normalize"], "fitted_on": {"ids": "?", "images": 9}},
    [{"epoch": e, "validation_score": e / 9, "validation_loss": 0.1, "steps": 1, "batch": 1, "images": 9,
      "validation_images": 0} for e in (1, 2)], {"select": "score", "min_gain": 0.0})
SITUATIONS = {
    "empty": RunEvidence(()),
    "nothing recorded": RunEvidence((RunRecord("x", 0, 0, 0, {"status": "done", "fitted": ["normalize"]}),), FOLD),
    "failed": RunEvidence((RunRecord("x", 0, 0, 0, {"status": "failed"}),), FOLD),
    "all that is bad": RunEvidence((BAD,), FOLD, ({"time": "1", "recipe": "r", "test": "t", "run": "?"},
                                                  {"time": "2", "recipe": "s", "test": "t", "run": "?"}),
                                   {c: {"dice": 0.5, "iou": 0.6} for c in "xy"})}


def test_the_family_is_what_its_folder_holds_and_no_name_is_taken_twice() -> None:
    assert KINDS == ["chosen-on-validation", "epoch-coverage", "fitted-on-training-only", "impossible-numbers",
                     "opened-once", "repeated-cells"]
    assert not set(KINDS) & set(rules.names())


def test_every_rule_is_explained() -> None:
    text = (Path(__file__).parents[2] / "docs" / "concepts" / "probes.md").read_text(encoding="utf-8")
    table = text[text.index("## Discipline of the runs"):text.index("## Limits")]
    assert {line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")} - {
        "Rule", "---"} == set(KINDS)


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_says_the_same_twice_names_itself_and_can_be_saved(kind: str, situation: str) -> None:
    found = list(run_rules.parse(kind).check(SITUATIONS[situation]))
    assert found == list(run_rules.parse(kind).check(SITUATIONS[situation]))
    for finding in found:
        assert finding.rule == kind
        assert finding.title.endswith(".")
        assert "None" not in finding.title + finding.detail
        assert finding.severity == "note" or (finding.why and finding.do)
        assert json.loads(json.dumps(finding.to_dict())) == finding.to_dict()


@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_can_speak_and_can_be_silent(kind: str) -> None:
    rule = run_rules.parse(kind)
    assert list(rule.check(SITUATIONS["all that is bad"]))
    assert not list(rule.check(SITUATIONS["empty"]))


def test_the_worst_comes_first() -> None:
    order = [finding.severity for finding in check_runs(SITUATIONS["all that is bad"])]
    assert order == sorted(order, key=["stop", "warning", "note"].index)
    assert {"stop", "warning"} <= set(order)


@pytest.mark.parametrize("kind", KINDS)
def test_survives_yaml_and_pickling(kind: str) -> None:
    rule = run_rules.parse(kind)
    assert isinstance(rule, RunRule)
    assert run_rules.parse(yaml.safe_load(yaml.safe_dump(rule.to_yaml()))) == rule
    assert pickle.loads(pickle.dumps(rule)) == rule
