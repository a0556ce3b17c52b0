"""A probe suspects a split that divides patients, and never one that does not."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from bogam.audit.family import Evidence, rules
from bogam.audit.probe import subject as subject_file
from bogam.audit.probe.result import ProbeResult
from bogam.audit.probe.run import probe
from bogam.data.manifest import FOLDS, table


def findings(made, manifest, result: ProbeResult) -> list:
    evidence = Evidence(manifest, "class", probe=result)
    return [f for kind in ("copy-probe", "shuffled-labels") for f in rules.parse(kind).check(evidence)]


def test_a_split_by_picture_is_suspected_by_every_probe(patients) -> None:
    made = patients()
    manifest = made.split(by_patient=False)
    result = probe(manifest, "class", made.thumbs, made.groups, "patient")
    assert [(r.test, r.predictor, r.suspected) for r in result.rows] == [
        ("copy-probe", "copier", True), ("copy-probe", "copier", True), ("copy-probe", "copier", True),
        ("shuffled-labels", "copier", True),
        ("shuffled-labels", "linear probe", True)]
    assert result.given
    assert result.own_group > 0.9
    assert result.rows[0].split > 0.9
    assert result.rows[0].reference == pytest.approx(0.5, abs=0.12)
    said = findings(made, manifest, result)
    assert [f.severity for f in said] == ["stop", "stop"]
    assert all(f.title.startswith("LEAK SUSPECTED") for f in said)
    assert all(f.worth and f.pairs for f in said)
    a, b, _ = said[0].pairs[0]
    assert made.groups[a] == made.groups[b]


@pytest.mark.parametrize("signal", [0.0, 2.0])
def test_twenty_honest_splits_and_no_suspicion(patients, signal: float) -> None:
    """Whether the class can be seen in the pictures or not."""
    for seed in range(20):
        made = patients(signal=signal, seed=seed)
        manifest = made.split(by_patient=True, seed=seed)
        result = probe(manifest, "class", made.thumbs, made.groups, "patient", linear=seed < 4)
        assert not [r for r in result.rows if r.suspected]
        assert result.own_group == 0
        assert [f.severity for f in findings(made, manifest, result)] == ["note", "note"]
        withheld = next(r for r in result.rows if r.test == "copy-probe" and r.against == "own group withheld")
        assert withheld.difference == 0


def test_a_clean_split_stays_at_chance_under_shuffled_labels(patients) -> None:
    made = patients(signal=5.0)  # the class is plain to see, and must not help
    result = probe(made.split(by_patient=True), "class", made.thumbs, made.groups, "patient")
    real = next(r for r in result.rows if r.test == "copy-probe")
    assert real.split > 0.9
    for row in result.rows:
        if row.test == "shuffled-labels":
            assert row.split == pytest.approx(0.5, abs=0.06)


def test_where_pictures_of_a_patient_have_nothing_in_common_dividing_patients_gains_nothing(patients) -> None:
    made = patients(noise=50.0)
    result = probe(made.split(by_patient=False), "class", made.thumbs, made.groups, "patient", linear=False)
    assert not [r for r in result.rows if r.suspected]


def test_copies_that_nobody_knows_to_be_copies_are_suspected(patients) -> None:
    """Every picture is its own group, so that grouped splits leak too; the fall beyond the most alike ones tells."""
    made = patients(patients=60)
    alone = {i: i for i in made.ids}
    result = probe(made.split(by_patient=False), "class", made.thumbs, alone, linear=False)
    assert [(r.against, r.suspected) for r in result.rows if r.test == "copy-probe"] == [
        ("whole groups on one side", False), ("own group withheld", False), ("look-alikes withheld", True)]
    honest = probe(made.split(by_patient=True), "class", made.thumbs, alone, linear=False)
    assert not [r for r in honest.rows if r.suspected]


def test_a_rare_class_is_not_taken_for_copies(patients) -> None:
    """Of a class of ten the eleventh most alike picture is another's; that is no leak."""
    made = patients(patients=150, each=1)
    ten = [f"p{p}-0" for p in range(0, 26, 2)]
    manifest = made.split(by_patient=True)
    manifest = manifest.but(targets=pl.DataFrame({"id": made.ids, "class": ["b" if i in ten else "a"
                                                                            for i in made.ids]}))
    result = probe(manifest, "class", made.thumbs, made.groups, "patient", linear=False)
    assert "look-alikes withheld" not in [r.against for r in result.rows]


def test_without_a_split_a_careless_one_is_probed_and_only_warned_of(patients) -> None:
    made = patients()
    result = probe(made.manifest, "class", made.thumbs, made.groups, "patient", linear=False)
    assert not result.given
    said = findings(made, made.manifest, result)
    assert [f.severity for f in said] == ["warning", "note"]
    assert said[0].title.startswith("A split by image would leak")
    assert "points" in said[0].worth
    assert result.rows[0].images == len(made.ids)


