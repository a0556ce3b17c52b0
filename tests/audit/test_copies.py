"""Copies of three kinds."""

import pytest

from bogam.data.duplicates import Similar
from bogam.data.same.evidence import Pair, Same

RULE = "copies"
NEAR = Similar((("i0", "i1", 1.0), ("i0", "i2", 0.97), ("i2", "i3", 0.96)), 0.95, "n")


def titles(found, severity="warning"):
    return [f.title for f in found if f.severity == severity]


def test_identical_pictures_are_counted_and_named(evidence, findings) -> None:
    found, = findings(RULE, evidence([{"pixels_sha256": s} for s in ("p", "q", "p", "p", "r", "q", None, None)]))
    assert found.title == "2 pictures occur more than once: 8 images, 5 different."  # p, q, r and two unknown
    assert found.files == ("i0.png = i2.png = i3.png", "i1.png = i5.png")
    found, = findings(RULE, evidence([{"pixels_sha256": "p"}] * 2))
    assert found.title == "1 picture occurs more than once: 2 images, 1 different."


def test_transformed_pictures_are_a_kind_of_their_own(evidence, findings) -> None:
    same = Same(copies=(Pair("i0", "i2", ("mirrored left to right",), False, 0.99),))
    near = Similar((("i0", "i2", 0.97), ("i1", "i2", 0.96)), 0.95, "n")
    found = findings(RULE, evidence([{}, {}, {}], near=near, same=same))
    assert titles(found) == ["1 pair of pictures among 2 images are the same picture, transformed.",
                             "1 pair of similar pictures among 2 images (thumbnails correlate by 0.95 or more)."]
    assert found[0].files == ("i0.png ~ i2.png (mirrored left to right)",)
    assert found[0].pairs == (("i0", "i2", "mirrored left to right"),)


def test_similar_pictures_of_unknown_patients_are_a_warning(evidence, findings) -> None:
    rows = [{"pixels_sha256": s} for s in ("p", "p", "q", "r")]
    found = [f for f in findings(RULE, evidence(rows, near=NEAR)) if "similar" in f.title]
    assert [f.title for f in found] == ["2 pairs of similar pictures among 3 images (thumbnails correlate by 0.95 or "
                                        "more)."]
    assert found[0].files == ("i0.png ~ i2.png, r = 0.970", "i2.png ~ i3.png, r = 0.960")


def test_similar_pictures_of_one_patient_are_no_warning(evidence, findings) -> None:
    rows = [{"pixels_sha256": s, "patient": p} for s, p in (("p", "a"), ("o", "a"), ("q", "a"), ("r", "b"))]
    found = findings(RULE, evidence(rows, near=NEAR, patient="given"))
    assert titles(found) == ["1 pair of similar pictures of different patients (thumbnails correlate by 0.95 or more)."]
    assert titles(found, "note") == ["2 pairs of similar pictures are each of one patient (thumbnails correlate by "
                                     "0.95 or more)."]


@pytest.mark.parametrize(("near", "count"), [
    (None, 0), (Similar((), 0.95, "none"), 0), (Similar((), None, "cannot be told"), 1)])
def test_without_pairs(evidence, findings, near, count) -> None:
    found = findings(RULE, evidence([{}, {}], near=near))
    assert titles(found, "note") == ["cannot be told"] * count
    assert titles(found) == []


def test_a_raised_threshold_is_said(evidence, findings) -> None:
    found, = findings(RULE, evidence([{}, {}], near=Similar((("i0", "i1", 0.99),), 0.98, "n")))
    assert "Below 0.98" in found.detail
