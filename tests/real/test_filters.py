"""Tones, filters and modality sets on real pictures at their own depth."""

from __future__ import annotations

import io
import zipfile

import cv2
import numpy as np
import pydicom
import pytest
from scipy.ndimage import median_filter

from bogam.augment.family import augmentations
from bogam.augment.plan import Plan, replay
from bogam.augment.sets import named
from bogam.core.types import Case


@pytest.fixture(scope="module")
def mr(real_data):
    """One slice of a 12-bit head, with the levels that it uses."""
    with zipfile.ZipFile(real_data / "dicom_series" / "SAG-anon.zip") as held:
        names = sorted(name for name in held.namelist() if name.endswith(".dcm"))
        image = pydicom.dcmread(io.BytesIO(held.read(names[len(names) // 2]))).pixel_array.astype(np.uint16)
    return Case("mr", image[None], (0.0, float(image.max())))


def pictures(folder, pattern, color, side=160, count=4):
    found = sorted(folder.rglob(pattern))[:count]
    assert len(found) == count
    flag = cv2.IMREAD_COLOR if color else cv2.IMREAD_GRAYSCALE
    for number, path in enumerate(found):
        image = cv2.resize(cv2.imread(str(path), flag), (side, side), interpolation=cv2.INTER_AREA)
        planes = image[..., ::-1].transpose(2, 0, 1).copy() if color else image[None]
        yield Case(f"{pattern}-{number}", planes, (0, 255))


def test_a_12_bit_head_keeps_its_depth(mr):
    """An 8-bit detour would leave 256 levels at most. (Equalization merges rare levels by its definition.)"""
    assert len(np.unique(mr.image)) > 400
    for kind in ("gaussian-blur", "motion-blur", "sharpen", "unsharp", "low-resolution", "jpeg-compression", "clahe",
                 "bias-field", "ghosting", "rician-noise", "ring", "median", "gamma", "window-jitter"):
        plan = Plan([augmentations.parse({kind: {"probability": 1.0}})], seed=0)
        made = plan.apply(mr, plan.draw(mr, 0))
        assert made.image.dtype == np.uint16
        assert made.image.max() <= mr.levels[1]
        assert len(np.unique(made.image)) > 300, kind
        assert np.array_equal(replay(mr, made.history).image, made.image)


def test_the_median_of_real_12_bit_is_scipys(mr):
    made = augmentations.get("median").filter(mr.image, None, {"side_px": 5})
    assert np.array_equal(made[0], median_filter(mr.image[0], size=5, mode="nearest"))


def test_a_bias_field_leaves_air_dark_and_shades_tissue(mr):
    drawn = {"ratio": 2.0, "order": 3, "seed": 1}
    made = augmentations.get("bias-field").filter(mr.image, mr.levels, drawn)
    tissue = (mr.image > 200) & (made < mr.levels[1])
    gain = made[tissue] / mr.image[tissue]
    assert 1.3 < gain.max() / gain.min() < 2.02
    assert made[mr.image == 0].max() == 0


@pytest.mark.parametrize(("set_name", "folder", "pattern", "color"), [
    ("ultrasound-strong", "busi/Dataset_BUSI_with_GT/malignant", "malignant (?).png", False),
    ("x-ray-strong", "kermany_chest_xray/chest_xray/test", "*.jpeg", False),
    ("histology-strong", "idc/IDC_regular_ps50_idx5", "*.png", True)])
def test_a_set_replays_on_its_own_modality(real_data, set_name, folder, pattern, color):
    plan = Plan(named(set_name), seed=0)
    for case in pictures(real_data / folder, pattern, color):
        for epoch in range(6):
            made = plan.apply(case, plan.draw(case, epoch))
            assert np.array_equal(replay(case, made.history).image, made.image)
            assert 0.3 < (made.image.mean() + 10) / (case.image.mean() + 10) < 2.5


def test_the_mr_set_runs_on_the_head(mr):
    plan = Plan(named("mr-strong"), seed=0)
    for epoch in range(12):
        made = plan.apply(mr, plan.draw(mr, epoch))
        assert made.image.dtype == np.uint16
        assert np.array_equal(replay(mr, made.history).image, made.image)
