"""What the named sets hold."""

from __future__ import annotations

import pytest

from bogam.augment.plan import Plan, fuse
from bogam.augment.sets import SETS, named


def kinds(name):
    return [step.kind for step in named(name)]


def test_the_sets():
    assert named("none") == ()
    assert kinds("geometric") == ["flip-horizontal", "flip-vertical", "rotate", "shift", "zoom"]
    assert kinds("filter") == ["clahe", "equalize", "gaussian-blur"]
    assert set(kinds("all")) == {*kinds("geometric"), *kinds("filter"), "brightness", "contrast", "gamma", "noise"}
    assert all(0 < step.probability <= 0.5 for name in SETS for step in named(name))


def test_all_needs_one_interpolation_and_one_table():
    runs = fuse([(type(step), {}) for step in Plan(named("all"), 0).steps])
    assert [run[0][0].group for run in runs] == ["warp", "tone", "filter", "filter", "filter", "filter"]


def test_an_unknown_set_gets_the_nearest_name():
    with pytest.raises(ValueError, match=r"augmentation set 'geometrc', which does .* Did you mean 'geometric'"):
        named("geometrc")
