"""Marks are counted per class, and a few false ones are passed over."""

from __future__ import annotations

RULE = "burnt-in-marks"


def marks(count, total, key="text"):
    none = {"text": 0.0, "callipers": 0.0, "markers": 0.0, "overlay": 0.0}
    return [{**none, key: float(k < count)} for k in range(total)]


def test_text_is_counted_per_class_and_shown(evidence, findings) -> None:
    classes = ["ab"[k % 2] for k in range(20)]
    found, = findings(RULE, evidence([{}] * 20, classes=classes, marks=marks(5, 20)))
    assert (found.severity, found.title) == ("warning", "Burnt-in text in about 5 pictures of 20.")
    assert found.detail == "a: 3 of 10 (30 %); b: 2 of 10 (20 %)"
    assert found.files == ("i0.png", "i1.png", "i2.png", "i3.png", "i4.png")
    assert found.pairs[0] == ("i0", "", "")


def test_markers_are_a_note(evidence, findings) -> None:
    found, = findings(RULE, evidence([{}] * 10, marks=marks(4, 10, "markers")))
    assert (found.severity, found.title, found.detail) == ("note", "Corner markers in about 4 pictures of 10.", "")


def test_as_few_as_false_alarms_bear_no_word(evidence, findings) -> None:
    assert findings(RULE, evidence([{}] * 10, marks=marks(2, 10))) == []
    assert findings(RULE, evidence([{}] * 400, marks=marks(7, 400))) == []
    assert findings(RULE, evidence([{}] * 400, marks=marks(8, 400)))
    assert findings(RULE, evidence([{}] * 400, marks=marks(2, 400, "overlay"))) == []
    found, = findings(RULE, evidence([{}] * 400, marks=marks(3, 400, "overlay")))
    assert found.title == "Colored overlay on grey in about 3 pictures of 400."
    assert findings(RULE, evidence([{}] * 10)) == []  # nobody looked
