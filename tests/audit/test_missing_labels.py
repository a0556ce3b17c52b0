"""Images that nobody labeled."""

RULE = "missing-labels"
EMPTY = {"id": "i0", "kind": "mask", "label": "l", "locator": None}


def test_images_without_a_class(evidence, findings) -> None:
    found, = findings(RULE, evidence([{}] * 3, classes=["a", None, "b"]))
    assert (found.title, found.files) == ("1 image has no class.", ("i1.png",))
    assert findings(RULE, evidence([{}], classes=["a"])) == []


def test_images_without_a_mask_where_others_have_one(evidence, findings) -> None:
    found, = findings(RULE, evidence([{}] * 3, objects=[EMPTY]))  # an empty mask is a mask
    assert (found.title, found.files) == ("2 images have no mask.", ("i1.png", "i2.png"))
    assert findings(RULE, evidence([{}], objects=[EMPTY])) == []
    box = {"id": "i0", "kind": "box", "label": "l", "y0": 0, "x0": 0, "y1": 2, "x1": 2}
    assert findings(RULE, evidence([{}] * 2, objects=[box])) == []
