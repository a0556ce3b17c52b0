"""Window center and width, moved."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.plan import replay
from bogam.augment.window_jitter import WindowJitter
from bogam.core.types import Case
from bogam.prepare.window import window_range


def test_a_narrow_window_shows_more_contrast():
    """CT window (-160, 240): center 40, width 400. Shift +0.1 and factor 0.5: center 80, width 200, (-20, 180)."""
    image = np.array([[[-160, -20, 80, 130, 180, 240]]], np.int16)
    made = replay(Case("a", image, (-160.0, 240.0), "hu"), [{"augment": "window-jitter", "center": 0.1, "width": 0.5}])
    assert made.image.tolist() == [[[-160, -160, 40, 140, 240, 240]]]


@pytest.mark.parametrize(("center", "width"), [(0.1, 0.8), (-0.07, 1.2), (0.0, 1.0)])
def test_it_is_dicoms_linear_exact(center, width):
    """By the prepare step's own range: what lies at its ends is shown black and white."""
    low, high = window_range(512 + center * 1024, 1024 * width, "linear-exact")
    pixels = np.arange(0, 1025, dtype=np.float32).reshape(1, 25, 41)
    wanted = np.clip((pixels - low) / (high - low), 0, 1) * 1024
    made = replay(Case("a", pixels, (0, 1024)), [{"augment": "window-jitter", "center": center, "width": width}])
    assert np.allclose(made.image, wanted, atol=1e-3)


def test_draws_lie_in_their_ranges():
    rng, case = np.random.default_rng(0), Case("a", np.zeros((1, 2, 2), np.uint8), (0, 255))
    drawn = [WindowJitter(center=(-0.2, 0.1), width=(0.5, 2.0)).draw(rng, case) for _ in range(500)]
    centers, widths = [d["center"] for d in drawn], [d["width"] for d in drawn]
    assert -0.2 <= min(centers) < -0.19
    assert 0.09 < max(centers) <= 0.1
    assert np.median(widths) == pytest.approx(1, abs=0.1)  # log-uniform
    with pytest.raises(ValueError, match="expected low above 0"):
        WindowJitter(width=(0.0, 1.0))
