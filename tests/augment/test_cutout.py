"""Rectangles taken away."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.cutout import Cutout
from bogam.augment.plan import Plan, fuse
from bogam.core.types import Case


def cut(image, levels, *holes, fill="lowest", seed=0):
    return Cutout.filter(image, levels, {"fill": fill, "seed": seed, "holes": list(holes)})


def test_a_hole_may_reach_beyond_the_image_and_keeps_a_pixel():
    image = np.full((2, 10, 20), 50, np.uint16)
    made = cut(image, (7, 4095), {"center": [0.0, 1.0], "size": 0.4})
    assert (made == 7).sum() == 2 * 2 * 4  # 4 x 8 pixels, of which a quarter lies inside
    assert (made[:, :2, -4:] == 7).all()
    for center in np.linspace(0, 1, 21):
        assert (cut(image, (7, 4095), {"center": [center, center], "size": 0.01}) == 7).sum() == 2


def test_the_mean_is_of_each_channel():
    image = np.zeros((3, 10, 10), np.float32)
    image[1], image[2, :5] = 0.5, 1.0
    made = cut(image, (0.0, 1.0), {"center": [0.5, 0.5], "size": 0.2}, fill="mean")
    assert made[:, 5, 5].tolist() == [0.0, 0.5, 0.5]
    assert (cut(np.full((1, 4, 4), -501, np.int16), (-1000, 1000), {"center": [0.5, 0.5], "size": 0.5}, fill="mean")
            == -501).all()


@pytest.mark.parametrize(("dtype", "levels"), [("u1", (10, 200)), ("i2", (-1000, 1000)), ("f4", (-1.0, 1.0))])
def test_noise_spans_the_levels_and_is_its_seed(dtype, levels):
    image = np.full((1, 200, 200), levels[0]).astype(dtype)
    hole = {"center": [0.5, 0.5], "size": 1.0}
    made, again, other = (cut(image, levels, hole, fill="noise", seed=s).astype(float) for s in (1, 1, 2))
    assert np.array_equal(made, again)
    assert not np.array_equal(made, other)
    share = (made - levels[0]) / (levels[1] - levels[0])
    assert share.mean() == pytest.approx(0.5, abs=0.01)
    assert share.std() == pytest.approx(12**-0.5, abs=0.01)
    assert (share.min(), share.max()) == pytest.approx((0, 1), abs=0.01)


def test_in_a_volume_it_is_a_box():
    made = cut(np.full((1, 8, 8, 8), 5, np.uint8), (0, 255), {"center": [0.5, 0.5, 0.5], "size": 0.5})
    assert (made == 0).sum() == 64
    assert (made[0, 2:6, 2:6, 2:6] == 0).all()


def test_masks_and_neighbors_stay_and_nothing_crosses_it():
    case = Case("a", np.full((1, 20, 20), 90, np.uint8), (0, 255), masks=np.ones((1, 20, 20), np.uint8),
                boxes=np.array([[2.0, 2.0, 9.0, 9.0]]), box_labels=("x",))
    plan = Plan([Cutout(probability=1.0, size=(0.9, 0.9))], seed=0)
    made = plan.apply(case, plan.draw(case, 0))
    assert made.masks is case.masks
    assert made.boxes is case.boxes
    step = (Cutout, {})
    assert [len(run) for run in fuse([step, step])] == [1, 1]


def test_sizes_are_shares():
    with pytest.raises(ValueError, match="expected shares from 0 to 1"):
        Cutout(size=(0.5, 2.0))
    with pytest.raises(ValueError, match="expected low above 0"):
        Cutout(size=(0.0, 0.5))
    case = Case("a", np.zeros((1, 4, 4), np.uint8), (0, 255))
    assert {len(Cutout(holes=(1, 3)).draw(np.random.default_rng(k), case)["holes"]) for k in range(30)} == {1, 2, 3}
