"""The pieces that phantoms are painted from."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.core.seeds import generator
from bogam.data.phantoms import texture


def test_fill_covers_a_disc_and_its_border() -> None:
    disc = texture.outline((0.5, 0.4), (0.25, 0.25), 0.0, np.ones(120))
    cover = texture.fill(disc, (80, 80))
    assert cover[40, 32] == 1
    assert cover[40, 60] == cover[10, 32] == 0
    radius = np.sqrt(cover.sum() / np.pi)
    assert 20 <= radius < 20.8                                # 0.25 * 80, and half a pixel of border
    rows, columns = np.nonzero(cover)
    assert (rows.mean(), columns.mean()) == pytest.approx((39.5, 31.5), abs=0.2)


def test_outline_without_wobble_is_an_ellipse() -> None:
    points = texture.outline((0.5, 0.4), (0.2, 0.1), 0.0, np.ones(4))
    expected = [[0.7, 0.4], [0.5, 0.5], [0.3, 0.4], [0.5, 0.3]]
    assert points == pytest.approx(np.array(expected))


def test_outline_turns_rows_into_columns() -> None:
    points = texture.outline((0.5, 0.5), (0.2, 0.1), np.pi / 2, np.ones(4))
    assert points[0] == pytest.approx([0.5, 0.7])


def test_speckle_has_mean_one_and_compression_smooths_it() -> None:
    full = texture.speckle(generator(0), (96, 96), (0.7, 1.2), 1.0)
    less = texture.speckle(generator(0), (96, 96), (0.7, 1.2), 0.5)
    assert full.mean() == pytest.approx(1, abs=1e-4)
    assert 0 < less.std() < 0.75 * full.std()


def test_smooth_noise_is_centered_and_has_the_stated_streaks() -> None:
    noise = texture.smooth_noise(generator(3), (128, 128), (32, 4))
    assert abs(noise.mean()) < 0.35
    assert 0.6 < noise.std() < 1.5
    assert np.abs(np.diff(noise, axis=0)).mean() > 3 * np.abs(np.diff(noise, axis=1)).mean()


def test_soft_step_by_hand() -> None:
    step = texture.soft_step(np.array([-2.0, -1.0, 0.0, 1.0, 2.0], np.float32), 1.0)
    assert step.tolist() == [0, 0, 0.5, 1, 1]


def test_scan_applies_curve_then_gain() -> None:
    quiet = texture.Scanner("s", "m", gain=0.5, gamma=2.0, noise=0.0, blur=0.0)
    image = np.array([[0.0, 0.5, 1.0, 1.5]], np.float32)
    assert texture.scan(image, quiet, 8, generator(0)).tolist() == [[0, 32, 128, 128]]   # 255 * 0.5 * level**2
    assert texture.scan(image, quiet, 12, generator(0)).tolist() == [[0, 512, 2048, 2048]]


def test_the_two_scanners_differ_in_all_that_is_stated() -> None:
    first, second = texture.SCANNERS
    for name in ("site", "manufacturer", "gain", "gamma", "noise", "blur"):
        assert getattr(first, name) != getattr(second, name)
