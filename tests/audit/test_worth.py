"""What findings could be worth: bounds worked by hand, each from counts of the data."""

from __future__ import annotations

import pytest

from bogam.audit.card import found_block
from bogam.audit.family import Evidence
from bogam.audit.run import Audit, refuse
from bogam.audit.worth import by_image, from_memory, keys_of, reached, twin_share, wrong_at_least
from bogam.core.errors import AuditStop
from bogam.data.duplicates import Similar
from bogam.data.manifest import FOLDS, table
from bogam.data.same.evidence import Child, Pair, Same

TRAIN, VALIDATION, TEST = {(0, 0): "train"}, {(0, 0): "validation"}, {(0, 0): "test"}
FLIP = ("mirrored left to right",)


def split(train: int, test: int, validation: int = 0) -> list[dict[str, str]]:
    return [{"part": part} for part, count in (("train", train), ("test", test), ("validation", validation))
            for _ in range(count)]


def test_only_a_relative_in_training_can_be_remembered() -> None:
    where = {"a": TRAIN, "b": TEST, "c": TEST, "d": VALIDATION, "e": TEST}
    assert reached(keys_of([("a", "b"), ("c", "d")]), where) == (1, 3)
    assert from_memory(keys_of([("c", "d")]), where, "a twin") == (
        "None of 3 test images has a twin in training, so memory gains nothing.")


def test_each_fold_counts_for_itself() -> None:
    where = {"a": {(0, 0): "train", (0, 1): "test"}, "b": {(0, 0): "test", (0, 1): "train"},
             "c": {(0, 0): "train", (0, 1): "train"}}
    assert reached(keys_of([("a", "b")]), where) == (2, 2)
    together = {"a": {(0, 0): "train", (0, 1): "test"}, "b": {(0, 0): "train", (0, 1): "test"}}
    assert reached(keys_of([("a", "b")]), together) == (0, 2)


def test_the_bound_on_memory_and_where_it_comes_from() -> None:
    where = {"a": TRAIN, "b": TEST, "c": TEST, "d": TEST, "e": TEST, "v": VALIDATION}
    assert from_memory(keys_of([("a", "b")]), where, "a twin") == (
        "1 of 4 test images (25.0 %) has a twin in training. Answered from memory, they are worth at most 25.0 points "
        "of accuracy: (1 - s) x 25.0 over an honest score s.")
    assert "up to 100.0 points too high" in from_memory(keys_of([("a", "v")]), where, "a twin", test=False)
    assert from_memory({}, {"a": TRAIN}, "a twin") == ""


def test_a_random_split_of_twins_by_hand() -> None:
    assert twin_share([2], 10) == pytest.approx(0.2 * 8 / 9)  # 2 of 10 tested; the twin is the other one in 1 of 9
    assert twin_share([10], 10) == 1.0  # nine relatives, eight in training at least
    assert twin_share([2, 3], 10) == pytest.approx(0.2 * 8 / 9 + 0.3)  # two others cannot both be tested
    assert twin_share([], 10) == 0.0
    assert by_image([("a", "b")], 10, "a twin").startswith(
        "With a split by image that tests one in five, 17.8 % of the test images would have a twin in training")


def test_the_random_split_agrees_with_drawing_it() -> None:
    import numpy as np
    draw = np.random.default_rng(0)
    group = np.repeat([0, 1, 2, 3], [4, 2, 2, 1]).tolist() + list(range(4, 25))
    seen = []
    for _ in range(4000):
        order = draw.permutation(len(group))
        trained = {group[k] for k in order[6:]}
        seen.append(np.mean([group[k] in trained for k in order[:6]]))
    assert twin_share([4, 2, 2], len(group)) == pytest.approx(np.mean(seen), abs=0.01)


def test_wrong_labels_are_the_minority_of_a_picture() -> None:
    assert wrong_at_least([("a", "b", "c"), ("d", "e")], {"a": "x", "b": "x", "c": "y", "d": "x"}) == 1


def test_a_patient_on_two_sides(evidence, findings) -> None:
    rows = [{"patient": "a", "part": "train"}, {"patient": "a", "part": "test"}, {"patient": "b", "part": "test"}]
    found, = findings("groups-across-split", evidence(rows, patient="given"))
    assert found.worth.startswith("1 of 2 test images (50.0 %) has an image of the same patient in training.")


def test_similar_pictures_on_two_sides(evidence, findings) -> None:
    found, = findings("groups-across-split", evidence(split(1, 3), near=Similar((("i0", "i1", 0.98),), 0.95, "n")))
    assert found.worth.startswith("1 of 3 test images (33.3 %) has a similar picture in training.")


