"""Tones and filters against OpenCV, SciPy, scikit-image and torchvision, where they have the operation."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image
from scipy import ndimage, stats
from skimage.filters import unsharp_mask
from skimage.util import random_noise

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


DEPTHS = {"u1": (0, 255), "u2": (0, 65535), "i2": (-32768, 32767), "f4": (0.0, 1.0)}


def field(dtype, seed=0, shape=(1, 61, 47)):
    return np.random.default_rng(seed).uniform(*DEPTHS[dtype], shape).astype(dtype)


@pytest.mark.parametrize("side", [3, 5, 9])
@pytest.mark.parametrize("dtype", DEPTHS)
def test_median_is_scipys(dtype, side):
    wanted = ndimage.median_filter(field(dtype)[0], size=side, mode="nearest")
    assert np.array_equal(filtered(field(dtype), None, "median", side_px=side)[0], wanted)


@pytest.mark.parametrize("factor", [1.3, 2.5])
def test_sharpen_is_torchvisions_inside_the_edge(factor):
    wanted = tv.adjust_sharpness(torch.from_numpy(COLOR), factor).numpy()
    made = filtered(COLOR, (0, 255), "sharpen", amount=factor - 1)
    inside = (slice(None), slice(1, -1), slice(1, -1))
    # torchvision rounds the smoothed image first, and once more at the end
    assert np.abs(made[inside].astype(int) - wanted[inside]).max() <= np.ceil(factor / 2 + 0.5)
    real = COLOR.astype(np.float32) / 255
    wanted = tv.adjust_sharpness(torch.from_numpy(real), factor).numpy()
    assert np.abs(filtered(real, (0, 1), "sharpen", amount=factor - 1)[inside] - wanted[inside]).max() < 1e-5


@pytest.mark.parametrize(("sigma", "amount"), [(1.0, 0.5), (2.3, 1.2)])
def test_unsharp_is_scikit_images(sigma, amount):
    """Which cuts its Gaussian at 4 standard deviations (ours: 3) and repeats the edge pixel when it mirrors."""
    image = field("f4")
    wanted = unsharp_mask(image[0].astype(np.float64), radius=sigma, amount=amount)
    made = filtered(image, (0, 1), "unsharp", sigma_px=sigma, amount=amount)[0]
    reach = 10
    assert np.abs(made - wanted)[reach:-reach, reach:-reach].max() < 0.003 * amount


@pytest.mark.parametrize("length", [3, 5, 8])
def test_motion_blur_along_rows_and_columns_is_scipys_running_mean(length):
    image = field("f4")[0].astype(np.float64)
    if length % 2:
        wanted = ndimage.uniform_filter1d(image, length, axis=1, mode="mirror")
    else:  # an even number of positions lies between pixels: the mean of both neighbors
        weights = np.r_[0.5, np.ones(length - 1), 0.5] / length
        wanted = ndimage.correlate1d(image, weights, axis=1, mode="mirror")
    made = filtered(image[None].astype(np.float32), None, "motion-blur", length_px=float(length), angle_degrees=0.0)
    assert np.abs(made[0] - wanted).max() < 1e-6
    made = filtered(image.T[None].astype(np.float32).copy(), None, "motion-blur", length_px=float(length),
                    angle_degrees=90.0)
    assert np.abs(made[0].T - wanted).max() < 1e-6


@pytest.mark.parametrize("sigma", [0.7, 2.0])
@pytest.mark.parametrize("dtype", DEPTHS)
def test_gaussian_blur_is_scipys(dtype, sigma):
    image = field(dtype)
    wanted = ndimage.gaussian_filter(image[0].astype(np.float64), sigma, mode="mirror", radius=int(np.ceil(3 * sigma)))
    made = filtered(image, None, "gaussian-blur", sigma_px=sigma)[0]
    span = DEPTHS[dtype][1] - DEPTHS[dtype][0]
    assert np.abs(made - wanted).max() < (0.006 if dtype == "u1" else 1e-4) * span  # OpenCV: fixed point at 8 bit


@pytest.mark.parametrize("quality", [20, 50, 90])
@pytest.mark.parametrize("image", [GREY, COLOR], ids=["grey", "color"])
def test_jpeg_is_pillows(image, quality):
    """Both use libjpeg-turbo; noise is the hardest picture for it."""
    packed = io.BytesIO()
    Image.fromarray(image[0] if len(image) == 1 else image.transpose(1, 2, 0)).save(packed, "JPEG", quality=quality)
    wanted = np.asarray(Image.open(packed))
    wanted = wanted[None] if len(image) == 1 else wanted.transpose(2, 0, 1)
    made = filtered(image, (0, 255), "jpeg-compression", quality=quality)
    assert np.abs(made.astype(int) - wanted).max() <= 2


@pytest.mark.parametrize("kind", ["noise", "speckle-noise"])
def test_noise_has_the_spread_of_scikit_images(kind):
    image = np.full((1, 400, 400), 0.5, np.float32)
    mode = {"noise": "gaussian", "speckle-noise": "speckle"}[kind]
    wanted = random_noise(image, mode=mode, rng=0, var=0.03**2, clip=False)
    drawn = {"sigma": 0.03, "seed": 1} | ({"grain_px": 0.0} if kind == "speckle-noise" else {})
    made = filtered(image, (0, 1), kind, **drawn)
    assert made.std() == pytest.approx(wanted.std(), rel=0.01)
    assert made.mean() == pytest.approx(wanted.mean(), abs=3e-4)


def test_rician_noise_is_scipys_distribution():
    made = filtered(np.full((1, 400, 400), 0.1, np.float32), (0, 1), "rician-noise", sigma=0.05, seed=2).ravel()
    assert stats.kstest(made, stats.rice(b=0.1 / 0.05, scale=0.05).cdf).statistic < 0.0041


def test_low_resolution_is_torchs():
    image = field("f4", shape=(1, 64, 48))
    coarse = torch.nn.functional.avg_pool2d(torch.from_numpy(image), 2)
    wanted = torch.nn.functional.interpolate(coarse[None], scale_factor=2, mode="bilinear", align_corners=False)[0]
    assert np.abs(filtered(image, None, "low-resolution", zoom=0.5) - wanted.numpy()).max() < 1e-6
