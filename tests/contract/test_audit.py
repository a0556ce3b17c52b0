"""What every rule of the audit promises, over the whole family."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from bogam.audit.family import Evidence, Rule, rules
from bogam.audit.probe.result import ProbeResult, ProbeRow
from bogam.data.duplicates import Similar
from bogam.data.looks import Looks
from bogam.data.manifest import FOLDS, IMAGES, OBJECTS, PROBLEMS, Manifest, TargetSpec, table

KINDS = rules.names()


def evidence(rows, classes=None, **more) -> Evidence:
    ids = [row["id"] for row in rows]
    targets = pl.DataFrame({"id": ids, "class": classes or [None] * len(ids)},
                           schema={"id": pl.String, "class": pl.String})
    near, probe, looks = more.pop("near", None), more.pop("probe", None), more.pop("looks", None)
    objects = table(more.pop("objects", []), OBJECTS)
    manifest = Manifest(Path("."), "made", table(rows, IMAGES), objects=objects, targets=targets, target_specs={
        "class": TargetSpec(kind="multiclass", labels=("a", "b", "unknown"))}, **more)
    manifest.check()
    return Evidence(manifest, "class", near, looks, probe=probe)


BAD = [{"id": f"i{k}", "image": f"person{k % 3}_{k}.png" if k else "Doe_John.png", "patient": f"p{k // 2}",
         "study": "s", "lesion": "l",
        "part": ("train", "test", "validation")[k % 3], "pixels_sha256": "same" if k < 4 else str(k),
        "origin": ("real", "derived", "synthetic")[k % 3], "rows": 4 if k == 11 else 50, "columns": 40,
        "channels": 1 + 2 * (k % 2), "bits": 8 * (1 + k % 2), "format": ("png", "jpeg")[k % 2]} for k in range(12)]
NEAR = Similar((("i0", "i1", 1.0), ("i4", "i5", 0.99), ("i4", "i7", 0.96)), 0.95, "3 pairs")
PATCH = np.repeat(np.arange(64) < 20, 64).reshape(64, 64) * np.uint8(150)
SMALL = {f"i{k}": np.roll(np.random.default_rng(k).integers(0, 90, (64, 64)).astype(np.uint8) + PATCH,
                          30 * (k // 2 % 2), axis=0) for k in range(240)}
LOOKS = Looks(SMALL, {}, {f"i{k}": {"text": float(k % 3 == 0)} for k in range(240)}, {})


def probed(unit: str, given: bool, low: float | None, difference: float) -> ProbeResult:
    high = None if low is None else 2 * difference - low
    rows = [ProbeRow(test, "classification", predictor, "balanced accuracy", "own group withheld", 0.5 + difference,
                     0.5, low, high, 0.05, 12, 6, "100 shuffles between groups")
            for test, predictor in (("copy-probe", "copier"), ("shuffled-labels", "copier"),
                                    ("shuffled-labels", "linear probe"))]
    return ProbeResult(tuple(rows), given, unit, 0.5, (("i0", "i1", "r = 1.000"),), ("2 pictures were left out.",))


SITUATIONS = {
    "empty": lambda: evidence([]),
    "one image": lambda: evidence([{"id": "i0", "image": "i0.png", "origin": "real"}]),
    "nulls": lambda: evidence([{"id": f"i{k}", "image": f"{k}.png", "origin": "real"} for k in range(3)],
                              near=Similar((), None, "It cannot be told.")),
    "nulls, patients given": lambda: evidence([{"id": f"i{k}", "image": f"{k}.png", "origin": "real", "patient": "p"}
                                               for k in range(3)], patient="given"),
    "a probe without interval": lambda: evidence(BAD, probe=probed("patient", True, None, 0.4)),
    "a probe that sees nothing": lambda: evidence(BAD, probe=probed("patient", True, -0.2, -0.1)),
    "a leak": lambda: evidence(BAD, probe=probed("patient", True, 0.1, 0.2)),
    "a leak of similar pictures": lambda: evidence(BAD, probe=probed("group of similar pictures", True, 0.1, 0.2)),
    "no split, nothing to gain": lambda: evidence(BAD, probe=probed("patient", False, -0.1, 0.0)),
    "no split, much to gain": lambda: evidence(BAD, probe=probed("patient", False, 0.1, 0.2)),
    "all that is bad": lambda: evidence(
        BAD, [*"aabbaabba", "unknown", None, "a"], near=NEAR, patient="given", mask_labels=("m",),
        objects=[{"id": "i0", "kind": "mask", "label": "m", "locator": f"{k}.png"} for k in range(2)],
        set_aside=table([{"file": "x.png", "problem": "is empty"}], PROBLEMS)),
    "all that is bad, in folds": lambda: evidence(
        BAD, list("ab" * 6), near=NEAR,
        folds=table([{"id": f"i{k}", "repeat": 0, "fold": f, "part": ("train", "test")[(k + f) % 2], "group": str(k)}
                     for k in range(12) for f in range(2)], FOLDS)),
    "many, and the class shows": lambda: evidence(
        [{"id": f"i{k}", "image": f"{k}.png", "origin": "real", "patient": f"p{k // 2}", "rows": 50 + k // 2 % 2 * 9,
          "columns": 50} for k in range(240)],
        ["ab"[k // 2 % 2] if k != 7 else "a" for k in range(240)], patient="given", looks=LOOKS)}


def test_the_family_is_what_its_folder_holds() -> None:
    assert KINDS == ["burnt-in-marks", "class-confounded-with-patient", "class-counts", "copies", "copy-probe",
                     "derived-files", "group-id", "groups-across-split", "identical-across-labels", "identity",
                     "missing-labels", "nulls-as-negatives", "parents-across-split", "picture-sizes",
                     "same-picture-across-split", "several-masks", "shortcuts", "shuffled-labels",
                     "suspicious-labels", "unreadable-files"]


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_says_the_same_twice_names_itself_and_can_be_saved(kind: str, situation: str) -> None:
    found = list(rules.parse(kind).check(SITUATIONS[situation]()))
    assert found == list(rules.parse(kind).check(SITUATIONS[situation]()))
    for finding in found:
        assert finding.rule == kind
        assert finding.severity in ("stop", "warning", "note")
        assert finding.title.endswith(".")
        assert "None" not in finding.title + finding.detail
        assert finding.severity == "note" or (finding.why and finding.do)
        assert all(isinstance(f, str) for f in finding.files)
        assert json.loads(json.dumps(finding.to_dict())) == finding.to_dict()


@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_can_speak_and_can_be_silent(kind: str) -> None:
    rule = rules.parse(kind)
    loud = [s for s in SITUATIONS if list(rule.check(SITUATIONS[s]()))]
    assert loud, "no situation of these tests makes the rule speak"
    assert [f for s in loud for f in rule.check(SITUATIONS[s]())]
    if kind != "group-id":  # which says of each data set whether patients are known
        assert list(rule.check(SITUATIONS["empty"]())) == []


@pytest.mark.parametrize("kind", KINDS)
def test_survives_yaml_and_pickling(kind: str) -> None:
    rule = rules.parse(kind)
    assert isinstance(rule, Rule)
    assert rules.parse(yaml.safe_load(yaml.safe_dump(rule.to_yaml()))) == rule
    assert pickle.loads(pickle.dumps(rule)) == rule
