"""First becomes last."""

from __future__ import annotations

import numpy as np

from bogam.augment.plan import replay
from bogam.core.types import Case


def test_the_first_slice_becomes_the_last_with_all_that_lies_in_it():
    volume = np.arange(24, dtype=np.int16).reshape(1, 3, 2, 4)
    case = Case("v", volume, None, masks=(volume == 0).astype(np.uint8),
                boxes=np.array([[0.0, 0.0, 1.0, 1.0, 2.0, 3.0]]),
                points=np.array([[0.0, 1.0, 2.0]]), affine=np.diag([3.0, 1.0, 1.0, 1.0]), spacing_mm=(3.0, 1.0, 1.0))
    made = replay(case, [{"augment": "flip-depth"}])
    assert np.array_equal(made.image, volume[:, ::-1])
    assert made.image.flags.c_contiguous
    assert made.masks[0, 2, 0, 0] == 1
    assert made.boxes.tolist() == [[2, 0, 1, 3, 2, 3]]
    assert made.points.tolist() == [[2, 1, 2]]
    assert made.affine[0].tolist() == [-3, 0, 0, 6]
    assert made.spacing_mm == (3, 1, 1)
