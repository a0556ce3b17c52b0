"""What every augmentation promises, over the whole family."""

from __future__ import annotations

import json
import pickle
import threading

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bogam.augment.apply_cpu import bend
from bogam.augment.family import augmentations
from bogam.augment.plan import Plan, replay
from bogam.augment.sets import SETS, named
from bogam.core.errors import UserError
from bogam.core.types import Case

KINDS = [kind for kind in augmentations.names() if augmentations.get(kind).group not in ("mix", "branch")]
"""Those that need no other case; the others have contracts of their own."""
COLOR = {"channel-shuffle", "color-jitter", "stain-jitter"}
"""Steps that refuse an image without three channels."""
NOTHING_TO_DRAW = {"flip-horizontal", "flip-vertical", "flip-depth", "equalize", "invert"}
LEVELS = {"u1": (0.0, 255.0), "u2": (0.0, 4095.0), "i2": (-1000.0, 1500.0), "f4": (0.0, 1.0)}


def make_case(dtype="u1", channels=1, name="case-1", shape=(33, 40)):
    rng = np.random.default_rng(5)
    low, high = LEVELS[dtype]
    image = (low + rng.random((channels, *shape)) * (high - low)).astype(dtype)
    masks = (rng.random((2, *shape)) > 0.6).astype(np.uint8)
    boxes = np.array([[4.0, 5.0, 20.0, 30.0], [10.0, 10.0, 12.0, 12.0]])
    return Case(name, image, (low, high), patient="p1", masks=masks, boxes=boxes, box_labels=("a", "b"),
                points=np.array([[3.0, 4.0]]), targets={"class": 1}, spacing_mm=(0.5, 0.5), affine=np.eye(4),
                history=({"step": "resize"},))


def case_for(kind, dtype="u1", channels=1):
    """Return a picture, or a volume for a part that takes no picture."""
    case = make_case(dtype, channels)
    return case if augmentations.get(kind).pictures else deepen(case)


def deepen(case):
    """Return a volume of three slices, each one level brighter than the one before."""
    rise = (case.levels[1] - case.levels[0]) / 255
    slices = [np.minimum(case.image.astype(np.float64) + k * rise, case.levels[1]).astype(case.image.dtype)
              for k in range(3)]
    boxes = np.insert(case.boxes, [0, 2], [[0.0, 3.0], [1.0, 2.0]], axis=1)
    return case.but(image=np.stack(slices, axis=1), masks=np.stack([case.masks] * 3, axis=1), boxes=boxes,
                    points=np.insert(case.points, 0, 1.0, axis=1), spacing_mm=(2.0, 0.5, 0.5))


def always(kind):
    return augmentations.parse({kind: {"probability": 1.0}})


def same(one, two):
    assert one.id == two.id
    for name in ("image", "masks", "boxes", "points", "affine"):
        first, second = getattr(one, name), getattr(two, name)
        assert first.dtype == second.dtype
        assert np.array_equal(first, second), name
    assert one.history == two.history
    assert one.box_labels == two.box_labels


def test_the_family_is_what_its_folder_holds():
    assert {"flip-horizontal", "flip-vertical", "rotate", "shift", "zoom", "brightness", "contrast", "gamma",
            "gaussian-blur", "noise", "clahe", "equalize"} <= set(KINDS)


@pytest.mark.parametrize("dtype", LEVELS)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_contract(kind, channels, dtype):
    case = case_for(kind, dtype, channels)
    if kind in COLOR and channels == 1:
        with pytest.raises(UserError, match=f"case case-1, augmentation {kind}: got an image of 1 channel, expected 3"):
            Plan([always(kind)], seed=3).draw(case, epoch=2)
        return
    kept = pickle.loads(pickle.dumps(case))
    for held in (case.image, case.masks, case.boxes, case.points, case.affine):
        held.setflags(write=False)
    plan = Plan([always(kind)], seed=3)
    drawn = plan.draw(case, epoch=2)
    made = plan.apply(case, drawn)

    same(case, kept)  # the input is left alone
    assert [entry["augment"] for entry in drawn] == [kind]
    assert (made.id, made.patient, made.targets) == (case.id, case.patient, case.targets)
    assert made.image.shape == case.image.shape
    assert made.image.dtype == case.image.dtype
    assert made.image.flags.c_contiguous
    assert not np.array_equal(made.image, case.image)
    assert made.image.min() >= case.levels[0]
    assert made.image.max() <= case.levels[1]
    assert made.masks.shape == case.masks.shape
    assert set(np.unique(made.masks)) <= {0, 1}  # no new labels
    assert set(made.box_labels) <= set(case.box_labels)
    if augmentations.get(kind).group != "warp":
        assert np.array_equal(made.masks, case.masks)
        assert np.array_equal(made.boxes, case.boxes)

    same(made, Plan([always(kind)], seed=3).apply(case, plan.draw(case, epoch=2)))  # same seed, same result
    assert made.history[0] == {"step": "resize"}
    recorded = json.loads(json.dumps(made.history))
    same(made, replay(case, recorded))  # replays from its history, through JSON


