"""One picture under two labels."""

from bogam.data.duplicates import Similar

RULE = "identical-across-labels"


def test_one_picture_with_two_labels_is_named_with_both(evidence, findings) -> None:
    rows = [{"pixels_sha256": s} for s in ("p", "p", "q", "q")]
    found, = findings(RULE, evidence(rows, classes=["benign", "malignant", "benign", "benign"]))
    assert found.title == "1 picture is filed under two labels."
    assert found.files == ("i0.png (benign) = i1.png (malignant)",)


def test_a_missing_label_contradicts_nothing(evidence, findings) -> None:
    assert findings(RULE, evidence([{"pixels_sha256": "p"}] * 2, classes=["a", None])) == []
    assert findings(RULE, evidence([{"pixels_sha256": "p"}] * 2)) == []
    assert findings(RULE, evidence([{}, {}], classes=["a", "b"])) == []  # nobody looked at the pixels


def test_similar_pictures_with_two_labels(evidence, findings) -> None:
    near = Similar((("i0", "i1", 0.99), ("i1", "i2", 0.96), ("i0", "gone", 0.95)), 0.95, "n")
    rows = [{"pixels_sha256": s} for s in "pqr"]
    found, = findings(RULE, evidence(rows, classes=["a", "b", "b"], near=near))
    assert found.title == "1 pair of similar pictures bears different labels."
    assert found.files == ("i0.png (a) ~ i1.png (b), r = 0.990",)
    same = [{"pixels_sha256": s} for s in "ppr"]
    found, = findings(RULE, evidence(same, classes=["a", "b", "b"], near=near))
    assert "filed under two labels" in found.title  # identical ones are not counted again as similar
