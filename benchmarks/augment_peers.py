"""What other libraries do for the same augmentation, each in its fastest equivalent setting.

Every function returns `{name: work}`, where `work()` augments one image with its mask once, or a whole batch; a work
may carry `images`, how many one call makes. Libraries are imported when asked for. The strengths are bogam's own
defaults, so far as a library can be told.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

Work = Callable[[], object]
SIGMA, KERNEL = 1.0, 7
KEYS = ("image", "mask")
MODES = ("bilinear", "nearest")


def quiet() -> None:
    """One thread everywhere, no update checks, no warnings of other libraries."""
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
    os.environ["ALBUMENTATIONS_NO_TELEMETRY"] = "1"
    warnings.simplefilter("ignore")
    cv2.setNumThreads(1)
    import torch
    torch.set_num_threads(1)
    sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
    from bogam.models._torchvision_ops import declare_operators
    declare_operators()  # lets torchvision be imported beside a CPU build of torch


ELASTIC: dict[str, dict[str, Any]] = {
    "default": {"alpha": 1900, "sigma": 20},
    "uniform": {"alpha": 700, "sigma": 20, "noise_distribution": "uniform"},
    "approximate": {"alpha": 165, "sigma": 20, "noise_distribution": "uniform", "approximate": True},
    "one-field": {"alpha": 165, "sigma": 20, "noise_distribution": "uniform", "approximate": True, "same_dxdy": True}}
"""Settings of albumentations' elastic transform that move pixels by 5 on average, as bogam's does at 512 pixels.

