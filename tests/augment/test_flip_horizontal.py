"""Left becomes right."""

from __future__ import annotations

import numpy as np

from bogam.augment.plan import replay
from bogam.core.types import Case


def test_left_becomes_right_in_pictures_and_volumes():
    image = np.arange(6, dtype=np.uint8).reshape(1, 2, 3)
    history = [{"augment": "flip-horizontal"}]
    assert replay(Case("a", image, None), history).image[0].tolist() == [[2, 1, 0], [5, 4, 3]]
    volume = replay(Case("a", image[None], None, masks=image[None] % 2), history)
    assert volume.image[0, 0].tolist() == [[2, 1, 0], [5, 4, 3]]
    assert volume.masks[0, 0].tolist() == [[0, 1, 0], [1, 0, 1]]
