"""Corruptions: stronger with severity, the same places in all severities, and never the draws of a training."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from bogam.augment.family import augmentations
from bogam.augment.plan import Plan
from bogam.core.errors import UserError
from bogam.core.types import Case
from bogam.evaluate.corruptions import CORRUPTIONS, SEVERITIES, Corruption, corrupt, modality_named

ALL = [(modality, c) for modality, found in CORRUPTIONS.items() for c in found]


def picture(name: str = "a", channels: int = 1) -> Case:
    rng = np.random.default_rng(3)
    field = sum(gaussian_filter(rng.standard_normal((96, 80)), sigma) * sigma for sigma in (0.7, 1.5, 3, 6, 12))
    image = 120 + 45 * (field - field.mean()) / field.std()  # fine and coarse structure, as tissue has
    image = np.stack([np.clip(image + 20 * k, 1, 254) for k in range(channels)]).astype(np.uint8)
    return Case(name, image, (0.0, 255.0), masks=np.ones((1, 96, 80), np.uint8), targets={"class": "x"})


def distance(one: Case, two: Case) -> float:
    return float(np.sqrt(np.mean((one.image.astype(float) - two.image) ** 2)))


@pytest.mark.parametrize(("modality", "corruption"), ALL, ids=[f"{m}-{c.name}" for m, c in ALL])
def test_it_grows_with_severity_and_moves_nothing(modality: str, corruption: Corruption) -> None:
    cases = [picture(f"case-{k}", 3 if modality == "histology" else 1) for k in range(6)]
    grown = []
    for case in cases:
        made = [corrupt(case, corruption, severity) for severity in SEVERITIES]
        assert all(m.masks is case.masks for m in made)
        assert all(m.image.dtype == np.uint8 and m.image.shape == case.image.shape for m in made)
        assert np.array_equal(made[2].image, corrupt(case, corruption, 3).image)
        grown.append([distance(case, m) for m in made])
    mean = np.mean(grown, axis=0)
    assert mean[0] > 0.1
    assert (np.diff(mean) > 0).all(), mean
    assert mean[4] > 2 * mean[0]


def blocks(case: Case) -> np.ndarray:
    channels, height, width = case.image.shape
    return case.image.astype(float).reshape(channels, height // 8, 8, width // 8, 8).mean(axis=(2, 4)).ravel()


@pytest.mark.parametrize(("modality", "corruption"), ALL, ids=[f"{m}-{c.name}" for m, c in ALL])
def test_the_first_is_hardly_seen_and_in_the_last_it_is_still_the_same_picture(
        modality: str, corruption: Corruption) -> None:
    for k in range(4):
        case = picture(f"case-{k}", 3 if modality == "histology" else 1)
        first, last = corrupt(case, corruption, 1), corrupt(case, corruption, 5)
        assert np.corrcoef(first.image.ravel(), case.image.ravel())[0, 1] > 0.975
        assert np.corrcoef(blocks(last), blocks(case))[0, 1] > 0.75


@pytest.mark.parametrize(("modality", "corruption"), ALL, ids=[f"{m}-{c.name}" for m, c in ALL])
def test_only_the_strength_differs_between_severities(modality: str, corruption: Corruption) -> None:
    """The same grain and the same shadow: what is drawn beside the setting is equal in all severities."""
    case = picture(channels=3 if modality == "histology" else 1)
    drawn = [corrupt(case, corruption, severity).history[-1] for severity in SEVERITIES]
    drawn = [{key: value for key, value in entry.items() if key != "measured"} for entry in drawn]
    fixed = [key for key in drawn[0] if len({json.dumps(entry[key], default=str) for entry in drawn}) == 1]
    moving = set(drawn[0]) - set(fixed)
    assert {"augment"} <= set(fixed)
    assert "seed" not in moving
    assert len(moving) <= 2, moving


def test_noise_grows_on_the_same_grain() -> None:
    case, noise = picture(), CORRUPTIONS["general"][0]
    one, two = (corrupt(case, noise, s).image.astype(float) - case.image for s in (1, 3))
    assert np.corrcoef(one.ravel(), two.ravel())[0, 1] > 0.9
    other = corrupt(picture("b"), noise, 3).image.astype(float) - case.image
    assert abs(np.corrcoef(two.ravel(), other.ravel())[0, 1]) < 0.1


def test_no_draw_is_that_of_a_training_with_the_same_seed() -> None:
    case, noise = picture(), CORRUPTIONS["general"][0]
    plan = Plan([augmentations.parse({"noise": {"probability": 1.0, "sigma": [0.05, 0.05]}})], seed=0)
    bench = corrupt(case, noise, 3).history[-1]
    assert bench["sigma"] == pytest.approx(0.05)
    trained = [plan.draw(case, epoch)[0] for epoch in range(50)]
    assert bench["seed"] not in [entry["seed"] for entry in trained]


def test_two_sided_ones_go_both_ways_over_images_and_one_way_for_an_image() -> None:
    gamma = next(c for c in CORRUPTIONS["general"] if c.name == "gamma")
    sides = set()
    for k in range(20):
        drawn = [corrupt(picture(f"c{k}"), gamma, s).history[-1]["gamma"] for s in SEVERITIES]
        assert all(v > 1 for v in drawn) or all(v < 1 for v in drawn)
        sides.add(drawn[0] > 1)
    assert sides == {True, False}


def test_names_of_modalities() -> None:
    assert [modality_named(code) for code in ("US", "DX", "SM", "ZZ", None, "MR", "fundus")] == [
        "ultrasound", "x-ray", "histology", "general", "general", "mr", "fundus"]
    with pytest.raises(UserError, match=r"got 'ultrasond', expected a modality. Did you mean 'ultrasound'"):
        modality_named("ultrasond")
