"""Looking bytes up: what numpy gives, at every length and at every start."""

import numpy as np
import pytest

from bogam.core.look_up import look_up


@pytest.mark.parametrize("size", [0, 1, 15, 63, 64, 65, 130, 100_003])
@pytest.mark.parametrize("start", [0, 1, 7])
def test_it_gives_what_numpy_gives(size: int, start: int) -> None:
    rng = np.random.default_rng(size)
    table = rng.integers(256, size=256, dtype=np.uint8)
    held = rng.integers(256, size=size + start, dtype=np.uint8)
    source, target = held[start:], np.full(size, 77, np.uint8)
    wanted = table[source]
    look_up(source, table, target)
    assert np.array_equal(target, wanted)
    look_up(source, table, source)
    assert np.array_equal(source, wanted)


def test_what_lies_around_the_target_stays() -> None:
    held = np.full(40, 9, np.uint8)
    look_up(np.zeros(20, np.uint8), np.arange(5, 261).astype(np.uint8), held[10:30])
    assert held.tolist() == [9] * 10 + [5] * 20 + [9] * 10


def test_pictures_of_rows() -> None:
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)
    made = np.empty_like(image)
    look_up(image, np.arange(255, -1, -1, dtype=np.uint8), made)
    assert np.array_equal(made, 255 - image)
