"""Ranges of augmentations: wrong ones are refused in the user's words; draws stay inside."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from bogam.augment.family import augmentations, draw_between, draw_factor


@pytest.mark.parametrize(("given", "message"), [
    ({"gamma": {"gamma": [0.0, 1.0]}}, r"gamma\.gamma: got \(0\.0, 1\.0\), expected low above 0"),
    ({"zoom": {"factor": [1.2, 0.8]}}, r"zoom\.factor: got \(1\.2, 0\.8\), expected \(low, high\)"),
    ({"noise": {"sigma": [-0.1, 0.1]}}, r"noise\.sigma: got \(-0\.1, 0\.1\), expected low of 0 or more"),
    ({"rotate": {"angel_degrees": [0, 1]}}, r"Did you mean 'angle_degrees'\?"),
    ({"flip-horizontal": {"probability": 1.5}}, r"probability: got 1\.5"),
    ("flip-horizontl", r"Did you mean 'flip-horizontal'\?"),
])
def test_wrong_settings_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        augmentations.parse(given)


def test_draws_stay_in_their_range_and_factors_are_balanced():
    rng = np.random.default_rng(0)
    even = np.array([draw_between(rng, -2.0, 6.0) for _ in range(4000)])
    factor = np.array([draw_factor(rng, 0.5, 2.0) for _ in range(4000)])
    assert even.min() >= -2
    assert even.max() < 6
    assert abs(even.mean() - 2) < 0.15
    assert factor.min() >= 0.5
    assert factor.max() < 2
    assert abs((factor < 1).mean() - 0.5) < 0.03


def test_no_heavy_library_is_imported():
    code = ("import sys, bogam.augment.plan, bogam.augment.sets; "
            "print(sorted({'torch', 'sklearn', 'scipy', 'matplotlib', 'torchvision'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
