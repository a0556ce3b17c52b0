"""Labels that no honest picture would bear are named; right ones are left in peace."""

from __future__ import annotations

import numpy as np

RULE = "suspicious-labels"


def pictures(classes, rng, contrast=140):
    """Noise with a bright patch whose place tells the class."""
    made = []
    for label in classes:
        picture = rng.normal(100, 12, (64, 64))
        top = 8 if label == "a" else 40
        picture[top:top + 16, 20:44] += contrast
        made.append(np.clip(picture, 0, 255).astype(np.uint8))
    return made


TRUE = ["ab"[k % 2] for k in range(300)]


def test_swapped_labels_are_named_with_their_pictures(evidence, findings) -> None:
    many = TRUE * 2
    swapped = {3, 50, 120, 171, 200, 262, 430, 555}
    classes = [("b" if label == "a" else "a") if k in swapped else label for k, label in enumerate(many)]
    found, = findings(RULE, evidence([{}] * 600, classes=classes, small=pictures(many, np.random.default_rng(0))))
    assert found.severity == "warning"
    named = {one for one, _, _ in found.pairs}
    assert named <= {f"i{k}" for k in swapped}
    assert len(named) >= 6
    assert found.title == f"{len(named)} labels look wrong to a simple model (of 600 images)."
    assert all("filed as" in words and "looks like" in words for _, _, words in found.pairs)
    assert found.files[0].startswith("i")
    assert "the model says" in found.files[0]


def test_right_labels_are_left_in_peace(evidence, findings) -> None:
    assert findings(RULE, evidence([{}] * 300, classes=TRUE, small=pictures(TRUE, np.random.default_rng(1)))) == []


def test_a_model_that_cannot_tell_the_classes_says_nothing(evidence, findings, monkeypatch) -> None:
    """Half of the pictures show their class, the rest nothing: the model is sure of some swapped ones, and weak."""
    rng = np.random.default_rng(2)
    many = TRUE * 4
    shown = pictures(many, rng)
    blank = pictures(many, rng, contrast=0)
    small = [shown[k] if k % 5 < 2 else blank[k] for k in range(len(many))]
    swapped = set(range(0, 400, 40))
    classes = [("b" if label == "a" else "a") if k in swapped else label for k, label in enumerate(many)]
    made = evidence([{}] * len(many), classes=classes, small=small)
    assert findings(RULE, made) == []
    monkeypatch.setattr("bogam.audit.rules.suspicious_labels.GOOD", 0.0)
    assert findings(RULE, made), "without the limit it would have accused some"


def test_a_few_of_many_are_the_hard_ones_and_a_note(evidence, findings) -> None:
    many = TRUE * 2
    classes = ["b" if k in (0, 2) else label for k, label in enumerate(many)]
    found, = findings(RULE, evidence([{}] * 600, classes=classes, small=pictures(many, np.random.default_rng(3))))
    assert found.severity == "note"


def test_silent_where_there_is_too_little(evidence, findings) -> None:
    small = pictures(TRUE[:60], np.random.default_rng(4))
    assert findings(RULE, evidence([{}] * 60, classes=TRUE[:60], small=small)) == []
    assert findings(RULE, evidence([{}] * 60, classes=["a"] * 60, small=small)) == []
    assert findings(RULE, evidence([{}] * 60, classes=TRUE[:60])) == []
    rare = ["c" if k < 5 else label for k, label in enumerate(TRUE)]  # too rare to learn: takes no part
    assert findings(RULE, evidence([{}] * 300, classes=rare, small=pictures(TRUE, np.random.default_rng(5)))) == []
