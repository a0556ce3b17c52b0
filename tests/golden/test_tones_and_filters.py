"""Tones and filters against OpenCV, SciPy, scikit-image and torchvision, where they have the operation."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from scipy import ndimage, stats
from skimage.color import combine_stains, rgb2yiq, separate_stains, yiq2rgb
from skimage.filters import unsharp_mask
from skimage.util import random_noise

from bogam.augment.family import augmentations
from bogam.augment.plan import replay
from bogam.augment.stain_jitter import EOSIN, HEMATOXYLIN
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


PLAIN = {"brightness": 1.0, "contrast": 1.0, "saturation": 1.0, "hue_degrees": 0.0}
REAL = (0.3 + 0.3 * np.random.default_rng(3).random((3, 60, 50))).astype(np.float32)  # so that nothing is clamped


@pytest.mark.parametrize("factor", [0.7, 1.3])
@pytest.mark.parametrize("what", ["brightness", "contrast", "saturation"])
def test_color_jitter_is_torchvisions(what, factor):
    """torchvision's grey has 0.2989 and 0.114 where BT.601 has 0.299 and 0.114."""
    wanted = getattr(tv, f"adjust_{what}")(torch.from_numpy(REAL), factor).numpy()
    made = filtered(REAL, (0, 1), "color-jitter", **{**PLAIN, what: factor})
    assert np.abs(made - wanted).max() < 2e-4
    eight = np.rint(REAL * 255).astype(np.uint8)
    wanted = getattr(tv, f"adjust_{what}")(torch.from_numpy(eight), factor).numpy()
    made = filtered(eight, (0, 255), "color-jitter", **{**PLAIN, what: factor})
    assert np.abs(made.astype(int) - wanted).max() <= 1  # torchvision cuts decimals off


@pytest.mark.parametrize("degrees", [-60.0, 12.0])
def test_hue_is_a_turn_in_scikit_images_yiq(degrees):
    luma, i, q = np.moveaxis(rgb2yiq(REAL.transpose(1, 2, 0)), -1, 0)
    angle = np.radians(degrees)
    turned = np.stack([luma, np.cos(angle) * i - np.sin(angle) * q, np.sin(angle) * i + np.cos(angle) * q], axis=-1)
    wanted = np.clip(yiq2rgb(turned), 0, 1).transpose(2, 0, 1)
    made = filtered(REAL, (0, 1), "color-jitter", **{**PLAIN, "hue_degrees": degrees})
    assert np.abs(made - wanted).max() < 1e-5


def test_stain_jitter_is_scikit_images_deconvolution():
    image = (0.2 + 0.75 * np.random.default_rng(4).random((3, 40, 30))).astype(np.float32)
    vectors = np.array((HEMATOXYLIN, EOSIN, np.cross(HEMATOXYLIN, EOSIN)))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    stains = separate_stains(image.transpose(1, 2, 0).astype(np.float64), np.linalg.inv(vectors))
    stains_unit = 6.0  # scikit-image counts density in units of -log10(1e-6)
    raw = (np.log(image.transpose(1, 2, 0)) / np.log(1e-6)) @ np.linalg.inv(vectors)
    seen = (raw >= 0).all(axis=-1)  # scikit-image sets negative amounts to 0; compare where it does not
    stains = stains * (1.2, 0.7, 1.0) + np.array((0.03, 0.01, 0.0)) / stains_unit
    wanted = combine_stains(stains, vectors).transpose(2, 0, 1)
    made = filtered(image, (0, 1), "stain-jitter", factor=[1.2, 0.7], shift=[0.03, 0.01])
    assert seen.mean() > 0.05
    assert np.abs(np.clip(made, 0, 1) - wanted)[:, seen].max() < 1e-5


def test_cutout_is_torchvisions_erase():
    hole = {"center": [0.4, 0.6], "size": 0.2}
    made = filtered(COLOR, (0, 255), "cutout", fill="lowest", seed=0, holes=[hole])
    assert np.array_equal(made, tv.erase(torch.from_numpy(COLOR), 18, 25, 12, 10, torch.tensor(0)).numpy())


def test_clahe_and_equalize_at_8_bit_are_opencvs_and_torchvisions():
    assert np.array_equal(filtered(GREY, (0, 255), "clahe", clip=2.0, tiles=[4, 4])[0],
                          cv2.createCLAHE(2.0, (4, 4)).apply(GREY[0]))
    flat = np.concatenate([GREY[0] // 3, GREY[0] // 5 + 100])[None]
    assert np.array_equal(filtered(flat, (0, 255), "equalize")[0], cv2.equalizeHist(flat[0]))


@pytest.mark.parametrize("gamma", [0.6, 1.7])
def test_gamma_brightness_and_contrast_are_torchvisions(gamma):
    image = torch.from_numpy(REAL)
    assert np.abs(bent(REAL, (0, 1), "gamma", gamma=gamma) - tv.adjust_gamma(image, gamma).numpy()).max() < 1e-6
    grey = REAL[:1]
    wanted = tv.adjust_contrast(torch.from_numpy(grey), gamma).numpy()
    made = bent(grey, (0, 1), "contrast", factor=gamma, measured={"pivot": float(grey.mean(dtype=np.float64))})
    assert np.abs(made - np.clip(wanted, 0, 1)).max() < 1e-6
    assert np.abs(bent(REAL, (0, 1), "brightness", add=0.1) - (REAL + np.float32(0.1))).max() < 1e-6
