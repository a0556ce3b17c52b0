"""Sampling volumes: which way is taken, and that large ones are cut to what OpenCV can address."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment import volume as module
from bogam.augment.elastic import Elastic
from bogam.augment.flip_depth import FlipDepth
from bogam.augment.maps import Bend, join
from bogam.augment.optical_distortion import OpticalDistortion
from bogam.augment.rotate import Rotate
from bogam.augment.shift import Shift
from bogam.augment.volume import VolumeMap

SHAPE = (9, 20, 24)
TURN = {"angle_degrees": 12.0, "tilt_degrees": [0.0, 0.0], "spacing_mm": [2.0, 1.0, 1.0]}
TILT = {"angle_degrees": 12.0, "tilt_degrees": [20.0, -10.0], "spacing_mm": [2.0, 1.0, 1.0]}


def volume(dtype="u1"):
    return np.random.default_rng(0).integers(0, 250, SHAPE).astype(dtype)


def linear(where, fill):
    return where.sample(volume("f4")[None], fill, np.empty((0, *SHAPE), np.uint8))[0][0]


def nearest(where, mask):
    return where.sample(np.empty((0, *SHAPE), np.uint8), 0.0, mask[None])[1][0]


def test_slices_that_stay_whole_are_sampled_as_pictures():
    moves = [Rotate.matrix(TURN, SHAPE), FlipDepth.matrix({}, SHAPE), Bend(OpticalDistortion.source, {"corner": 0.1})]
    made = VolumeMap(join(moves, 3), SHAPE)
    assert made._planes is not None
    tilted = VolumeMap(join([Rotate.matrix(TILT, SHAPE)], 3), SHAPE)
    assert tilted._planes is None
    assert VolumeMap([Bend(Elastic.source, {"cells": [2, 3, 3], "shift": 0.2, "seed": 0})], SHAPE)._planes is None


def test_both_ways_agree():
    moves = join([Rotate.matrix(TURN, SHAPE), Shift.matrix({"down": 0.0, "right": 0.1, "deep": 0.3}, SHAPE)], 3)
    flat = VolumeMap(moves, SHAPE)
    almost = tuple(tuple(v + (1e-7 if (i, k) == (0, 1) else 0.0) for k, v in enumerate(row))
                   for i, row in enumerate(moves[0]))
    deep = VolumeMap([almost], SHAPE)
    assert flat._planes is not None
    assert deep._planes is None
    made = linear(flat, 7.0)
    assert np.abs(made - linear(deep, 7.0)).max() < 0.02
    assert (made[:2] == 7).all()
    assert (made[4:] != 7).mean() > 0.8
    mask = (volume() > 120).astype(np.uint8)
    assert (nearest(flat, mask) != nearest(deep, mask)).mean() < 0.002


@pytest.mark.parametrize("rows", [30, 64, 100])
def test_pieces_give_what_the_whole_gives(rows, monkeypatch):
    where = VolumeMap(join([Rotate.matrix(TILT, SHAPE)], 3), SHAPE)
    whole, mask = linear(where, 3.0), nearest(where, volume())
    calls = []
    real = module.cv2.remap
    monkeypatch.setattr(module.cv2, "remap", lambda source, *a, **k: calls.append(len(source)) or real(source, *a, **k))
    monkeypatch.setattr(module, "_ROWS", rows)
    assert np.allclose(linear(where, 3.0), whole, atol=1e-3)
    assert np.array_equal(nearest(where, volume()), mask)
    assert max(calls) < max(rows, 48)


def test_what_lies_outside_is_fill_on_all_six_sides():
    matrix = tuple(tuple(float(v) for v in row) for row in np.diag([0.5, 0.5, 0.5, 1.0])
                   + np.array([[0, 1e-6, 0, 2.3], [0, 0, 0, 5.2], [0, 0, 0, 6.1], [0, 0, 0, 0]]))
    even, none = np.full((1, *SHAPE), 50, np.float32), np.empty((0, *SHAPE), np.uint8)
    made = VolumeMap([matrix], SHAPE).sample(even, 9.0, none)[0][0]
    assert made[3:5, 7:13, 8:16].min() == 50
    for axis in range(3):
        for end in (0, -1):
            assert (np.take(made, end, axis) == 9).all()
    assert made.min() == 9
