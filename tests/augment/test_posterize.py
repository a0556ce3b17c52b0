"""Few grey levels, black and white among them."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.plan import replay
from bogam.augment.posterize import Posterize
from bogam.core.types import Case


def posterized(image, levels, bits):
    return replay(Case("a", image, levels), [{"augment": "posterize", "bits": bits}]).image


def test_one_bit_is_black_and_white():
    assert posterized(np.array([[[0, 127, 128, 255]]], np.uint8), (0, 255), 1).tolist() == [[[0, 0, 255, 255]]]


@pytest.mark.parametrize(("dtype", "levels"), [("u2", (0, 4095)), ("i2", (-1000, 1000)), ("f4", (-1.0, 1.0))])
def test_the_number_of_levels_and_their_ends(dtype, levels):
    image = np.linspace(*levels, 10000).astype(dtype).reshape(1, 100, 100)
    made = posterized(image, levels, 3)
    assert len(np.unique(made)) == 8
    assert (made.min(), made.max()) == levels
    assert abs(made.mean() - image.mean()) < 0.002 * (levels[1] - levels[0])


def test_8_bits_leave_8_bit_as_it_is():
    image = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    assert np.array_equal(posterized(image, (0, 255), 8), image)



def test_bits_are_whole_and_ordered():
    drawn = {Posterize(bits=(3, 5)).draw(np.random.default_rng(k), None)["bits"] for k in range(50)}
    assert drawn == {3, 4, 5}
    with pytest.raises(ValueError, match="whole numbers"):
        Posterize(bits=(5, 3))
