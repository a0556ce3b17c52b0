from __future__ import annotations

import numpy as np
import pytest

from bogam.core.types import Case
from bogam.prepare.resize import Resize, place


@pytest.mark.parametrize("keep", ["long-side", "short-side", "stretch"])
def test_every_shape_comes_to_the_size(keep):
    rng = np.random.default_rng(0)
    for _ in range(300):
        shape, size = tuple(map(int, rng.integers(1, 90, 2))), tuple(map(int, rng.integers(1, 90, 2)))
        move = place(shape, size, keep)
        assert move.image(np.ones((1, *shape), np.uint8), 1).shape == (1, *size)
        assert move.pads is False or keep == "long-side"
        if keep == "long-side":
            assert all(o >= 0 and o + s <= a for o, s, a in zip(move.offset, move.scaled, size, strict=True))
        else:
            assert all(o <= 0 and o + s >= a for o, s, a in zip(move.offset, move.scaled, size, strict=True))


def test_padding_is_the_lowest_level():
    case = Case("a", np.full((1, 4, 8), 40, np.int16), (-1024.0, 3071.0), "hu")
    done = Resize(size=(8, 8)).apply(case)
    assert done.image[0, :, 0].tolist() == [-1024, -1024, 40, 40, 40, 40, -1024, -1024]
    assert done.history[-1]["pad"] == -1024.0
    assert (done.levels, done.level_unit) == (case.levels, "hu")


def test_without_padding_no_levels_are_needed():
    case = Case("a", np.full((1, 4, 8), 40, np.int16), None)
    assert Resize(size=(2, 2), keep="stretch").apply(case).image.tolist() == [[[40, 40], [40, 40]]]


def test_boxes_are_clipped_dropped_and_named():
    boxes = np.array([[0.0, 0, 10, 4], [2, 12, 6, 18], [0, 8, 10, 25]])
    case = Case("a", np.zeros((1, 10, 30), np.uint8), (0, 255), boxes=boxes, box_labels=("left", "in", "cut"),
                points=np.array([[5.0, 2.0], [5.0, 15.0]]))
    done = Resize(size=(10, 10), keep="short-side").apply(case)  # columns 10 to 20 remain
    assert done.boxes.tolist() == [[2, 2, 6, 8], [0, 0, 10, 10]]
    assert done.box_labels == ("in", "cut")
    entry = done.history[-1]
    assert (entry["boxes_clipped"], entry["boxes_dropped"], entry["points_outside"]) == ([2], [0], [0])
    assert done.points.tolist() == [[5, -8], [5, 5]]


def test_no_boxes_is_not_nobody_looked():
    case = Case("a", np.zeros((1, 10, 30), np.uint8), (0, 255), boxes=np.zeros((0, 4)), points=np.zeros((0, 2)))
    done = Resize(size=(10, 10)).apply(case)
    assert done.boxes.shape == (0, 4)
    assert done.points.shape == (0, 2)


def test_a_volume_is_resized_slice_by_slice():
    image = np.zeros((1, 3, 10, 20), np.uint16) + np.array([1, 2, 3], np.uint16)[:, None, None]
    case = Case("a", image, (0, 4095), spacing_mm=(5.0, 1.0, 1.0), masks=np.ones((1, 3, 10, 20), np.uint8))
    done = Resize(size=(10, 10)).apply(case)
    assert done.image.shape == done.masks.shape == (1, 3, 10, 10)
    assert done.image[0, :, 5, 5].tolist() == [1, 2, 3]
    assert done.spacing_mm == (5.0, 2.0, 2.0)
