"""Stated counts against their formulas."""

from __future__ import annotations

KIND = "counts-add"
HEAD = "name,count,unit,equals,expected,at_most,source\n"


def check(objections, text: str) -> list[tuple[str, str, str]]:
    return [(o.severity, o.title, o.numbers) for o in objections(KIND, counts=HEAD + text)]


def test_classes_that_do_not_add(objections) -> None:
    assert check(objections, "b,4090\nm,4090\nn,2040\nall,\"10,239\",,b + m + n\n") == [
        ("impossible", "Counts that do not add",
         "all 10,239, but b + m + n is 4,090 + 4,090 + 2,040 = 10,220: a difference of 19.")]
    assert check(objections, "b,891\nm,421\nn,266\nall,1578,,b + m + n\n") == []


def test_copies(objections) -> None:
    found, = check(objections, "base,3185\nmore,15921,,,base * ?\n")
    assert found[:2] == ("suspicious", "Copies that are no whole number")
    assert found[2] == ("more 15,921 / 3,185 (base * ?) = 4.9987, which is no whole number of copies; 5 of each are "
                        "15,925.")
    assert check(objections, "base,1568\nmore,7840,,,base * ?\n") == []
    assert check(objections, "base,3185\nmore,15921,,base * 5\n")[0][2] == (
        "more 15,921, but base * 5 is 5 x 3,185 = 15,925: a difference of 4.")
    assert check(objections, "base,0\nmore,5,,base * ?\n")[0][0] == "impossible"


def test_more_than_there_are(objections) -> None:
    assert check(objections, "lesions,647\npairs,1568,,,,lesions\n") == [
        ("impossible", "More than there are", "pairs 1,568, but there are only 647 (lesions).")]
    assert check(objections, "none,0\nnormal,2040,,,,none\n")[0][2] == "normal 2,040, but there are none (none)."
    assert check(objections, "lesions,647\npairs,647,,,,lesions\n") == []


def test_masks_counted_as_images(objections) -> None:
    assert check(objections, "pictures,780,images\nmasks,798,masks\nall,1578,images,,pictures + masks\n") == [
        ("suspicious", "Different things counted as one",
         "all 1,578 images = 780 images + 798 masks: masks were counted as images.")]
    assert check(objections, "a,780,images\nb,798,images\nall,1578,images,,a + b\n") == []
    assert check(objections, "a,780\nb,798,masks\nall,1578,,a + b\n") == []  # one unit that is told is no mixture
    assert check(objections, "files,1578,files\nmasks,798,masks\nall,780,images,files - masks\n") == []


def test_expected_is_milder_than_equals(objections) -> None:
    assert [check(objections, f"a,10\nb,11,,{cells}\n")[0][0] for cells in ("a", ",a")] == ["impossible", "suspicious"]