def test_twins_on_two_sides_and_on_one(evidence, findings) -> None:
    same = Same(copies=(Pair("i0", "i1", FLIP, False, 0.99), Pair("i0", "i2", FLIP, False, 0.99)))
    found, = findings("same-picture-across-split", evidence(split(1, 4), same=same))
    assert found.worth.startswith("2 of 4 test images (50.0 %) have a twin in training.")
    found, = findings("copies", evidence([{}] * 10, same=same))
    assert "30.0 % of the test images would have a twin in training" in found.worth
    found, = findings("copies", evidence([{"pixels_sha256": p} for p in "pp345678ab"]))
    assert "17.8 % of the test images" in found.worth


def test_children_count_once_however_many_parents_they_have(evidence, findings) -> None:
    same = Same(children=(Child("i3", "i0", "i0", "declared"), Child("i3", "i1", "i1", "declared")))
    found, = findings("parents-across-split", evidence(split(3, 4), same=same))
    assert found.worth.startswith("1 of 4 test images (25.0 %) has a relative")
    rows = [*split(2, 3), {"part": "test", "origin": "derived", "parents": ["x"]}]
    found = [f for f in findings("parents-across-split", evidence(rows)) if "outside" in f.title]
    assert found[0].worth.startswith("1 of 4 (25.0 %) test images are made")


def test_labels_that_cannot_both_be_right(evidence, findings) -> None:
    rows = [{"pixels_sha256": p} for p in ("p", "p", "q", "r")]
    found, = findings("identical-across-labels", evidence(rows, classes=["a", "b", "a", "b"]))
    assert "At least 1 of 4 (25.0 %) labels is wrong" in found.worth
    assert "above 75.0 % accuracy" in found.worth
    near = Similar((("i2", "i3", 0.98),), 0.95, "n")
    _, found = findings("identical-across-labels", evidence(rows, classes=["a", "b", "a", "b"], near=near))
    assert found.worth.startswith("If similar pictures show one lesion: at least 1 of 4")


def test_counts_say_what_a_constant_answer_reaches(evidence, findings) -> None:
    found = findings("class-counts", evidence([{}] * 40, classes=["a"] * 38 + ["b"] * 2))
    note, warning = sorted(found, key=lambda f: f.severity)
    assert "To answer a always is right in 95.0 % of images" in note.worth
    assert "above 50.0 %" in note.worth
    assert warning.worth == ("2 of 40 (5.0 %) images: a model that never finds them loses 5.0 points of accuracy, and "
                             "50.0 of balanced accuracy.")


def test_what_patients_tell(evidence, findings) -> None:
    rows = [{"patient": f"p{k // 3}"} for k in range(30)]
    classes = ["x"] * 15 + ["y"] * 12 + ["x", "x", "y"]  # nine patients of one class, one of both
    found, = findings("class-confounded-with-patient", evidence(rows, classes=classes, patient="given"))
    assert "in 96.7 % of their images, always the largest class in 56.7 %" in found.worth  # 29 and 17 of 30
    assert found.worth.endswith("to remember them is worth up to 40.0 points of accuracy.")


def test_missing_labels_and_masks_counted_as_images(evidence, findings) -> None:
    found, = findings("missing-labels", evidence([{}] * 4, classes=["a", "b", "a", None]))
    assert "at most 25.0 points" in found.worth
    found, = findings("derived-files", evidence([{}] * 4, same=Same(masks=("i1", "i3"))))
    assert "2 of 4 (50.0 %) files show the answer" in found.worth
    assert "1.41 times narrower" in found.worth  # the root of 4 / 2
    found, = findings("nulls-as-negatives", evidence([{}] * 4, classes=["a", "b", "a", "unknown"]))
    assert "at most 25.0 points" in found.worth


def test_the_bound_is_told_where_the_audit_refuses_and_in_the_card(evidence, findings) -> None:
    rows = [{"pixels_sha256": "p", "part": "train"}, {"pixels_sha256": "p", "part": "test"}, {"part": "test"}]
    found = findings("same-picture-across-split", evidence(rows))
    with pytest.raises(AuditStop, match=r"Worth: 1 of 2 test images \(50.0 %\)"):
        refuse(Audit(tuple(found)), {})
    assert ("Worth", found[0].worth) in found_block(found[0]).answers


def test_repeats_of_a_split_are_added_up(evidence, findings) -> None:
    made = evidence([{"patient": "a"}, {"patient": "a"}, {"patient": "b"}], patient="given")
    places = [("i0", 0, "test"), ("i1", 0, "train"), ("i2", 0, "test"), ("i0", 1, "train"), ("i1", 1, "train"),
              ("i2", 1, "test")]
    folds = table([{"id": i, "repeat": r, "fold": 0, "part": p, "group": i} for i, r, p in places], FOLDS)
    found, = findings("groups-across-split", Evidence(made.manifest.but(folds=folds)))
    assert found.worth.startswith("1 of 3 test images (33.3 %)")