def test_a_test_part_from_elsewhere_does_not_hide_a_leak(patients) -> None:
    """Test pictures are harder, so grouped splits, which mix them, do better; withholding the own group still tells."""
    made = patients(patients=60, signal=3.0)
    test = [f"p{p}" for p in range(40, 60)]
    rng = np.random.default_rng(0)
    for i in made.ids:
        if made.groups[i] in test:  # the other site shows no class
            row = np.random.default_rng(int(made.groups[i][1:])).normal(size=64) + 0.5 * rng.normal(size=64)
            row -= row.mean()
            made.thumbs[i] = (row / np.linalg.norm(row)).astype(np.float32)
    leaked = {i for i in made.ids if made.groups[i] in test and i.endswith("-0")}
    manifest = made.manifest.but(folds=table([
        {"id": i, "repeat": 0, "fold": 0, "group": made.groups[i],
         "part": "test" if made.groups[i] in test and i not in leaked else "train"} for i in made.ids], FOLDS))
    result = probe(manifest, "class", made.thumbs, made.groups, "patient", linear=False)
    withheld = next(r for r in result.rows if r.against == "own group withheld")
    assert withheld.suspected
    assert findings(made, manifest, result)[0].severity == "stop"


def test_results_are_kept_by_digest(patients, tmp_path) -> None:
    made = patients(patients=20)
    manifest = made.split(by_patient=False)
    first = probe(manifest, "class", made.thumbs, made.groups, "patient", linear=False, cache=tmp_path)
    assert ProbeResult.from_dict(json.loads(json.dumps(first.to_dict()))) == first
    again = probe(manifest, "class", {}, made.groups, "patient", linear=False, cache=tmp_path)
    assert again == first
    other = probe(made.split(by_patient=True), "class", made.thumbs, made.groups, "patient", linear=False,
                  cache=tmp_path)
    assert other != first
    assert len(list(tmp_path.glob("probe-*.json"))) == 2


def test_the_same_twice(patients) -> None:
    made = patients()
    manifest = made.split(by_patient=False)
    assert probe(manifest, "class", made.thumbs, made.groups) == probe(manifest, "class", made.thumbs, made.groups)


def test_of_a_large_set_whole_groups_are_probed(patients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject_file, "MOST", 60)
    made = patients()
    result = probe(made.split(by_patient=False), "class", made.thumbs, made.groups, "patient", linear=False)
    assert result.notes == ("Of 160 pictures, 60 in whole groups drawn at random were probed.",)
    assert result.rows[0].suspected


@pytest.mark.parametrize("what", ["empty", "few", "one group", "no labels", "blank"])
def test_too_little_to_probe_is_said(patients, what: str) -> None:
    made = patients(patients=4 if what == "few" else 12)
    manifest, thumbs, groups = made.split(by_patient=False), made.thumbs, made.groups
    if what == "empty":
        manifest = manifest.take([])
    if what == "one group":
        groups = dict.fromkeys(groups, "all")
    if what == "blank":
        thumbs = {}
    if what == "no labels":
        manifest = manifest.but(targets=manifest.targets.with_columns(pl.lit(None, pl.String).alias("class")))
    result = probe(manifest, "class", thumbs, groups, "patient")
    assert not result.rows
    assert bool(result.notes) == (what not in ("empty", "no labels"))  # else there is nothing to ask for
    said = findings(made, manifest, result)
    assert [f.severity for f in said] == ["note"] * len(result.notes)


def test_few_groups_give_no_interval_and_no_suspicion(patients) -> None:
    made = patients(patients=12, each=10)
    result = probe(made.split(by_patient=True), "class", made.thumbs, made.groups, "patient", linear=False)
    assert {r.low for r in result.rows if r.test == "copy-probe"} == {None}
    said = findings(made, made.manifest, result)
    assert "too few groups" in said[0].title
    assert said[0].severity == "note"


def test_groups_all_of_one_class_are_given_made_up_labels(patients) -> None:
    made = patients()
    mixed = [("b" if i.endswith("-0") else "a") for i in made.ids]  # each patient has mostly a
    manifest = made.split(by_patient=False)
    manifest = manifest.but(targets=pl.DataFrame({"id": made.ids, "class": mixed}))
    result = probe(manifest, "class", made.thumbs, made.groups, "patient", linear=False)
    row = next(r for r in result.rows if r.test == "shuffled-labels")
    assert row.suspected
    assert row.reference == pytest.approx(0.5, abs=0.03)
