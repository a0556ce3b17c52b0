"""What pixels tell of where a picture came from."""

import numpy as np
import pytest

from bogam.data.marks import marks_of


def test_borders_are_shares_of_the_side() -> None:
    image = np.zeros((1, 20, 40), np.uint8)
    image[0, 5:18, 4:30] = np.random.default_rng(0).integers(100, 250, (13, 26))
    found = marks_of(image, (0, 255))
    assert found == pytest.approx({"border_top": 0.25, "border_bottom": 0.1, "border_left": 0.1, "border_right": 0.25})


def test_a_blank_picture_is_all_border() -> None:
    assert set(marks_of(np.full((3, 8, 8), 7, np.uint8), None).values()) == {1.0}


def test_a_full_picture_has_none() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (1, 30, 30), np.uint8)
    assert set(marks_of(noise, None).values()) == {0.0}
