"""What every prepare step promises, over the whole family."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
import yaml

from bogam.core.errors import UserError
from bogam.core.types import Case
from bogam.prepare.family import prepare_steps
from bogam.prepare.geometry import restore

KINDS = prepare_steps.names()
LEVELS = {"u1": (0.0, 255.0), "u2": (0.0, 4095.0), "i2": (-1000.0, 1500.0), "f4": (0.0, 1.0)}
SETTINGS = {
    "window": [{}, {"source": "recipe", "center": 100, "width": 500, "depth": "keep"}, {"source": "stored"},
               {"source": "percentile", "percentile": (5, 90), "depth": "keep"}],
    "denoise": [{}, {"method": "median", "size_px": 5}, {"method": "gaussian", "sigma_px": 2.0}],
    "resize": [{"size": (24, 50), "keep": keep} for keep in ("long-side", "short-side", "stretch")],
    "clahe": [{}, {"clip": 40, "tiles": (1, 3)}]}
STEPS = [prepare_steps.parse({kind: fields}) for kind in KINDS if kind != "normalize"
         for fields in SETTINGS.get(kind, [{}])]


def name(step):
    return f"{step.kind}-{STEPS.index(step)}"


def make_case(dtype="u1", channels=1, shape=(33, 40)):
    rng = np.random.default_rng(5)
    low, high = LEVELS[dtype]
    image = (low + rng.random((channels, *shape)) * (high - low)).astype(dtype)
    return Case("case-1", image, (low, high), patient="p1", spacing_mm=(0.5,) * len(shape), affine=np.eye(4),
                masks=(rng.random((2, *shape)) > 0.6).astype(np.uint8),
                boxes=np.array([[4.0, 5.0, 20.0, 30.0], [0.0, 0.0, 3.0, 2.0]]), box_labels=("a", "b"),
                points=np.array([[3.0, 4.0]]), targets={"class": 1},
                history=({"step": "read", "facts": {"window": [300.0, 800.0]}},))


def same(one, two):
    assert (one.id, one.patient, one.targets) == (two.id, two.patient, two.targets)
    assert (one.levels, one.level_unit, one.spacing_mm) == (two.levels, two.level_unit, two.spacing_mm)
    for field in ("image", "masks", "boxes", "points", "affine"):
        first, second = getattr(one, field), getattr(two, field)
        assert first.dtype == second.dtype
        assert np.array_equal(first, second), field
    assert one.history == two.history
    assert one.box_labels == two.box_labels


def test_the_family_is_what_its_folder_holds():
    assert KINDS == ["clahe", "denoise", "equalize", "normalize", "resize", "window"]


@pytest.mark.parametrize("shape", [(33, 40), (3, 33, 40)], ids=["flat", "volume"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("dtype", LEVELS)
@pytest.mark.parametrize("step", STEPS, ids=name)
def test_contract(step, dtype, channels, shape):
    case = make_case(dtype, channels, shape)
    kept = pickle.loads(pickle.dumps(case))
    for held in (case.image, case.masks, case.boxes, case.points, case.affine):
        held.setflags(write=False)  # as the views of a mapped cache are
    once, again = step.apply(case), step.apply(kept)
    same(once, again)
    same(case, make_case(dtype, channels, shape))
    assert (once.id, once.patient, once.targets) == ("case-1", "p1", {"class": 1})
    assert once.image.dtype in (np.uint8, np.uint16, np.int16, np.float32)
    assert once.image.shape[:-2] == case.image.shape[:-2]
    assert once.masks.dtype == np.uint8
    assert set(np.unique(once.masks)) <= {0, 1}
    assert once.masks.shape[1:] == once.image.shape[1:]
    assert len(once.boxes) == len(once.box_labels)
    low, high = once.levels
    assert low <= once.image.min()
    assert once.image.max() <= high
    assert once.history[:-1] == case.history
    assert once.history[-1]["step"] == step.kind
    assert json.loads(json.dumps(once.history)) == [dict(entry) for entry in once.history]
    back = restore(np.ones((2, *once.shape), np.float32), once.history, case.shape)
    assert back.shape == (2, *case.shape)
    assert 0 <= back.min() <= back.max() <= 1 + 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_survives_yaml_and_pickling(kind):
    for fields in SETTINGS.get(kind, [{}]):
        step = prepare_steps.parse({kind: fields})
        assert prepare_steps.parse(yaml.safe_load(yaml.safe_dump(step.to_yaml()))) == step
        assert pickle.loads(pickle.dumps(step)) == step


@pytest.mark.parametrize("step", STEPS, ids=name)
def test_a_case_without_masks_boxes_and_points_passes(step):
    bare = make_case().but(masks=None, boxes=None, box_labels=(), points=None, spacing_mm=None, affine=None)
    done = step.apply(bare)
    assert (done.masks, done.boxes, done.points, done.spacing_mm, done.affine) == (None,) * 5


@pytest.mark.parametrize("kind", ["equalize", "clahe", "resize"])
def test_a_case_without_levels_is_refused_with_the_way_out(kind):
    with pytest.raises(UserError, match=r"case case-1, step .*no grey range.*window"):
        prepare_steps.parse(kind).apply(make_case().but(levels=None))
