"""Perlin mixing: the noise and its boundary."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from bogam.augment.perlin import Perlin, perlin_noise
from bogam.core.types import Case


def pair(height: int = 96, width: int = 128) -> list[Case]:
    return [Case(name, np.full((1, height, width), value, np.uint8), (0.0, 255.0),
                 masks=np.full((1, height, width), value == 9, np.uint8)) for name, value in (("a", 1), ("b", 9))]


@pytest.mark.parametrize("area", [0.1, 0.5, 0.8])
def test_the_partner_takes_about_the_drawn_area_and_the_share_is_exact(area: float) -> None:
    for seed in range(5):
        mixed, shares = Perlin.mix(pair(), {"area": area, "cells": 4, "seed": seed})
        assert shares[1] == pytest.approx((mixed.image == 9).mean())
        assert shares[1] == pytest.approx(area, abs=0.03)
        assert mixed.masks is not None
        assert np.array_equal(mixed.masks == 1, mixed.image == 9)


def test_noise_is_zero_at_the_corners_of_its_cells_smooth_between_and_fresh_for_each_seed() -> None:
    noise = perlin_noise((65, 65), 1, np.random.default_rng(0))
    assert abs(noise[0, 0]) < 0.02
    noise = perlin_noise((128, 128), 4, np.random.default_rng(0))
    assert np.abs(np.diff(noise, axis=0)).max() < 0.1
    assert abs(noise.mean()) < 0.15
    assert not np.allclose(noise, perlin_noise((128, 128), 4, np.random.default_rng(1)))


def test_more_cells_make_more_patches() -> None:
    def patches(cells: int) -> float:
        counts = []
        for seed in range(10):
            mixed, _ = Perlin.mix(pair(), {"area": 0.3, "cells": cells, "seed": seed})
            counts.append(cv2.connectedComponents((mixed.image[0] == 9).astype(np.uint8))[0] - 1)
        return float(np.mean(counts))

    assert patches(2) < 6 < patches(10)


def test_at_the_corner_of_a_cell_the_noise_is_that_of_the_definition() -> None:
    """Against a plain loop over pixels and corners."""
    rng = np.random.default_rng(4)
    noise = perlin_noise((7, 11), 3, np.random.default_rng(4))
    across = 11 / 3
    rows, columns = int((6.5) / across) + 2, int(10.5 / across) + 2
    angle = rng.random((rows, columns)) * 2 * np.pi

    def fade(distance: float) -> float:
        near = 1 - abs(distance)
        return near**3 * (near * (near * 6 - 15) + 10)

    for y in range(7):
        for x in range(11):
            v, u = (y + 0.5) / across, (x + 0.5) / across
            total = 0.0
            for i in (int(v), int(v) + 1):
                for j in (int(u), int(u) + 1):
                    slope = np.sin(angle[i, j]) * (v - i) + np.cos(angle[i, j]) * (u - j)
                    total += fade(v - i) * fade(u - j) * slope
            assert noise[y, x] == pytest.approx(total, abs=1e-5)


@pytest.mark.parametrize(("fields", "message"), [({"cells": (5, 2)}, "Swap the two"), ({"share": (0.2, 1.2)}, "0.5")])
def test_bad_settings_are_refused(fields: dict[str, object], message: str) -> None:
    from bogam.augment.family import augmentations
    with pytest.raises(ValueError, match=message):
        augmentations.parse({"perlin": fields})