@pytest.mark.parametrize("kind", [k for k in KINDS if augmentations.get(k).group in ("filter", "erase")])
def test_the_same_bits_wherever_the_pixels_lie_in_memory(kind):
    """Vector code must not depend on alignment, or a replay would not be one."""
    rng = np.random.default_rng(0)
    for dtype in LEVELS:
        case = make_case(dtype, 3, shape=(33, 41))
        drawn = augmentations.get(kind)().draw(rng, case)
        wanted = augmentations.get(kind).filter(case.image, case.levels, drawn)
        for shift in range(16):
            kept = np.empty(case.image.nbytes + 64, np.uint8)  # lets the arrays of the filter move too
            start = (-kept.ctypes.data) % 16 + shift * case.image.itemsize
            moved = kept[start:start + case.image.nbytes].view(dtype).reshape(case.image.shape)
            moved[...] = case.image
            assert np.array_equal(augmentations.get(kind).filter(moved, case.levels, drawn), wanted), (dtype, shift)


@pytest.mark.parametrize("kind", KINDS)
def test_a_part_survives_yaml_and_pickling(kind):
    part = always(kind)
    assert augmentations.parse(yaml.safe_load(yaml.safe_dump(part.to_yaml()))) == part
    assert pickle.loads(pickle.dumps(part)) == part
    assert all(field.description for name, field in type(part).model_fields.items() if name != "kind")


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in NOTHING_TO_DRAW])
def test_draws_differ_between_epochs_samples_occurrences_and_seeds(kind):
    plan = Plan([always(kind)], seed=0)
    one = make_case(channels=3, shape=(40, 40))
    for drawn in ([plan.draw(one, k) for k in range(9)],
                  [plan.draw(make_case(channels=3, name=f"case-{k}", shape=(40, 40)), 0) for k in range(9)],
                  [plan.draw(one, 0, occurrence=k) for k in range(9)],
                  [Plan([always(kind)], seed=k).draw(one, 0) for k in range(9)]):
        assert len({json.dumps(d) for d in drawn}) > 1


def test_draws_do_not_depend_on_order_process_or_thread():
    plan = Plan(named("all"), seed=7)
    cases = [make_case(name=f"case-{k}") for k in range(6)]
    forward = [plan.draw(case, epoch) for epoch in range(3) for case in cases]
    backward = [plan.draw(case, epoch) for epoch in reversed(range(3)) for case in reversed(cases)]
    assert forward == backward[::-1]
    moved = pickle.loads(pickle.dumps(plan))
    assert [moved.draw(case, 1) for case in cases] == forward[6:12]

    found: dict[int, list] = {}

    def work(mine):
        found[mine] = [plan.draw(case, epoch) for _ in range(20) for epoch in range(3) for case in cases]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[k] == forward * 20 for k in range(4))


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("dtype", LEVELS)
def test_a_named_set_replays_bit_for_bit(name, dtype):
    case = make_case(dtype, channels=3 if COLOR & {step.kind for step in named(name)} else 1)
    plan = Plan(named(name), seed=0)
    for epoch in range(8):
        made = plan.apply(case, plan.draw(case, epoch))
        same(made, replay(case, json.loads(json.dumps(made.history))))


@pytest.mark.parametrize("kind", KINDS)
def test_without_levels_tones_and_noise_refuse(kind):
    case = case_for(kind, channels=3).but(levels=None)
    plan = Plan([always(kind)], seed=0)
    part = augmentations.get(kind)
    if part.group == "tone" or part.needs_levels:
        with pytest.raises(UserError, match=rf"case case-1, augmentation {kind}: got no grey levels, expected"):
            plan.apply(case, plan.draw(case, 0))
    else:
        assert plan.apply(case, plan.draw(case, 0)).levels is None


@pytest.mark.parametrize("kind", KINDS)
def test_volumes_pass_through_warps_tones_and_noise_and_are_refused_elsewhere(kind):
    volume = deepen(make_case(channels=3 if kind in COLOR else 1))
    plan = Plan([always(kind)], seed=0)
    drawn = plan.draw(volume, 0)
    part = augmentations.get(kind)
    if part.group == "tone" or part.volumes:
        made = plan.apply(volume, drawn)
        assert made.image.shape == volume.image.shape
        assert not np.array_equal(made.image, volume.image)
        assert made.masks.shape == volume.masks.shape
        assert set(np.unique(made.masks)) <= {0, 1}
        same(made, replay(volume, json.loads(json.dumps(made.history))))
    else:
        with pytest.raises(UserError, match=rf"{kind}: got a volume of shape \(., 3, 33, 40\), expected a picture"):
            plan.apply(volume, drawn)


