"""Top becomes bottom."""

from __future__ import annotations

import numpy as np

from bogam.augment.plan import replay
from bogam.core.types import Case


def test_top_becomes_bottom_in_pictures_and_volumes():
    image = np.arange(6, dtype=np.uint8).reshape(1, 2, 3)
    history = [{"augment": "flip-vertical"}]
    assert replay(Case("a", image, None), history).image[0].tolist() == [[3, 4, 5], [0, 1, 2]]
    assert replay(Case("a", image[None], None), history).image[0, 0].tolist() == [[3, 4, 5], [0, 1, 2]]


def test_with_the_other_flip_it_is_half_a_turn():
    image = np.arange(6, dtype=np.uint8).reshape(1, 2, 3)
    made = replay(Case("a", image, None), [{"augment": "flip-vertical"}, {"augment": "flip-horizontal"}])
    assert made.image[0].tolist() == [[5, 4, 3], [2, 1, 0]]
