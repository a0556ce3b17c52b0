"""Masks, augmented copies and synthetic pictures are no samples."""

from bogam.data.same.evidence import Child, Pair, Same

RULE = "derived-files"


def titles(found, severity="warning"):
    return [f.title for f in found if f.severity == severity]


def test_the_arithmetic_of_images_and_mask_files(evidence, findings) -> None:
    masks = [{"id": "i0", "kind": "mask", "label": "l", "locator": "m0.png"},
             {"id": "i0", "kind": "mask", "label": "l", "locator": "m1.png"},
             {"id": "i1", "kind": "mask", "label": "l", "locator": None},
             {"id": "i1", "kind": "mask", "label": "a", "locator": "m2.nii#z=1"},
             {"id": "i1", "kind": "mask", "label": "b", "locator": "m2.nii#z=2"}]
    found, = findings(RULE, evidence([{}, {}], objects=masks))
    assert found.title == "5 files = 2 images + 3 mask files, which are not counted as images."


def test_masks_that_are_counted_as_images(evidence, findings) -> None:
    found, = findings(RULE, evidence([{}] * 5, same=Same(masks=("i1", "i2"), blank=("i4",))))
    assert (found.severity, found.title) == ("warning", "3 masks are counted as images: 5 = 2 images + 3 masks.")
    assert found.files == ("i1.png", "i2.png", "i4.png")
    assert findings(RULE, evidence([{}], same=Same(blank=("i0",)))) == []  # blank alone is no mask


def test_children_by_name_and_by_picture_are_counted_once(evidence, findings) -> None:
    same = Same(children=(Child("i1", "i0", "i0", "name and picture"), Child("i3", "", "x7", "name")),
                copies=(Pair("i0", "i1", ("blurred or noisy",), True, 0.9),
                        Pair("i2", "i4", ("turned by 17 degrees",), True, 0.95),
                        Pair("i2", "i5", ("stored anew or with other tones",), False, 0.99)))
    found, = findings(RULE, evidence([{}] * 6, same=same))
    assert found.title == "3 images seem to be made from other images: 6 = 3 + 3 derived."
    assert found.files == ("i1.png from i0.png (name and picture)", "i3.png from x7 (name)",
                           "i4.png from i2.png (picture: turned by 17 degrees)")


def test_derived_and_synthetic_images(evidence, findings) -> None:
    assert titles(findings(RULE, evidence([{}, {"origin": "derived"}, {"origin": "synthetic"}]))) == [
        "3 images = 1 real + 1 derived + 1 synthetic."]
    found = findings(RULE, evidence([{"origin": "synthetic"}]))
    assert titles(found, "note") == ["All images are synthetic: what is learned here says nothing about patients."]
    assert findings(RULE, evidence([])) == []
