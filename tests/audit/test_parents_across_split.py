"""Made images and the images that they were made from."""

from __future__ import annotations

REAL, TEST = {"part": "train"}, {"part": "test"}


def made(part: str, *parents: str, origin: str = "derived") -> dict[str, object]:
    return {"part": part, "origin": origin, "parents": list(parents)}


def test_a_child_whose_parent_tests_is_a_stop(evidence, findings) -> None:
    found = findings("parents-across-split", evidence([REAL, TEST, made("train", "i1")]))
    assert [(f.severity, f.pairs) for f in found] == [("stop", (("i2", "i1", "derived from it"),))]


def test_a_generator_that_saw_one_test_picture_is_a_stop(evidence, findings) -> None:
    found = findings("parents-across-split", evidence([REAL, TEST, made("train", "i0", "i1", origin="synthetic")]))
    assert [f.severity for f in found] == ["stop"]


def test_made_images_do_not_test(evidence, findings) -> None:
    found = findings("parents-across-split", evidence([REAL, TEST, made("test", "i1")]))
    assert [f.severity for f in found] == ["stop"]
    assert "outside the training part" in found[0].title


def test_beside_all_parents_in_train_nothing_is_said(evidence, findings) -> None:
    assert findings("parents-across-split", evidence([REAL, TEST, made("train", "i0")])) == []


def test_without_parents_a_warning(evidence, findings) -> None:
    found = findings("parents-across-split", evidence([REAL, TEST, made("train")]))
    assert [f.severity for f in found] == ["warning"]


def test_a_set_in_which_nothing_is_real_is_left_alone(evidence, findings) -> None:
    rows = [made("train", origin="synthetic"), made("test", origin="synthetic")]
    assert findings("parents-across-split", evidence(rows)) == []
