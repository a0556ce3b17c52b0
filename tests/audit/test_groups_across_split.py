"""Who lies on two sides."""

from bogam.audit.family import Evidence
from bogam.data.duplicates import Similar
from bogam.data.manifest import FOLDS, table

RULE = "groups-across-split"


def test_a_patient_in_train_and_test_is_a_stop(evidence, findings) -> None:
    rows = [{"patient": "a", "part": "train"}, {"patient": "a", "part": "test"}, {"patient": "b", "part": "test"}]
    found, = findings(RULE, evidence(rows, patient="given"))
    assert (found.severity, found.title) == ("stop", "1 patient lies on two sides: the test part and another.")
    assert found.files == ("i0.png", "i1.png")


def test_train_and_validation_is_a_warning(evidence, findings) -> None:
    rows = [{"patient": "a", "part": "train"}, {"patient": "a", "part": "validation"}]
    found, = findings(RULE, evidence(rows, patient="given"))
    assert (found.severity, found.title) == ("warning", "1 patient lies on two sides: training and validation.")


def test_studies_and_lesions_count_too(evidence, findings) -> None:
    rows = [{"study": "s", "lesion": "l", "part": "train"}, {"study": "s", "lesion": "l", "part": "test"}]
    titles = [f.title for f in findings(RULE, evidence(rows))]
    assert titles == [f"1 {what} lies on two sides: the test part and another." for what in
                      ("study", "lesion")]


def test_unknown_values_group_nobody(evidence, findings) -> None:
    assert findings(RULE, evidence([{"part": "train"}, {"part": "test"}])) == []


def test_no_parts_no_finding(evidence, findings) -> None:
    assert findings(RULE, evidence([{"patient": "a"}, {"patient": "a"}], patient="given")) == []
    rows = [{"patient": "a", "part": "test"}, {"patient": "a"}]
    assert findings(RULE, evidence(rows, patient="given")) == []


def folded(made: Evidence, *rows) -> Evidence:
    folds = table([{"id": i, "repeat": 0, "fold": f, "part": p, "group": i} for i, f, p in rows], FOLDS)
    return Evidence(made.manifest.but(folds=folds), made.target, made.near)


def test_folds_go_before_the_given_parts(evidence, findings) -> None:
    made = evidence([{"patient": "a", "part": "train"}, {"patient": "a", "part": "test"}], patient="given")
    together = folded(made, ("i0", 0, "test"), ("i1", 0, "test"), ("i0", 1, "train"), ("i1", 1, "train"))
    assert findings(RULE, together) == []  # another fold is no other side
    apart = folded(made, ("i0", 0, "test"), ("i1", 0, "train"), ("i0", 1, "train"), ("i1", 1, "test"))
    found, = findings(RULE, apart)
    assert (found.severity, found.title) == ("stop", "1 patient lies on two sides: the test part and another.")


def test_similar_pictures_on_two_sides_are_a_warning_where_patients_are_unknown(evidence, findings) -> None:
    near = Similar((("i0", "i1", 0.98), ("i0", "i2", 0.97)), 0.95, "n")
    rows = [{"part": "train", "patient": "a"}, {"part": "test", "patient": "b"}, {"part": "train", "patient": "c"}]
    found, = findings(RULE, evidence(rows, near=near))
    assert (found.severity, found.title) == ("warning", "1 pair of similar pictures lies on two sides.")
    assert found.files == ("i0.png ~ i1.png, r = 0.980",)
    assert findings(RULE, evidence(rows, near=near, patient="given")) == []