ODD_SHAPES = [(1, 1), (1, 7), (9, 1), (2, 2), (3, 130), (257, 64)]


@settings(max_examples=12, deadline=None, derandomize=True)
@given(shape=st.sampled_from(ODD_SHAPES) | st.tuples(st.integers(1, 40), st.integers(1, 40)),
       dtype=st.sampled_from(list(LEVELS)), channels=st.sampled_from([1, 3]), seed=st.integers(0, 2**40))
@pytest.mark.parametrize("kind", [k for k in KINDS if augmentations.get(k).group in ("tone", "filter", "erase")])
def test_any_shape_keeps_its_shape_type_and_levels(kind, shape, dtype, channels, seed):
    """Also with values outside the levels, and with levels narrower than the type."""
    low, high = LEVELS[dtype]
    rng = np.random.default_rng(seed)
    channels = 3 if kind in COLOR else channels
    image = rng.uniform(low, high, (channels, *shape)).astype(dtype)
    levels = (low + round((high - low) / 4), high - round((high - low) / 4)) if dtype != "f4" else (0.25, 0.75)
    case = Case("a", image, levels)
    part = augmentations.get(kind)
    drawn = Plan([always(kind)], seed=seed).draw(case, 0)
    made = Plan([always(kind)], seed=seed).apply(case, drawn).image
    assert (made.shape, made.dtype) == (image.shape, image.dtype)
    if dtype == "f4":
        assert np.isfinite(made).all()
    if part.group == "tone" or (part.needs_levels and part.group == "filter"):
        assert made.min() >= levels[0]
        assert made.max() <= levels[1]
    else:  # an erase leaves the rest alone, a filter without levels takes means or values of the image
        assert made.min() >= min(image.min(), levels[0])
        assert made.max() <= max(image.max(), levels[1])


@pytest.mark.parametrize("kind", [k for k in KINDS if augmentations.get(k).group in ("tone", "filter", "erase")])
def test_the_documentation_says_what_happens_to_masks_and_classes(kind):
    text = " ".join((augmentations.get(kind).__doc__ or "").split())
    assert "mask" in text.lower()
    assert "argets" in text
    assert "References:" in text


@pytest.mark.parametrize("kind", [k for k in KINDS if not augmentations.get(k).pictures])
def test_what_needs_slices_refuses_a_picture(kind):
    plan = Plan([always(kind)], seed=0)
    with pytest.raises(UserError, match=rf"{kind}: got a picture of shape \(1, 33, 40\), expected a volume"):
        plan.apply(make_case(), plan.draw(make_case(), 0))


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_an_image_with_nan_or_infinity_is_refused_by_name(wrong):
    case = make_case("f4")
    image = case.image.copy()
    image[0, 5, 7] = wrong
    plan = Plan(named("geometric"), seed=0)
    drawn = next(d for d in (plan.draw(case, epoch) for epoch in range(9)) if d)
    with pytest.raises(UserError, match=r"case case-1: got 1 pixels that are NaN or infinite, expected"):
        plan.apply(case.but(image=image), drawn)
    huge = case.but(image=np.full_like(image, 3e38), levels=(0.0, 3e38))  # its sum is infinite
    assert np.array_equal(plan.apply(huge, [{"augment": "flip-horizontal"}]).image, huge.image)


@pytest.mark.parametrize("seed", range(30))
def test_joined_tones_are_the_tones_one_after_another(seed):
    tones = [k for k in KINDS if augmentations.get(k).group == "tone"]
    order = np.random.default_rng(seed).choice(tones, 6).tolist()
    case = make_case("f4").but(levels=(0.0, 1.0))
    level = np.linspace(-0.2, 1.2, 4001, dtype=np.float32)
    steps = [(augmentations.get(kind), Plan([always(kind)], seed).draw(case, 0)[0]) for kind in order]
    steps = [(part, {**drawn, "measured": part.measure(level.clip(0, 1), drawn)} if "measured" in drawn else drawn)
             for part, drawn in steps]
    wanted = level.clip(0, 1).astype(np.float64)
    for part, drawn in steps:
        straight = part.line(drawn)
        wanted = np.clip(part.tone(wanted, drawn) if straight is None else straight[0] * wanted + straight[1], 0, 1)
    joined = bend(level, steps)
    assert joined.dtype == np.float32
    far = np.abs(joined - wanted) > 1e-5
    assert far.mean() < (0.01 if {"posterize", "solarize"} & set(order) else 1e-9)  # jumps may lie elsewhere