Uniform noise is sooner drawn than normal noise. `approximate` blurs it by 17 pixels, whatever width is asked for: at
this strength the image folds over itself (`--only folds`), so it is not the same work. `same_dxdy` moves both axes
alike.
"""


def albumentations_steps(elastic: str = "uniform") -> dict[str, Any]:
    """Return one transform per step of the chain; masks nearest, no keypoints; `elastic` names one of `ELASTIC`."""
    import albumentations as A
    return {"flip": A.HorizontalFlip(p=1),
            "affine": A.Affine(scale=(0.9, 1.1), translate_percent=(-0.1, 0.1), rotate=(-15, 15), p=1),
            "elastic": A.ElasticTransform(**ELASTIC[elastic], p=1),
            "grid-distortion": A.GridDistortion(num_steps=5, distort_limit=(-0.3, 0.3), p=1),
            "optical-distortion": A.OpticalDistortion(distort_limit=(-0.15, 0.15), p=1),
            "brightness-contrast": A.RandomBrightnessContrast(0.1, 0.2, p=1),
            "gamma": A.RandomGamma(gamma_limit=(80, 125), p=1),
            "gaussian-blur": A.GaussianBlur(blur_limit=(KERNEL, KERNEL), sigma_limit=(SIGMA, SIGMA), p=1)}


def albumentations_work(steps: list[Any], image: np.ndarray, mask: np.ndarray | None) -> Work:
    """Return the work of a list of transforms; 16 bit goes through float32 in [0, 1], the only way that is right."""
    import albumentations as A
    whole = A.Compose(steps)
    held = {} if mask is None else {"mask": mask}
    if image.dtype != np.uint16:
        return lambda: whole(image=image, **held)
    high = float(image.max())

    def work() -> object:
        made = whole(image=image.astype(np.float32) * (1 / high), **held)
        return (made["image"] * high + 0.5).astype(np.uint16)

    return work


def monai_chain(image: np.ndarray, mask: np.ndarray) -> Work:
    """MONAI without optical distortion, which it does not have."""
    import monai.transforms as M
    import torch
    side = image.shape[0]
    whole = M.Compose([
        M.RandFlipd(KEYS, prob=1, spatial_axis=1),
        M.RandAffined(KEYS, prob=1, rotate_range=0.26, translate_range=0.1 * side, scale_range=0.1, mode=MODES,
                      padding_mode="zeros"),
        M.Rand2DElasticd(KEYS, prob=1, spacing=(side / 5, side / 5), magnitude_range=(side / 50, side / 20),
                         mode=MODES, padding_mode="zeros"),
        M.RandGridDistortiond(KEYS, prob=1, num_cells=5, distort_limit=0.3, mode=MODES, padding_mode="zeros"),
        M.RandShiftIntensityd("image", offsets=0.1, prob=1), M.RandScaleIntensityd("image", factors=0.2, prob=1),
        M.RandAdjustContrastd("image", prob=1, gamma=(0.8, 1.25)),
        M.RandGaussianSmoothd("image", prob=1, sigma_x=(SIGMA, SIGMA), sigma_y=(SIGMA, SIGMA))])
    held = {"image": torch.from_numpy(image)[None], "mask": torch.from_numpy(mask)[None]}
    return lambda: whole(dict(held))


def kornia_chain(image: np.ndarray, mask: np.ndarray, batch: int, device: str = "cpu") -> Work:
    """Kornia on a batch without grid and optical distortion: it has none, or none that takes a mask."""
    import kornia.augmentation as K
    import torch
    whole = K.AugmentationSequential(
        K.RandomHorizontalFlip(p=1), K.RandomAffine(15, translate=(0.1, 0.1), scale=(0.9, 1.1), p=1),
        K.RandomElasticTransform(kernel_size=(63, 63), sigma=(20.0, 20.0), alpha=(1.0, 1.0), p=1),
        K.RandomBrightness((0.9, 1.1), p=1), K.RandomContrast((0.8, 1.25), p=1), K.RandomGamma((0.8, 1.25), p=1),
        K.RandomGaussianBlur((KERNEL, KERNEL), (SIGMA, SIGMA), p=1), data_keys=["input", "mask"])
    images = torch.from_numpy(image)[None, None].repeat(batch, 1, 1, 1)
    masks = torch.from_numpy(mask)[None, None].float().repeat(batch, 1, 1, 1)

    def work() -> object:
        made = whole(images.to(device), masks.to(device))
        return made[0].sum().item() if device != "cpu" else made

    work.images = batch  # type: ignore[attr-defined]
    return work


def torchvision_chain(image: np.ndarray, mask: np.ndarray) -> Work:
    """torchvision v2 without grid and optical distortion; its elastic transform at its default, faster sigma."""
    import torch
    from torchvision import tv_tensors
    from torchvision.transforms import v2
    whole = v2.Compose([
        v2.RandomHorizontalFlip(1),
        v2.RandomAffine(15, translate=(0.1, 0.1), scale=(0.9, 1.1), interpolation=v2.InterpolationMode.BILINEAR),
        v2.ElasticTransform(alpha=50.0, sigma=5.0), v2.ColorJitter(0.1, 0.2), v2.GaussianBlur(KERNEL, (SIGMA, SIGMA))])
    images, masks = tv_tensors.Image(torch.from_numpy(image)[None]), tv_tensors.Mask(torch.from_numpy(mask)[None])
    return lambda: whole(images, masks)


def batchgenerators_chain(image: np.ndarray, mask: np.ndarray, magnitude: float = 0.05) -> Work:
    """batchgeneratorsv2: mirror, one joined rotation, scaling and elastic map, brightness, contrast, gamma, blur.

    Its spatial transform joins as ours does; it has no grid and no optical distortion. Pictures and volumes.
    """
    import torch
    from batchgeneratorsv2.transforms.intensity.brightness import MultiplicativeBrightnessTransform
    from batchgeneratorsv2.transforms.intensity.contrast import BGContrast, ContrastTransform
    from batchgeneratorsv2.transforms.intensity.gamma import GammaTransform
    from batchgeneratorsv2.transforms.noise.gaussian_blur import GaussianBlurTransform
    from batchgeneratorsv2.transforms.spatial.mirroring import MirrorTransform
    from batchgeneratorsv2.transforms.spatial.spatial import SpatialTransform
    from batchgeneratorsv2.transforms.utils.compose import ComposeTransforms
    spatial = SpatialTransform(image.shape, 0, False, p_elastic_deform=1, elastic_deform_scale=(0.1, 0.1),
                               elastic_deform_magnitude=(magnitude, magnitude), p_rotation=1, rotation=(-0.26, 0.26),
                               p_scaling=1, scaling=(0.9, 1.1), p_synchronize_scaling_across_axes=1,
                               mode_seg="nearest")
    tones = [MultiplicativeBrightnessTransform(BGContrast((0.9, 1.1)), False, 1),
             ContrastTransform(BGContrast((0.8, 1.25)), True, False, 1),
             GammaTransform(BGContrast((0.8, 1.25)), 0, False, 1, 0),
             GaussianBlurTransform((SIGMA, SIGMA), False, False, 1)]
    whole = ComposeTransforms([MirrorTransform(tuple(range(image.ndim))), spatial]
                              + (tones if image.ndim == 2 else []))
    images, masks = torch.from_numpy(image)[None], torch.from_numpy(mask)[None].to(torch.int16)
    return lambda: whole(image=images, segmentation=masks)


def volume_chains(image: np.ndarray, mask: np.ndarray) -> dict[str, Work]:
    """Mirror, affine about three axes, elastic: what every library of volumes has."""
    import monai.transforms as M
    import torch
    import torchio as tio
    side = image.shape[0]
    images, masks = torch.from_numpy(image)[None], torch.from_numpy(mask)[None]
    by_monai = M.Compose([
        M.RandFlipd(KEYS, prob=1, spatial_axis=2),
        M.RandAffined(KEYS, prob=1, rotate_range=(0.26, 0.26, 0.26), translate_range=0.05 * side, scale_range=0.1,
                      mode=MODES, padding_mode="zeros"),
        M.Rand3DElasticd(KEYS, prob=1, sigma_range=(5, 5), magnitude_range=(50, 100), mode=MODES,
                         padding_mode="zeros")])
    by_torchio = tio.Compose([
        tio.RandomFlip((2,), flip_probability=1),
        tio.RandomAffine(scales=(0.9, 1.1), degrees=15, translation=0.05 * side, image_interpolation="linear"),
        tio.RandomElasticDeformation(num_control_points=7, max_displacement=0.05 * side, image_interpolation="linear")])

    def torchio_work() -> object:
        return by_torchio(tio.Subject(image=tio.ScalarImage(tensor=images), mask=tio.LabelMap(tensor=masks)))

    return {"MONAI": lambda: by_monai({"image": images, "mask": masks}), "TorchIO": torchio_work,
            "batchgeneratorsv2": batchgenerators_chain(image, mask)}


def single(kind: str, image: np.ndarray, mask: np.ndarray) -> dict[str, Work]:
    """Return what does one of our augmentations elsewhere; empty where no library has it or takes the depth.

    TorchIO is for volumes. A library that leaves no more than 256 grey levels of a deeper image is named so.
    """
    works: dict[str, Work] = {}
    for library, find in (("albumentations", _by_albumentations), ("torchvision", _by_torchvision),
                          ("batchgeneratorsv2", _by_batchgenerators), ("MONAI", _by_monai), ("kornia", _by_kornia)):
        if image.dtype != np.float32 and library in ("batchgeneratorsv2", "MONAI", "kornia"):
            continue  # they work on float tensors
        try:
            work = find(kind, image, mask)
            made = None if work is None else work()
        except (ValueError, TypeError, NotImplementedError, RuntimeError, cv2.error):
            continue  # the library refuses this depth
        if work is None:
            continue
        picture = made.get("image") if isinstance(made, dict) else made[0] if isinstance(made, list | tuple) else made
        coarse = image.dtype != np.uint8 and kind != "posterize" and is_coarse(picture)
        works[library + (", at 8 bit" if coarse else "")] = work
    return works


def _by_albumentations(kind: str, image: np.ndarray, mask: np.ndarray) -> Work | None:
    import albumentations as A
    side = image.shape[0]
    chain = albumentations_steps()
    table: dict[str, Callable[[], Any]] = {
        "flip-horizontal": lambda: chain["flip"], "flip-vertical": lambda: A.VerticalFlip(p=1),
        "quarter-turn": lambda: A.RandomRotate90(p=1),
        "rotate": lambda: A.Affine(rotate=(-15, 15), p=1), "zoom": lambda: A.Affine(scale=(0.9, 1.1), p=1),
        "shift": lambda: A.Affine(translate_percent=(-0.1, 0.1), p=1), "shear": lambda: A.Affine(shear=(-10, 10), p=1),
        "crop": lambda: A.RandomResizedCrop((side, side), scale=(0.64, 1.0), ratio=(1.0, 1.0), p=1),
        "perspective": lambda: A.Perspective(scale=(0.05, 0.05), p=1), "elastic": lambda: chain["elastic"],
        "grid-distortion": lambda: chain["grid-distortion"],
        "optical-distortion": lambda: chain["optical-distortion"],
        "brightness": lambda: A.RandomBrightnessContrast(0.1, 0.0, p=1),
        "contrast": lambda: A.RandomBrightnessContrast(0.0, 0.2, p=1), "gamma": lambda: chain["gamma"],
        "invert": lambda: A.InvertImg(p=1), "equalize": lambda: A.Equalize(p=1),
        "solarize": lambda: A.Solarize((0.5, 0.5), p=1), "posterize": lambda: A.Posterize((4, 4), p=1),
        "gaussian-blur": lambda: chain["gaussian-blur"], "median": lambda: A.MedianBlur((3, 5), p=1),
        "motion-blur": lambda: A.MotionBlur((7, 7), p=1), "sharpen": lambda: A.Sharpen(p=1),
        "unsharp": lambda: A.UnsharpMask((7, 7), sigma_limit=(SIGMA, SIGMA), p=1),
        "clahe": lambda: A.CLAHE((1.0, 3.0), (8, 8), p=1), "noise": lambda: A.GaussNoise((0.01, 0.05), p=1),
        "poisson-noise": lambda: A.ShotNoise(p=1),
        "speckle-noise": lambda: A.MultiplicativeNoise((0.9, 1.1), elementwise=True, p=1),
        "cutout": lambda: A.CoarseDropout(num_holes_range=(1, 1), p=1), "grid-mask": lambda: A.GridDropout(p=1),
        "low-resolution": lambda: A.Downscale((0.5, 0.9), p=1, interpolation_pair={
            "downscale": cv2.INTER_AREA, "upscale": cv2.INTER_LINEAR}),
        "jpeg-compression": lambda: A.ImageCompression(quality_range=(30, 80), p=1)}
    return albumentations_work([table[kind]()], image, mask) if kind in table else None


def _by_torchvision(kind: str, image: np.ndarray, mask: np.ndarray) -> Work | None:
    import torch
    from torchvision import tv_tensors
    from torchvision.transforms import v2
    side, line = image.shape[0], v2.InterpolationMode.BILINEAR
    table: dict[str, Callable[[], Any]] = {
        "flip-horizontal": lambda: v2.RandomHorizontalFlip(1), "flip-vertical": lambda: v2.RandomVerticalFlip(1),
        "rotate": lambda: v2.RandomRotation(15, line),
        "zoom": lambda: v2.RandomAffine(0, scale=(0.9, 1.1), interpolation=line),
        "shift": lambda: v2.RandomAffine(0, translate=(0.1, 0.1), interpolation=line),
        "shear": lambda: v2.RandomAffine(0, shear=(-10, 10), interpolation=line),
        "crop": lambda: v2.RandomResizedCrop(side, (0.64, 1.0), (1.0, 1.0)),
        "perspective": lambda: v2.RandomPerspective(0.1, 1), "elastic": lambda: v2.ElasticTransform(50.0, 5.0),
        "brightness": lambda: v2.ColorJitter(brightness=0.1), "contrast": lambda: v2.ColorJitter(contrast=0.2),
        "invert": lambda: v2.RandomInvert(1), "equalize": lambda: v2.RandomEqualize(1),
        "solarize": lambda: v2.RandomSolarize(float(image.max()) / 2, 1), "posterize": lambda: v2.RandomPosterize(4, 1),
        "gaussian-blur": lambda: v2.GaussianBlur(KERNEL, (SIGMA, SIGMA)),
        "sharpen": lambda: v2.RandomAdjustSharpness(2, 1), "noise": lambda: v2.GaussianNoise(0.0, 0.03),
        "cutout": lambda: v2.RandomErasing(1), "jpeg-compression": lambda: v2.JPEG((30, 80))}
    if kind not in table:
        return None
    whole = table[kind]()
    images, masks = tv_tensors.Image(torch.from_numpy(image)[None]), tv_tensors.Mask(torch.from_numpy(mask)[None])
    return lambda: whole(images, masks)


def _by_batchgenerators(kind: str, image: np.ndarray, mask: np.ndarray) -> Work | None:
    import torch
    from batchgeneratorsv2.transforms.intensity.brightness import MultiplicativeBrightnessTransform
    from batchgeneratorsv2.transforms.intensity.contrast import BGContrast, ContrastTransform
    from batchgeneratorsv2.transforms.intensity.gamma import GammaTransform
    from batchgeneratorsv2.transforms.intensity.gaussian_noise import GaussianNoiseTransform
    from batchgeneratorsv2.transforms.intensity.inversion import InvertImageTransform
    from batchgeneratorsv2.transforms.noise.gaussian_blur import GaussianBlurTransform
    from batchgeneratorsv2.transforms.spatial.mirroring import MirrorTransform
    from batchgeneratorsv2.transforms.spatial.spatial import SpatialTransform
    none: dict[str, Any] = {"p_elastic_deform": 0, "p_rotation": 0, "p_scaling": 0, "mode_seg": "nearest"}
    table: dict[str, Callable[[], Any]] = {
        "flip-horizontal": lambda: MirrorTransform((1,)), "flip-vertical": lambda: MirrorTransform((0,)),
        "rotate": lambda: SpatialTransform(image.shape, 0, False, **{**none, "p_rotation": 1,
                                                                     "rotation": (-0.26, 0.26)}),
        "zoom": lambda: SpatialTransform(image.shape, 0, False, **{**none, "p_scaling": 1, "scaling": (0.9, 1.1)}),
        "elastic": lambda: SpatialTransform(image.shape, 0, False, **{
            **none, "p_elastic_deform": 1, "elastic_deform_scale": (0.1, 0.1),
            "elastic_deform_magnitude": (0.05, 0.05)}),
        "brightness": lambda: MultiplicativeBrightnessTransform(BGContrast((0.9, 1.1)), False, 1),
        "contrast": lambda: ContrastTransform(BGContrast((0.8, 1.25)), True, False, 1),
        "gamma": lambda: GammaTransform(BGContrast((0.8, 1.25)), 0, False, 1, 0),
        "invert": lambda: InvertImageTransform(1, False, 1),
        "noise": lambda: GaussianNoiseTransform((0.01, 0.05), 1, False),
        "gaussian-blur": lambda: GaussianBlurTransform((SIGMA, SIGMA), False, False, 1)}
    if kind not in table:
        return None
    whole = table[kind]()
    images, masks = torch.from_numpy(image)[None], torch.from_numpy(mask)[None].to(torch.int16)
    return lambda: whole(image=images, segmentation=masks)


def _by_monai(kind: str, image: np.ndarray, mask: np.ndarray) -> Work | None:
    import monai.transforms as M
    import torch
    side = image.shape[0]
    moved: dict[str, Any] = {"prob": 1, "mode": MODES, "padding_mode": "zeros"}
    table: dict[str, Callable[[], Any]] = {
        "flip-horizontal": lambda: M.RandFlipd(KEYS, prob=1, spatial_axis=1),
        "flip-vertical": lambda: M.RandFlipd(KEYS, prob=1, spatial_axis=0),
        "quarter-turn": lambda: M.RandRotate90d(KEYS, prob=1),
        "rotate": lambda: M.RandAffined(KEYS, rotate_range=0.26, **moved),
        "zoom": lambda: M.RandAffined(KEYS, scale_range=0.1, **moved),
        "shift": lambda: M.RandAffined(KEYS, translate_range=0.1 * side, **moved),
        "shear": lambda: M.RandAffined(KEYS, shear_range=0.17, **moved),
        "elastic": lambda: M.Rand2DElasticd(KEYS, spacing=(side / 5, side / 5),
                                            magnitude_range=(side / 50, side / 20), **moved),
        "grid-distortion": lambda: M.RandGridDistortiond(KEYS, num_cells=5, distort_limit=0.3, **moved),
        "brightness": lambda: M.RandShiftIntensityd("image", offsets=0.1, prob=1),
        "contrast": lambda: M.RandScaleIntensityd("image", factors=0.2, prob=1),
        "gamma": lambda: M.RandAdjustContrastd("image", prob=1, gamma=(0.8, 1.25)),
        "noise": lambda: M.RandGaussianNoised("image", prob=1, std=0.05),
        "gaussian-blur": lambda: M.RandGaussianSmoothd("image", prob=1, sigma_x=(SIGMA, SIGMA),
                                                       sigma_y=(SIGMA, SIGMA)),
        "cutout": lambda: M.RandCoarseDropoutd("image", holes=1, spatial_size=side // 5, prob=1)}
    if kind not in table:
        return None
    whole = table[kind]()
    held = {"image": torch.from_numpy(image)[None], "mask": torch.from_numpy(mask)[None]}
    return lambda: whole(dict(held))


def _by_kornia(kind: str, image: np.ndarray, mask: np.ndarray) -> Work | None:
    import kornia.augmentation as K
    import torch
    side = image.shape[0]
    table: dict[str, Callable[[], Any]] = {
        "flip-horizontal": lambda: K.RandomHorizontalFlip(p=1), "flip-vertical": lambda: K.RandomVerticalFlip(p=1),
        "rotate": lambda: K.RandomAffine(15, p=1), "zoom": lambda: K.RandomAffine(0, scale=(0.9, 1.1), p=1),
        "shift": lambda: K.RandomAffine(0, translate=(0.1, 0.1), p=1),
        "shear": lambda: K.RandomAffine(0, shear=(-10, 10), p=1),
        "crop": lambda: K.RandomResizedCrop((side, side), (0.64, 1.0), (1.0, 1.0), p=1),
        "perspective": lambda: K.RandomPerspective(0.1, p=1),
        "brightness": lambda: K.RandomBrightness((0.9, 1.1), p=1),
        "contrast": lambda: K.RandomContrast((0.8, 1.25), p=1), "gamma": lambda: K.RandomGamma((0.8, 1.25), p=1),
        "invert": lambda: K.RandomInvert(p=1), "equalize": lambda: K.RandomEqualize(p=1),
        "solarize": lambda: K.RandomSolarize(0.1, p=1), "posterize": lambda: K.RandomPosterize(4, p=1),
        "gaussian-blur": lambda: K.RandomGaussianBlur((KERNEL, KERNEL), (SIGMA, SIGMA), p=1),
        "median": lambda: K.RandomMedianBlur((3, 3), p=1), "motion-blur": lambda: K.RandomMotionBlur(7, 90.0, 0.0, p=1),
        "sharpen": lambda: K.RandomSharpness(1.0, p=1), "clahe": lambda: K.RandomClahe(p=1),
        "noise": lambda: K.RandomGaussianNoise(0.0, 0.03, p=1), "cutout": lambda: K.RandomErasing(p=1)}
    if kind not in table:
        return None
    whole = K.AugmentationSequential(table[kind](), data_keys=["input", "mask"])
    images, masks = torch.from_numpy(image)[None, None], torch.from_numpy(mask)[None, None].float()
    return lambda: whole(images, masks)


def is_coarse(image: Any) -> bool:
    """Return whether no more than 256 grey levels are left: the library has worked on an 8-bit copy."""
    return len(np.unique(np.asarray(image))) <= 256
