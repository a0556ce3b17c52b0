"""Several masks of one image."""

RULE = "several-masks"


def mask(image: str, label: str = "lesion", locator: str | None = "m.png", pixels: str | None = None):
    return {"id": image, "kind": "mask", "label": label, "locator": locator, "pixels_sha256": pixels}


def test_images_with_several_masks_of_one_label_are_named(evidence, findings) -> None:
    objects = [mask("i0"), mask("i0", locator="n.png"), *(mask(f"i{k}") for k in range(1, 8)),
               *(mask("i3", locator=f"{k}.png") for k in range(2))]
    found, = findings(RULE, evidence([{}] * 9, objects=objects))
    assert (found.severity, found.title) == ("warning", "2 images have several masks of one label, which are merged.")
    assert found.detail == "1 with 2, 1 with 3."
    assert found.files == ("i0.png: 2 masks", "i3.png: 3 masks")
    assert found.pairs == (("i0", "", "2 masks"), ("i3", "", "3 masks"))
    assert "2 of 8 (25.0 %) images with masks" in found.worth


def test_equal_masks_are_said(evidence, findings) -> None:
    objects = [mask("i0", pixels="p"), mask("i0", locator="n.png", pixels="p"), mask("i1"), mask("i2")]
    found, = findings(RULE, evidence([{}] * 3, objects=objects))
    assert found.detail == "1 with 2. In 1 image two of them are equal."
    objects = [mask("i0", pixels="p"), mask("i0", locator="n.png", pixels="q"), mask("i1"), mask("i2")]
    assert findings(RULE, evidence([{}] * 3, objects=objects))[0].detail == "1 with 2."


def test_one_mask_of_each_label_and_no_mask_are_as_they_should_be(evidence, findings) -> None:
    assert findings(RULE, evidence([{}] * 2, objects=[mask("i0"), mask("i0", "cyst"), mask("i1", locator=None)])) == []
    assert findings(RULE, evidence([{}])) == []


def test_where_most_have_several_it_is_how_the_set_is_made(evidence, findings) -> None:
    objects = [mask(f"i{k}", locator=f"{j}.png") for k in range(3) for j in range(2)]
    assert findings(RULE, evidence([{}] * 3, objects=objects))[0].severity == "note"
