"""What tells the class without the picture is found; what tells nothing is not."""

from __future__ import annotations

import numpy as np
import pytest

RULE = "shortcuts"


def images(classes, **columns):
    """Rows with columns given as functions of (class, number)."""
    return [{name: value(label, k) for name, value in columns.items()} for k, label in enumerate(classes)]


CLASSES = ["ill" if k % 2 else "well" for k in range(200)]


def test_a_size_that_goes_with_the_class_is_found(evidence, findings) -> None:
    rng = np.random.default_rng(0)
    sizes = [int(100 + 40 * (label == "ill") * (rng.random() < 0.7)) for label in CLASSES]
    rows = images(CLASSES, rows=lambda label, k: sizes[k], columns=lambda label, k: 100)
    found, = findings(RULE, evidence(rows, classes=CLASSES))
    assert found.severity == "warning"
    assert found.title.startswith("From picture size alone, well can be told from ill: AUC 0.8")
    assert "The intervals hold together" not in found.title
    assert "the intervals hold together for all 1 looks" in found.detail
    assert "points of AUC above chance" in found.worth
    assert len(found.pairs) == 3
    assert all(CLASSES[int(one[1:])] == "well" for one, _, _ in found.pairs)


def test_sizes_drawn_by_chance_tell_nothing(evidence, findings) -> None:
    rng = np.random.default_rng(1)
    rows = images(CLASSES, rows=lambda label, k: int(rng.integers(50, 200)), columns=lambda label, k: 100,
                  mean_level=lambda label, k: float(rng.random()), site=lambda label, k: "AB"[int(rng.integers(2))])
    assert findings(RULE, evidence(rows, classes=CLASSES)) == []


def test_a_site_a_scanner_a_mark_each_speaks_for_itself(evidence, findings) -> None:
    rng = np.random.default_rng(2)
    rows = images(CLASSES, scanner=lambda label, k: "far" if (label == "ill") == (rng.random() < 0.8) else "near")
    marks = [{"text": float(label == "ill" and k % 3 > 0), "callipers": 0.0} for k, label in enumerate(CLASSES)]
    found, = findings(RULE, evidence(rows, classes=CLASSES, marks=marks))
    assert "burnt-in text" in found.title + found.detail
    assert "scanner" in found.title + found.detail
    assert "all traits of origin together" in found.detail
    assert "callipers" not in found.title + found.detail


def test_brightness_may_be_the_disease_and_is_told_apart(evidence, findings) -> None:
    rows = images(CLASSES, mean_level=lambda label, k: float(k % 7 + 20 * (label == "ill")))
    found, = findings(RULE, evidence(rows, classes=CLASSES))
    assert found.title.startswith("From mean grey level alone")
    assert "may be the disease itself" in found.why


def test_what_tells_the_patient_and_not_the_class_is_no_shortcut(evidence, findings) -> None:
    """Each of ten patients has a size of its own and one class: only a split by image would find a rule."""
    who = [k % 24 for k in range(240)]
    classes = ["ill" if p % 2 else "well" for p in who]
    rng = np.random.default_rng(3)
    size = rng.permutation(24) * 10 + 100
    rows = [{"patient": f"p{p}", "rows": int(size[p]), "columns": 100} for p in who]
    assert findings(RULE, evidence(rows, classes=classes, patient="given")) == []
    unknown = findings(RULE, evidence([{"rows": r["rows"], "columns": 100} for r in rows], classes=classes))
    assert unknown, "the same without patients: the size of a patient seen in training tells the class"


def test_compression_counts_only_where_each_image_is_a_file(evidence, findings) -> None:
    rows = images(CLASSES, rows=lambda label, k: 10, columns=lambda label, k: 10, slices=lambda label, k: 1,
                  channels=lambda label, k: 1, bytes=lambda label, k: 100 + k % 5 + 50 * (label == "ill"))
    found, = findings(RULE, evidence(rows, classes=CLASSES))
    assert "compression (bytes per pixel)" in found.title
    shared = [{**row, "image": f"all.npz#row={k}"} for k, row in enumerate(rows)]
    assert findings(RULE, evidence(shared, classes=CLASSES)) == []


def test_of_three_classes_the_one_that_is_given_away_is_named(evidence, findings) -> None:
    classes = ["abc"[k % 3] for k in range(240)]
    rows = images(classes, channels=lambda label, k: 3 if label == "c" and k % 5 else 1)
    found, = findings(RULE, evidence(rows, classes=classes))
    assert found.title.startswith("From channels alone, c can be told from the rest")


@pytest.mark.parametrize("classes", [["a"] * 100, ["a"] * 90 + ["b"] * 10, [None] * 100])
def test_silent_where_nothing_can_be_judged(classes, evidence, findings) -> None:
    rows = images(classes, rows=lambda label, k: 10 if label == "a" else 20, columns=lambda label, k: 10)
    assert findings(RULE, evidence(rows, classes=classes)) == []
