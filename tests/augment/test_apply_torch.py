"""The batch path against the path case by case: how far they agree, and that a batch does not mix its cases."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from bogam.augment.apply_torch import BatchApplier, obstacle
from bogam.augment.family import augmentations
from bogam.augment.plan import Plan
from bogam.augment.sets import named
from bogam.augment.sides import Sides
from bogam.core.errors import UserError
from bogam.core.types import Case

LEVELS = {"u1": (0.0, 255.0), "u2": (100.0, 4195.0), "i2": (-1000.0, 1500.0), "f4": (0.0, 1.0)}
CHAIN = ("flip-horizontal", "rotate", "shift", "zoom", "elastic", "grid-distortion", "optical-distortion", "brightness",
         "contrast", "gamma", "gaussian-blur")


def make_cases(dtype="u1", channels=1, count=4, shape=(61, 80), masks=2):
    low, high = LEVELS[dtype]
    rng = np.random.default_rng(3)
    cases = []
    for number in range(count):
        smooth = cv2.GaussianBlur(rng.random((channels, *shape)).astype(np.float32).transpose(1, 2, 0), (0, 0), 2)
        smooth = smooth.reshape(*shape, channels).transpose(2, 0, 1)
        smooth = (smooth - smooth.min()) / np.ptp(smooth)
        case = Case(f"c{number}", (low + smooth * (high - low)).astype(dtype), (low, high))
        if masks:
            case = case.but(masks=np.stack([smooth[0] > 0.4, smooth[0] > 0.6]).astype(np.uint8)[:masks])
        cases.append(case)
    return cases


def plan_of(*kinds, **fields):
    return Plan([augmentations.parse({kind: {"probability": 1.0, **fields.get(kind.replace("-", "_"), {})}})
                 for kind in kinds], seed=5)


def both(plan, cases, epoch=0):
    drawn = [plan.draw(case, epoch) for case in cases]
    applier = BatchApplier(plan)
    image, masks = applier.apply(cases, drawn)
    alone = [plan.apply(case, steps) for case, steps in zip(cases, drawn, strict=True)]
    return image.numpy(), None if masks is None else masks.numpy(), alone, applier


def distance(image, alone):
    """Return how far two results are apart, as shares of the grey range: the largest and the mean."""
    low, high = alone[0].levels
    far = np.abs(image - np.stack([case.image for case in alone]).astype(np.float32)) / (high - low)
    return far.max(), far.mean()


@pytest.mark.parametrize("dtype", LEVELS)
@pytest.mark.parametrize("channels", [1, 3])
def test_the_whole_chain_agrees(dtype, channels):
    image, masks, alone, applier = both(plan_of(*CHAIN), make_cases(dtype, channels))
    largest, mean = distance(image, alone)
    assert largest < 0.012  # three grey levels of 8 bit, at the edge of the fill
    assert mean < 0.0015
    assert (masks != np.stack([case.masks for case in alone])).mean() < 0.003
    assert applier.by_case == set()


@pytest.mark.parametrize("kind", [k for k in augmentations.names() if augmentations.get(k).group == "warp"
                                  and augmentations.get(k).pictures])
def test_every_warp_agrees(kind):
    image, masks, alone, _ = both(plan_of(kind), make_cases("f4"))
    assert distance(image, alone)[0] < 0.01
    assert (masks != np.stack([case.masks for case in alone])).mean() < 0.003


SHARP = {"posterize", "solarize"}  # curves that jump: a pixel beside the jump may fall on its other side


@pytest.mark.parametrize("kind", [k for k in augmentations.names() if augmentations.get(k).group == "tone"])
def test_every_tone_agrees(kind):
    image, _, alone, _ = both(plan_of(kind), make_cases("u2"))
    low, high = alone[0].levels
    far = np.abs(image - np.stack([case.image for case in alone]).astype(np.float32)) / (high - low)
    assert (far > 0.001).mean() < (0.01 if kind in SHARP else 1e-9)


def test_noise_is_the_same_field_and_a_blur_the_same_blur():
    for kind, largest in (("noise", 0.003), ("gaussian-blur", 0.003)):
        image, _, alone, applier = both(plan_of(kind), make_cases("u1"))
        assert distance(image, alone)[0] < largest
        assert applier.by_case == set()


def test_a_step_without_a_tensor_form_is_done_case_by_case_and_named():
    image, _, alone, applier = both(plan_of("rotate", "clahe", "gamma"), make_cases("u1"))
    assert applier.by_case == {"clahe"}
    assert distance(image, alone)[1] < 0.004


def test_a_tone_that_measures_sees_what_its_own_case_shows():
    plan = plan_of("rotate", "contrast", contrast={"about": "mean", "factor": [1.5, 1.5]})
    image, _, alone, _ = both(plan, make_cases("u1"))
    assert distance(image, alone)[0] < 0.012
    assert len({round(case.history[-1]["measured"]["pivot"], 3) for case in alone}) > 1


@pytest.mark.parametrize("name", ["geometric", "filter", "all"])
def test_cases_that_drew_different_steps_go_their_own_ways(name):
    plan = Plan(named(name), seed=1)
    cases = make_cases("u1", count=8)
    image, _, alone, _ = both(plan, cases)
    low, high = alone[0].levels
    for made, case in zip(image, alone, strict=True):
        assert np.abs(made - case.image).mean() / (high - low) < 0.01


def test_a_case_does_not_depend_on_its_batch():
    plan = Plan(named("all"), seed=2)
    cases = make_cases("u1", count=6)
    drawn = [plan.draw(case, 0) for case in cases]
    whole, masks = BatchApplier(plan).apply(cases, drawn)
    for number in (0, 3, 5):
        image, mask = BatchApplier(plan).apply(cases[number:number + 1], drawn[number:number + 1])
        assert torch.allclose(image[0], whole[number], atol=1e-2)
        assert (mask[0] != masks[number]).float().mean() < 1e-3
    again, _ = BatchApplier(plan).apply(cases, drawn)
    assert torch.equal(again, whole)  # and the same batch gives the same bits


def test_without_masks_there_are_none_and_without_steps_nothing_changes():
    cases = make_cases("i2", masks=0)
    image, masks = BatchApplier(plan_of("gamma")).apply(cases, [()] * 4)
    assert masks is None
    assert np.abs(image.numpy() - np.stack([case.image for case in cases])).max() < 1e-3


def test_nan_and_missing_levels_are_refused_by_name():
    plan = plan_of("rotate")
    cases = make_cases("f4")
    drawn = [plan.draw(case, 0) for case in cases]
    cases[2].image[0, 3, 4] = np.nan
    with pytest.raises(UserError, match="case c2: got 1 pixels that are NaN"):
        BatchApplier(plan).apply(cases, drawn)
    with pytest.raises(UserError, match="case c0, augmentation rotate: got no grey levels"):
        BatchApplier(plan).apply([cases[0].but(levels=None)], drawn[:1])


def test_what_needs_other_cases_is_left_to_the_path_case_by_case():
    assert obstacle(plan_of("rotate", "gamma", "clahe")) is None
    assert "mixup" in obstacle(plan_of("rotate", "mixup"))
    assert "volumes" in obstacle(plan_of("rotate"), axes=3)
    sided = Plan(plan_of("rotate").steps, 0, sides=Sides.of({"left": "right"}, ["left", "right"]))
    assert "mirror" in obstacle(sided)


@pytest.mark.gpu
def test_a_gpu_gives_what_the_cpu_gives():
    plan = Plan(named("all"), seed=2)
    cases = make_cases("u1", count=6)
    drawn = [plan.draw(case, 0) for case in cases]
    here, masks = BatchApplier(plan).apply(cases, drawn)
    there, their_masks = BatchApplier(plan, "cuda").apply(cases, drawn)
    assert (here - there.cpu()).abs().mean() < 0.05
    assert (masks != their_masks.cpu()).float().mean() < 1e-3
