"""Stripes from single points of k-space."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.spikes import Spikes
from bogam.core.types import Case


def spiked(image, levels, *spikes):
    return Spikes.filter(image, levels, {"spikes": list(spikes)})


def test_it_is_a_point_in_the_spectrum():
    """By the discrete Fourier transform: put one value at (3, 5) of a 16 x 32 spectrum, take the magnitude."""
    image = np.random.default_rng(0).uniform(0.3, 0.6, (1, 16, 32)).astype(np.float32)
    spectrum = np.fft.fft2(image[0].astype(float))
    spectrum[3, 5] += 0.1 * 16 * 32 * np.exp(0.7j)
    wanted = np.abs(np.fft.ifft2(spectrum))
    made = spiked(image, (0.0, 1.0), {"amplitude": 0.1, "phase": 0.7, "frequency": [3 / 16, 5 / 32]})
    assert np.allclose(made[0], wanted, atol=1e-5)


def test_stripes_run_across_their_frequency():
    image = np.full((1, 8, 8), 100, np.uint8)
    made = spiked(image, (0, 200), {"amplitude": 0.1, "phase": 0.0, "frequency": [0.25, 0.0]})[0]
    # 0.5 + 0.1 i^y: magnitudes 0.6, sqrt(0.26), 0.4, sqrt(0.26)
    assert made[:4, 0].tolist() == [120, 102, 80, 102]
    assert (made == made[:, :1]).all()


def test_black_is_lifted_by_the_amplitude():
    made = spiked(np.zeros((1, 5, 5), np.uint16), (0, 1000), {"amplitude": 0.1, "phase": 1.0, "frequency": [0.1, 0.3]})
    assert np.all(made == 100)


def test_in_a_volume_the_place_has_three_coordinates():
    case = Case("a", np.full((1, 4, 5, 6), 0.5, np.float32), (0.0, 1.0))
    drawn = Spikes(spikes=(2, 2)).draw(np.random.default_rng(0), case)
    assert [len(s["frequency"]) for s in drawn["spikes"]] == [3, 3]
    made = Spikes.filter(case.image, case.levels, drawn)
    assert not np.allclose(made[:, 0], made[:, 1])
    phases = [s["phase"] for k in range(40) for s in Spikes().draw(np.random.default_rng(k), case)["spikes"]]
    assert np.histogram(phases, 4, (0, 2 * np.pi))[0].min() > 5  # all around the circle
    assert all(0.02 <= abs(f) <= 0.35 for s in drawn["spikes"] for f in s["frequency"])
    assert drawn["spikes"][0]["amplitude"] == pytest.approx(0.05, abs=0.03)
