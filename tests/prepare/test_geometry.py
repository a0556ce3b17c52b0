from __future__ import annotations

import numpy as np
import pytest

from bogam.core.errors import UserError
from bogam.core.types import Case
from bogam.prepare.geometry import Placement, resample, resample_mask, restore
from bogam.prepare.resize import Resize, place


def disc(shape, center, radius):
    rows, columns = np.indices(shape)
    return ((rows - center[0]) ** 2 + (columns - center[1]) ** 2 <= radius ** 2).astype(np.uint8)


def dice(one, two):
    return 2 * (one & two).sum() / (one.sum() + two.sum())


@pytest.mark.parametrize("keep", ["long-side", "short-side", "stretch"])
@pytest.mark.parametrize(("shape", "size"), [((187, 241), (96, 96)), ((97, 61), (64, 101)), ((61, 97), (128, 200)),
                                             ((301, 203), (127, 65))])
def test_a_mask_comes_back_where_it_was(shape, size, keep):
    mask = disc(shape, (shape[0] * 0.5, shape[1] * 0.47), min(shape) * 0.2)
    case = Case("a", np.zeros((1, *shape), np.uint8), (0, 255), masks=mask[None])
    done = Resize(size=size, keep=keep).apply(case)
    assert done.masks.shape == (1, *size)
    back = restore(done.masks.astype(np.float32), done.history, shape)[0] >= 0.5
    assert dice(back.astype(np.uint8), mask) > 0.97
    rows, columns = np.nonzero(back)
    wanted = np.nonzero(mask)
    assert abs(rows.mean() - wanted[0].mean()) < 0.35  # no half-pixel drift
    assert abs(columns.mean() - wanted[1].mean()) < 0.35


def test_through_two_resizes_in_reverse_order():
    mask = disc((150, 90), (70, 50), 25)
    case = Case("a", np.zeros((1, 150, 90), np.uint8), (0, 255), masks=mask[None])
    done = Resize(size=(80, 120)).apply(Resize(size=(120, 100), keep="short-side").apply(case))
    back = restore(done.masks.astype(np.float32), done.history, (150, 90))[0] >= 0.5
    assert dice(back.astype(np.uint8), mask) > 0.97


def test_outside_a_crop_is_zero_and_padding_is_dropped():
    cut = place((10, 30), (10, 10), "short-side")
    back = cut.undo(np.ones((1, 10, 10), np.float32))
    assert back[0].sum(axis=0).tolist() == [0] * 10 + [10] * 10 + [0] * 10
    padded = place((10, 30), (30, 30))
    probs = np.ones((1, 30, 30), np.float32)
    probs[0, 10:20] = 0.25
    assert np.unique(padded.undo(probs)).tolist() == [0.25]


def test_probabilities_come_back_linearly():
    move = place((1, 4), (1, 2), "stretch")
    assert move.undo(np.array([[[0.0, 1.0]]], np.float32)).ravel().tolist() == [0.0, 0.25, 0.75, 1.0]


def test_a_history_of_another_picture_is_refused():
    history = [{"step": "resize", "geometry": place((10, 20), (8, 8)).to_dict()}]
    with pytest.raises(UserError, match="another picture"):
        restore(np.ones((1, 8, 8), np.float32), history, (20, 10))
    with pytest.raises(UserError, match="another picture"):
        restore(np.ones((1, 9, 8), np.float32), history, (10, 20))
    with pytest.raises(UserError, match="another picture"):
        restore(np.ones((1, 9, 8), np.float32), [], (10, 20))


def test_boxes_points_spacing_and_affine_move_with_the_pixels():
    move = place((20, 40), (30, 30))  # scaled to (15, 30), first row 7
    assert move == Placement((20, 40), (15, 30), (7, 0), (30, 30))
    assert move.boxes(np.array([[0.0, 0, 20, 40], [4, 8, 8, 16]])).tolist() == [[7, 0, 22, 30], [10, 6, 13, 12]]
    assert move.points(np.array([[1.5, 1.5]])).tolist() == [[8.0, 1.0]]  # (1.5 + .5) * .75 - .5 (+ 7)
    assert move.spacing((0.3, 0.3)) == pytest.approx((0.4, 0.4))
    affine = np.array([[5.0, 0, 0, 0], [0, 0.3, 0, 10], [0, 0, 0.3, 20], [0, 0, 0, 1]])
    moved = move.affine(affine)
    # one place in the patient: original index (row 1.5, column 1.5) = frame index (8, 1)
    assert moved @ [0, 8, 1, 1] == pytest.approx(affine @ [0, 1.5, 1.5, 1])
    assert moved[1, 1] == pytest.approx(0.4)


def test_resample_shrinks_by_area_and_grows_linearly_even_in_one_picture():
    plane = np.array([[0, 10, 20, 30]] * 2, np.float32)
    assert resample(plane, (4, 2)).tolist() == [[5, 25]] * 4
    assert resample(np.array([[0], [8]], np.float32), (4, 1)).ravel().tolist() == [0, 2, 6, 8]


def test_masks_stay_0_or_1_and_do_not_vanish():
    speck = np.zeros((64, 64), np.uint8)
    speck[40, 9] = 1
    small = resample_mask(speck, (8, 8))
    assert np.argwhere(small).tolist() == [[5, 1]]
    assert not resample_mask(np.zeros((64, 64), np.uint8), (8, 8)).any()
    half = disc((101, 77), (50, 30), 21)
    assert abs(resample_mask(half, (50, 38)).sum() / half.sum() - (50 * 38) / (101 * 77)) < 0.005
