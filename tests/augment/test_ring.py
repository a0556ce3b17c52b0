"""Rings of uneven detector elements."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.transform import iradon

from bogam.augment.ring import ACROSS, Ring, profile


def ringed(image, levels, **drawn):
    return Ring.filter(image, levels, {"rings": 1, "amplitude": 0.1, "off_center": [0.0, 0.0], "seed": 0, **drawn})


@pytest.mark.parametrize("radius", [20, 40, 80])
def test_the_profile_is_that_of_filtered_back_projection(radius):
    """One detector element that reads 1 too much in every view, reconstructed by scikit-image."""
    side, views = 257, 360
    sinogram = np.zeros((side, views))
    sinogram[side // 2 + radius] = 1
    image = iradon(sinogram, theta=np.linspace(0, 180, views, endpoint=False), filter_name="ramp")
    y, x = np.mgrid[:side, :side] - side // 2
    distance = np.hypot(y, x)
    found = np.array([image[np.abs(distance - r) < 0.5].mean() for r in range(radius - 4, radius + 2)])
    assert np.abs(found / found.max() - ACROSS).max() < 0.1
    if radius == 80:  # the crest falls with the root of the radius: 40 and 160 would differ by a factor of 2
        sinogram = np.roll(sinogram, -60, axis=0)
        inner = iradon(sinogram, theta=np.linspace(0, 180, views, endpoint=False), filter_name="ramp")
        crest = inner[np.abs(distance - 20) < 0.5].mean()
        assert crest / found.max() == pytest.approx(2, rel=0.12)


def test_rings_are_round_and_about_the_center():
    image = np.full((1, 65, 65), 0.5, np.float32)
    made = ringed(image, (0.0, 1.0), seed=3)[0]
    assert np.allclose(made, made[::-1])
    assert np.allclose(made, made.T)
    assert np.abs(made - 0.5).max() > 0.03
    moved = ringed(image, (0.0, 1.0), seed=3, off_center=[4 / 65, 0.0])[0]
    assert np.allclose(moved[4:], made[:-4], atol=1e-4)


def test_height_at_a_quarter_of_the_side():
    crests = [np.abs(profile(400, 282.0, 1, seed)).max() * np.sqrt(np.abs(profile(400, 282.0, 1, seed)).argmax() / 100)
              for seed in range(60)]
    assert min(crests) >= 1 / 3 - 0.05
    assert max(crests) <= 1.05
    signs = {np.sign(profile(400, 282.0, 1, seed)[np.abs(profile(400, 282.0, 1, seed)).argmax()]) for seed in range(60)}
    assert signs == {-1, 1}


@pytest.mark.parametrize(("dtype", "levels"), [("u1", (0, 255)), ("i2", (-1000, 1000)), ("u2", (0, 4095))])
def test_amplitude_is_a_share_of_the_range(dtype, levels):
    span = levels[1] - levels[0]
    image = np.full((1, 64, 64), levels[0] + span / 2).astype(dtype)
    real = ringed(np.full((1, 64, 64), 0.5, np.float32), (0.0, 1.0), seed=5)
    made = (ringed(image, levels, seed=5).astype(float) - levels[0]) / span
    assert np.abs(made - real).max() < 0.005
