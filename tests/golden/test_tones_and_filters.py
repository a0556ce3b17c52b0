"""Tones and filters against OpenCV, SciPy, scikit-image and torchvision, where they have the operation."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bogam.augment.family import augmentations
from bogam.augment.plan import replay
from bogam.core.types import Case
from bogam.models._torchvision_ops import declare_operators

declare_operators()
from torchvision.transforms.v2 import functional as tv  # noqa: E402

GREY = np.random.default_rng(0).integers(0, 256, (1, 60, 50)).astype(np.uint8)
COLOR = np.random.default_rng(1).integers(0, 256, (3, 60, 50)).astype(np.uint8)


def bent(image, levels, kind, **drawn):
    """Return the image after one recorded step."""
    return replay(Case("a", image, levels), [{"augment": kind, **drawn}]).image


def filtered(image, levels, kind, **drawn):
    return augmentations.get(kind).filter(image, levels, drawn)


@pytest.mark.parametrize("image", [GREY, COLOR], ids=["grey", "color"])
def test_invert_is_torchvisions(image):
    assert np.array_equal(bent(image, (0, 255), "invert"), tv.invert(torch.from_numpy(image)).numpy())


@pytest.mark.parametrize("threshold", [0, 100, 200, 255])
def test_solarize_is_torchvisions(threshold):
    wanted = tv.solarize(torch.from_numpy(COLOR), threshold).numpy()
    assert np.array_equal(bent(COLOR, (0, 255), "solarize", threshold=np.float32(threshold) / np.float32(255)), wanted)


@pytest.mark.parametrize("bits", [2, 4, 6])
def test_posterize_is_near_torchvisions_which_cuts_bits_off(bits):
    ramp = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    wanted, made = tv.posterize(torch.from_numpy(ramp), bits).numpy(), bent(ramp, (0, 255), "posterize", bits=bits)
    assert len(np.unique(made)) == len(np.unique(wanted))
    # cutting loses up to one of their steps, rounding moves by up to half of ours
    assert np.abs(made.astype(int) - wanted).max() <= 2 ** (8 - bits) - 1 + 255 / (2**bits - 1) / 2
