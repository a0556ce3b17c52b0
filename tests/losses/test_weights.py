"""Class weights."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.core.errors import UserError
from bogam.losses.weights import class_weights


def test_each_class_weighs_the_same_in_all_and_the_mean_over_images_is_one() -> None:
    counts = np.array([3, 47, 150])
    weights = class_weights(counts)
    np.testing.assert_allclose(weights * counts, 200 / 3)
    np.testing.assert_allclose((weights * counts).sum() / counts.sum(), 1)


def test_a_class_without_images_weighs_one_and_does_not_move_the_others() -> None:
    assert class_weights([5, 0, 15]).tolist() == [2.0, 1.0, 20 / 30]


def test_none() -> None:
    assert class_weights([5, 1], how="none").tolist() == [1.0, 1.0]


@pytest.mark.parametrize("counts", [[], [0, 0], [3, -1]])
def test_refuses_nonsense(counts: list[int]) -> None:
    with pytest.raises(UserError, match="at least one image"):
        class_weights(counts)
