"""Counts per class."""

RULE = "class-counts"


def titles(found, severity):
    return [f.title for f in found if f.severity == severity]


def test_counts_and_shares(evidence, findings) -> None:
    found = findings(RULE, evidence([{}] * 80, classes=["a"] * 60 + ["b"] * 20))
    assert titles(found, "note") == ["Classes: a 60 (75 %), b 20 (25 %)."]
    assert titles(found, "warning") == []


def test_few_images_and_a_small_share_are_named(evidence, findings) -> None:
    found = findings(RULE, evidence([{}] * 79, classes=["a"] * 60 + ["b"] * 19))
    assert titles(found, "warning") == ["Few images of b."]
    found = findings(RULE, evidence([{}] * 400, classes=["a"] * 370 + ["b"] * 30))  # 7.5 %
    assert titles(found, "warning") == ["Few images of b."]


def test_one_class_is_a_warning_of_its_own(evidence, findings) -> None:
    found = findings(RULE, evidence([{}] * 5, classes=["a"] * 5))
    assert titles(found, "warning") == ["All images are of one class, a."]


def test_a_missing_label_is_no_class(evidence, findings) -> None:
    found = findings(RULE, evidence([{}] * 4, classes=["a", "a", "b", None]))
    assert titles(found, "note") == ["Classes: a 2 (67 %), b 1 (33 %)."]
    assert findings(RULE, evidence([{}] * 2, classes=[None, None])) == []
    assert findings(RULE, evidence([{}] * 2)) == []


def test_a_class_that_is_a_number_is_told_from_its_count(evidence, findings) -> None:
    note, = (f for f in findings(RULE, evidence([{}] * 40, classes=["0"] * 25 + ["1"] * 15)) if f.severity == "note")
    assert note.title == "Classes: class 0: 25 (62 %), class 1: 15 (38 %)."
    assert note.worth.startswith("To answer class 0 always is right in 62.5 % of images")
