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
