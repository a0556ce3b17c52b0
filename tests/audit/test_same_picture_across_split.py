"""One picture on two sides."""

from bogam.audit.family import Evidence
from bogam.data.manifest import FOLDS, table
from bogam.data.same.evidence import Pair, Same

RULE = "same-picture-across-split"
FLIP = ("mirrored left to right",)


def said(found):
    return [(f.severity, f.title) for f in found]


def test_identical_pictures_across_the_test_part_are_a_stop(evidence, findings) -> None:
    rows = [{"pixels_sha256": "p", "part": "train"}, {"pixels_sha256": "p", "part": "test"}, {"part": "test"}]
    found, = findings(RULE, evidence(rows))
    assert (found.severity, found.title) == (
        "stop", "1 identical picture lies on two sides: the test part and another.")
    assert found.files == ("i0.png = i1.png",)
    assert found.pairs == (("i0", "i1", "identical"),)
    assert found.worth.startswith("1 of 2 test images (50.0 %)")


def test_training_and_validation_is_a_warning(evidence, findings) -> None:
    rows = [{"pixels_sha256": "p", "part": "train"}, {"pixels_sha256": "p", "part": "validation"}]
    assert said(findings(RULE, evidence(rows))) == [
        ("warning", "1 identical picture lies on two sides: training and validation.")]


def test_transformed_pictures_count_too(evidence, findings) -> None:
    same = Same(copies=(Pair("i0", "i1", FLIP, False, 0.99), Pair("i0", "i2", FLIP, False, 0.99)))
    rows = [{"part": "train"}, {"part": "test"}, {"part": "train"}]
    found, = findings(RULE, evidence(rows, same=same))
    assert said([found]) == [("stop", "1 pair of transformed pictures lies on two sides: the test part and another.")]
    assert found.files == ("i0.png ~ i1.png (mirrored left to right)",)


def test_nothing_without_parts_and_another_fold_is_no_other_side(evidence, findings) -> None:
    same = Same(copies=(Pair("i0", "i1", FLIP, False, 0.99),))
    made = evidence([{}, {}], same=same)
    assert findings(RULE, made) == []
    rows = [("i0", 0, "test"), ("i1", 0, "test"), ("i0", 1, "train"), ("i1", 1, "train")]
    folds = table([{"id": i, "repeat": 0, "fold": f, "part": p, "group": i} for i, f, p in rows], FOLDS)
    assert findings(RULE, Evidence(made.manifest.but(folds=folds), same=same)) == []


def test_a_threshold_that_does_not_fit_the_set_stops_nobody(evidence, findings) -> None:
    chain = tuple(Pair(f"i{k}", f"i{k + 1}", FLIP, False, 0.99) for k in range(14))
    rows = [{"part": ("train", "test")[k % 2]} for k in range(20)]
    found, = findings(RULE, evidence(rows, same=Same(copies=chain)))
    assert found.severity == "warning"
    assert "does not fit this set" in found.detail
