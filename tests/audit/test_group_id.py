"""Patients declared, absent, or hidden in the names."""

RULE = "group-id"


def test_known_patients_are_counted(evidence, findings) -> None:
    found, = findings(RULE, evidence([{"patient": "a"}, {"patient": "a"}, {"patient": "b"}], patient="given"))
    assert (found.severity, found.title) == ("note", "3 images of 2 patients.")


def test_images_without_an_id_are_named_with_their_part(evidence, findings) -> None:
    rows = [{"patient": "a", "part": "train"}, {"patient": "unknown-x", "part": "test"},
            {"patient": "unknown-y", "part": "test"}]
    found = [f for f in findings(RULE, evidence(rows, patient="given")) if f.severity == "warning"]
    assert "2 images without a patient id (2 of the given test part)" in found[0].title
    assert found[0].files == ("i1.png", "i2.png")


def test_ids_hidden_in_names_are_found(evidence, findings) -> None:
    rows = [{"image": f"{part}/person{p}_{k}.png", "part": part} for p, k, part in
            ((1, 0, "train"), (1, 1, "test"), (2, 0, "train"), (2, 1, "train"))]
    found, = findings(RULE, evidence(rows))
    assert found.severity == "warning"
    assert "seem to hold 2 ids" in found.title
    assert r"(?P<patient>person\d+), such as person1, person2." in found.detail
    assert "By it, 1 of them lie on two sides" in found.detail
    assert r"Set data.patient to '(?P<patient>person\d+)'" in found.do


def test_no_id_anywhere(evidence, findings) -> None:
    found, = findings(RULE, evidence([{"image": f"benign ({k}).png"} for k in range(6)]))
    assert (found.severity, found.title) == ("warning", "Patients unknown: scores may be optimistic.")


def test_a_column_that_nobody_uses_is_named_and_its_values_are_not(evidence, findings) -> None:
    rows = [{"image": f"{k}.png", "part": "train" if k < 3 else "test"} for k in range(5)]
    column = {"column case_id of t.csv": ["x1", "x1", "x2", "x2", None]}
    found, = findings(RULE, evidence(rows, unused=column))
    assert found.severity == "warning"
    assert found.title == "Patients are not declared, but the column case_id of t.csv seems to hold 2 ids of 4 images."
    assert "1 of them lie on two sides of the parts that the data set gives" in found.detail
    assert "Set data.patient to 'column:case_id'" in found.do
    assert found.pairs == (("i2", "i3", "one id: train and test"),)
    assert "x2" not in str(found.to_dict())


def test_ids_declared_absent_and_torn_by_the_test_part_are_a_stop(evidence, findings) -> None:
    from bogam.data.layout import DECLARED_ABSENT
    rows = [{"image": f"{k}.dcm", "part": "train" if k < 3 else "test"} for k in range(5)]
    found, = findings(RULE, evidence(rows, unused={DECLARED_ABSENT: ["a", "a", "b", "b", "c"]}))
    assert found.severity == "stop"
    assert found.title.startswith("Patients are declared absent, but 3 patient ids of 5 images stand in")
    found, = findings(RULE, evidence(rows, unused={DECLARED_ABSENT: ["a", "a", "b", "c", "c"]}))
    assert found.severity == "warning"
    assert "two sides" not in found.detail


def test_the_folds_count_where_there_are_any(evidence, findings) -> None:
    import polars as pl

    from bogam.data.manifest import FOLDS, table
    rows = [{"image": f"person{k // 2}_{k}.png"} for k in range(6)]
    parts = ["train", "train", "train", "test", "test", "test"]
    folds = table([{"id": f"i{k}", "repeat": 0, "fold": 0, "part": parts[k], "group": str(k)} for k in range(6)], FOLDS)
    assert isinstance(folds, pl.DataFrame)
    found, = findings(RULE, evidence(rows, folds=folds))
    assert "1 of them lie on two sides of the split" in found.detail
    assert found.pairs == (("i2", "i3", "id person1: train and test"),)
