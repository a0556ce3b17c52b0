"""Slanting."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.family import augmentations
from bogam.augment.plan import replay
from bogam.core.types import Case


def test_lower_rows_move_right_and_the_area_stays():
    y, x = np.mgrid[:101, :101]
    image = ((abs(y - 50) <= 25) & (abs(x - 50) <= 10)).astype(np.uint8)[None]
    case = Case("a", image * 200, (0, 255), masks=image, points=np.array([[75.0, 50.0], [25.0, 50.0]]))
    made = replay(case, [{"augment": "shear", "rows_degrees": 21.801409486, "columns_degrees": 0.0}])  # tan is 0.4
    assert made.points == pytest.approx(np.array([[75.0, 60.0], [25.0, 40.0]]))
    assert np.flatnonzero(made.masks[0, 75]).mean() == 60
    assert np.flatnonzero(made.masks[0, 25]).mean() == 40
    assert abs(made.masks.sum() - image.sum()) <= 51


def test_angles_that_flatten_the_image_are_refused():
    with pytest.raises(ValueError, match=r"rows_degrees: got \(-50\.0, 0\.0\), expected angles between -45 and 45"):
        augmentations.parse({"shear": {"rows_degrees": [-50, 0]}})
