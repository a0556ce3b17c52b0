"""Where one image lies, as text and back."""

import pytest

from bogam.data.locator import Locator


@pytest.mark.parametrize("path", ["a.png", "a b/c (1).png", "a#b.png", "100%.png", "a%23b.png", "a%25b.png",
                                  "%#2%23.png", "%2523.png", "보감/폐.png", "a=b&c.png"])
def test_any_name_survives_text(path: str) -> None:
    plain, keyed = Locator(path), Locator(path).at(frame=3, z=0)
    assert Locator.parse(str(plain)) == plain
    assert Locator.parse(str(keyed)) == keyed
    assert "#" not in str(plain)


def test_keys() -> None:
    place = Locator.parse("p.npz#array=train_images&row=3")
    assert (place.path, place.get("array"), place.number("row"), place.get("z"), place.number("z")) == (
        "p.npz", "train_images", 3, None, None)
    assert str(place.at(row=4)) == "p.npz#array=train_images&row=4"
    assert str(place) == "p.npz#array=train_images&row=3"  # `at` leaves it alone
    assert Locator.parse("a.nii#series=x=y").get("series") == "x=y"


def test_paths_are_written_with_slashes_once() -> None:
    assert str(Locator("a//b/./c.png")) == "a/b/c.png"
