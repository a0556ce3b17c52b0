"""Cutting out and enlarging."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.crop import Crop
from bogam.augment.family import augmentations
from bogam.augment.plan import Plan, replay
from bogam.core.types import Case


def test_the_parts_corners_become_the_images():
    image = np.arange(64, dtype=np.float32).reshape(1, 8, 8)
    entry = {"augment": "crop", "part": 0.5, "start": [0.25, 0.5]}
    case = Case("a", image, (0.0, 64.0), boxes=np.array([[2.0, 4.0, 6.0, 8.0], [0.0, 0.0, 3.0, 5.0]]),
                box_labels=("whole", "corner"), masks=np.ones((1, 8, 8), np.uint8))
    made = replay(case, [entry])
    assert made.boxes.tolist() == [[0, 0, 8, 8], [0, 0, 2, 2]]
    near = image[0, 2:6, 4:8]
    mixed = near[:3, :3] * 0.5625 + near[1:, :3] * 0.1875 + near[:3, 1:] * 0.1875 + near[1:, 1:] * 0.0625
    assert made.image[0, 1:7:2, 1:7:2] == pytest.approx(mixed)
    assert made.masks.all()


def test_a_box_of_which_too_little_is_left_goes():
    case = Case("a", np.zeros((1, 8, 8), np.uint8), (0, 255), boxes=np.array([[0.0, 0.0, 3.0, 5.0]]),
                box_labels=("corner",))
    entry = {"augment": "crop", "part": 0.5, "start": [0.25, 0.5]}  # one of fifteen pixels is left
    assert len(replay(case, [{**entry, "min_visible": 0.066}]).boxes) == 1
    assert len(replay(case, [{**entry, "min_visible": 0.067}]).boxes) == 0


def test_the_part_lies_inside_the_image():
    plan = Plan([Crop(probability=1.0, part=(0.3, 0.9))], seed=0)
    for case in (Case("a", np.zeros((1, 9, 12), np.uint8), None), Case("v", np.zeros((1, 3, 9, 12), np.uint8), None)):
        drawn = [plan.draw(case, epoch)[0] for epoch in range(300)]
        assert {len(d["start"]) for d in drawn} == {len(case.shape)}
        assert all(start >= 0 and start + d["part"] <= 1 for d in drawn for start in d["start"])
        parts = np.array([d["part"] for d in drawn])
        assert 0.3 <= parts.min() < 0.32
        assert 0.88 < parts.max() <= 0.9


def test_a_part_larger_than_the_image_is_refused():
    with pytest.raises(ValueError, match=r"crop\.part: got \(0\.5, 1\.5\), expected above 0 and at most 1"):
        augmentations.parse({"crop": {"part": [0.5, 1.5]}})
