"""What the named sets hold, and that those of a modality leave its images usable."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from bogam.augment._modality_sets import MODALITIES, STRENGTHS
from bogam.augment.family import augmentations
from bogam.augment.plan import Plan, fuse
from bogam.augment.sets import SETS, named
from bogam.core.types import Case
from bogam.data.phantoms.family import phantoms


def kinds(name):
    return [step.kind for step in named(name)]


def test_the_lists_of_the_literature():
    assert named("none") == ()
    assert set(kinds("geometric")) == {"rotate", "flip-vertical", "flip-horizontal", "grid-distortion"}
    assert set(kinds("filter")) == {"clahe", "gaussian-blur", "equalize", "fancy-pca"}
    assert kinds("all") == kinds("geometric") + kinds("filter")


@pytest.mark.parametrize("name", ["geometric", "filter", "all"])
def test_the_lists_lean_on_no_default(name):
    """A default that another version changes changes no list; what a box needs to stay is not a strength."""
    for step in SETS[name]:
        kind, fields = next(iter(step.items()))
        assert set(fields) == set(augmentations.get(kind).model_fields) - {"kind", "min_visible"}, kind


@pytest.mark.parametrize("name", [name for name in SETS if name != "none"])
def test_every_step_is_left_out_at_times(name):
    assert all(0 < next(iter(step.values()))["probability"] < 1 for step in SETS[name])


def test_geometric_is_one_interpolation():
    assert len(fuse([(type(step), {}) for step in named("geometric")])) == 1


@pytest.mark.parametrize("modality", MODALITIES)
def test_a_modality_has_a_reason_for_each_step_and_grows_with_strength(modality):
    about, rows = MODALITIES[modality]
    assert about.endswith(".")
    assert all(row.reason.endswith(".") and len(row.reason) > 15 for row in rows)
    assert len({row.kind for row in rows}) == len(rows)
    light, medium, strong = (kinds(f"{modality}-{strength}") for strength in STRENGTHS)
    assert set(light) <= set(medium) <= set(strong)
    for row in rows:
        spans = [max((abs(v) for key, value in fields.items() if key not in ("probability", "quality", "zoom", "cells")
                      for v in (value if isinstance(value, list) else [value])), default=0.0)
                 for fields in (row.light, row.medium, row.strong) if fields is not None]
        assert spans == sorted(spans), row.kind
    order = [{"warp": 0, "tone": 1}.get(augmentations.get(kind).group, 2) for kind in strong]
    assert order == sorted(order)  # warps in one, tones in one


@pytest.mark.parametrize("modality", ["x-ray", "ct", "mr"])
def test_anatomy_with_a_side_is_not_mirrored(modality):
    assert not {"flip-horizontal", "flip-vertical", "quarter-turn"} & set(kinds(f"{modality}-strong"))


def disk(side=96):
    y, x = np.mgrid[:side, :side] / side - 0.5
    return np.hypot(y, x)


def scene(modality, bits):
    """Return an image of the modality: a phantom, or a picture with its borders, texture and color."""
    kind = {"ultrasound": "breast-ultrasound", "mammography": "mammogram", "x-ray": "chest-x-ray",
            "histology": "histology"}.get(modality)
    if kind:
        depth = 8 if modality == "histology" else bits
        return phantoms.parse({kind: {"size": [96, 96], "bits": depth}}).draw(1, 0).to_case()
    rng = np.random.default_rng(0)
    texture = cv2.GaussianBlur(rng.random((96, 96)), (0, 0), 3)
    texture = (texture - texture.min()) / np.ptp(texture)
    body = np.where(disk() < 0.42, 0.25 + 0.5 * texture, 0.0)
    if modality == "ct":
        return Case("ct", np.rint(body * 2000 - 1000).astype(np.int16)[None], (-1000.0, 1000.0), "hu")
    if modality == "mr":
        return Case("mr", np.rint(body * (2**bits - 1)).astype(np.uint16 if bits > 8 else np.uint8)[None],
                    (0.0, float(2**bits - 1)))
    color = np.stack([body, 0.5 * body, 0.3 * body])
    return Case(modality, np.rint(color * 255).astype(np.uint8), (0.0, 255.0))


@pytest.mark.parametrize("bits", [8, 12])
@pytest.mark.parametrize("name", [f"{modality}-{strength}" for modality in MODALITIES for strength in STRENGTHS])
def test_a_modality_set_runs_on_its_images_and_leaves_them_alike(name, bits):
    case = scene(name.rpartition("-")[0], bits)
    plan = Plan(named(name), seed=0)
    seen = set()
    for epoch in range(25):
        made = plan.apply(case, plan.draw(case, epoch))
        seen |= {entry["augment"] for entry in made.history}
        assert made.image.dtype == case.image.dtype
        assert made.image.shape == case.image.shape
        low, high = case.levels
        assert low <= made.image.min()
        assert made.image.max() <= high
        before, after = np.histogram(case.image, 32, case.levels)[0], np.histogram(made.image, 32, case.levels)[0]
        assert np.minimum(before, after).sum() / before.sum() > {"light": 0.5, "medium": 0.35, "strong": 0.2}[
            name.rpartition("-")[2]], (epoch, made.history)  # much of the histogram is still there
    assert seen == set(kinds(name))


def test_an_unknown_set_gets_the_nearest_name():
    with pytest.raises(ValueError, match=r"augmentation set 'geometrc', which does .* Did you mean 'geometric'"):
        named("geometrc")
    with pytest.raises(ValueError, match=r"Did you mean 'ultrasound-light'"):
        named("ultrasond-light")
    with pytest.raises(ValueError, match=r"Did you mean 'gamma'"):
        named("gama")
