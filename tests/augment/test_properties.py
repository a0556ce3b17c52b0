"""What holds for every chain of warps on every shape and depth."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bogam.augment.family import augmentations
from bogam.augment.plan import Plan, replay
from bogam.core.types import Case

LEVELS = {"u1": (0.0, 255.0), "u2": (0.0, 65535.0), "i2": (-32768.0, 32767.0), "f4": (-1.0, 1.0)}
WARPS = [kind for kind in augmentations.names() if augmentations.get(kind).group == "warp"]
FLAT = [kind for kind in WARPS if augmentations.get(kind).pictures]


def make_case(shape, dtype, channels, planes, seed):
    rng = np.random.default_rng(seed)
    low, high = LEVELS[dtype]
    image = (low + rng.random((channels, *shape)) * (high - low)).astype(dtype)
    masks = (rng.random((planes, *shape)) > 0.5).astype(np.uint8)
    if planes > 1:
        masks[1] = 0  # an empty mask
    edge = np.array(shape, float)
    low_end, high_end = np.zeros_like(edge), edge
    boxes = np.array([[*low_end, *high_end], [*low_end, *(low_end + 1)], [*(high_end - 1), *high_end]])
    points = np.array([np.zeros_like(edge), edge - 1, edge * 0.3])
    return Case("case-9", image, (low, high), masks=masks, boxes=boxes, box_labels=("all", "first", "last"),
                points=points, spacing_mm=(0.5,) * len(shape), affine=np.eye(4))


def check(shape, dtype, channels, planes, kinds, seed):
    case = make_case(shape, dtype, channels, planes, seed)
    plan = Plan([augmentations.parse({kind: {"probability": 1.0}}) for kind in kinds], seed)
    made = plan.apply(case, plan.draw(case, 0))
    assert made.image.shape == case.image.shape
    assert made.image.dtype == case.image.dtype
    assert made.image.flags.c_contiguous
    assert made.image.min() >= case.levels[0]
    assert made.image.max() <= case.levels[1]
    assert made.masks.shape == case.masks.shape
    assert made.masks.max(initial=0) <= 1
    assert planes < 2 or not made.masks[1].any()
    axes = len(shape)
    assert len(made.boxes) == len(made.box_labels) <= 3
    assert (made.boxes[:, :axes] < made.boxes[:, axes:]).all()
    assert (made.boxes >= 0).all()
    assert (made.boxes <= np.array(shape * 2)).all()
    assert made.points.shape == case.points.shape
    assert np.isfinite(made.points).all()
    assert made.points_inside.shape == (3,)
    inside = made.points[made.points_inside]
    assert ((inside >= -0.5) & (inside <= np.array(shape) - 0.5)).all()
    again = replay(case, json.loads(json.dumps(made.history)))
    assert np.array_equal(again.image, made.image)
    assert np.array_equal(again.masks, made.masks)
    assert np.array_equal(again.boxes, made.boxes)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(shape=st.tuples(st.integers(1, 160), st.integers(1, 160)), dtype=st.sampled_from(sorted(LEVELS)),
       channels=st.sampled_from([1, 3]), planes=st.sampled_from([0, 1, 2, 9]),
       kinds=st.lists(st.sampled_from(FLAT), min_size=1, max_size=5), seed=st.integers(0, 1000))
@example(shape=(1, 1), dtype="f4", channels=1, planes=1, kinds=FLAT, seed=0)
@example(shape=(1, 4096), dtype="u1", channels=1, planes=2, kinds=FLAT, seed=1)
@example(shape=(4096, 3), dtype="i2", channels=3, planes=1, kinds=FLAT, seed=2)
@example(shape=(2, 2), dtype="u2", channels=1, planes=2, kinds=FLAT, seed=3)
def test_pictures(shape, dtype, channels, planes, kinds, seed):
    check(shape, dtype, channels, planes, kinds, seed)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(shape=st.tuples(st.integers(1, 20), st.integers(1, 40), st.integers(1, 40)),
       dtype=st.sampled_from(sorted(LEVELS)), channels=st.sampled_from([1, 2]), planes=st.sampled_from([0, 1, 2, 9]),
       kinds=st.lists(st.sampled_from(WARPS), min_size=1, max_size=4), seed=st.integers(0, 1000))
@example(shape=(1, 1, 1), dtype="i2", channels=1, planes=1, kinds=WARPS, seed=0)
@example(shape=(40, 1, 70), dtype="u2", channels=1, planes=2, kinds=WARPS, seed=1)
def test_volumes(shape, dtype, channels, planes, kinds, seed):
    check(shape, dtype, channels, planes, kinds, seed)


@pytest.mark.parametrize("dtype", ["u1", "i2"])
def test_a_picture_of_4096_by_4096(dtype):
    check((4096, 4096), dtype, 1, 1, ("flip-horizontal", "rotate", "elastic", "grid-distortion"), 0)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(shape=st.tuples(st.integers(1, 60), st.integers(1, 60)), dtype=st.sampled_from(sorted(LEVELS)),
       kind=st.sampled_from(["flip-horizontal", "flip-vertical"]))
def test_a_mirror_twice_is_nothing(shape, dtype, kind):
    case = make_case(shape, dtype, 1, 2, 0)
    made = replay(case, [{"augment": kind}] * 2)
    once = replay(replay(case, [{"augment": kind}]), [{"augment": kind}])
    for held in (made, once):
        assert np.array_equal(held.image, case.image)
        assert np.array_equal(held.masks, case.masks)
        assert np.array_equal(held.boxes, case.boxes)
        assert np.allclose(held.points, case.points, rtol=0, atol=1e-12)
