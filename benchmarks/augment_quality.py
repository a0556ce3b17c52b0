"""What interpolation leaves of a picture after five warps and their five inverses, library by library."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from bogam.augment.plan import replay
from bogam.core.types import Case

WARPS = (("rotate", 7.0), ("zoom", 1.07), ("shift", (6.3, -4.7)), ("shear", 5.0), ("rotate", -11.0))
"""Kind and strength: degrees, factor, pixels down and right, degrees."""


def entries(side: int) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return our histories of the five warps and of their inverses."""
    there: list[dict[str, object]] = []
    back: list[dict[str, object]] = []
    for kind, value in WARPS:
        for sign, held in ((1, there), (-1, back)):
            if kind == "rotate":
                held.append({"augment": kind, "angle_degrees": sign * value})
            elif kind == "zoom":
                held.append({"augment": kind, "factor": value ** sign})
            elif kind == "shift":
                held.append({"augment": kind, "down": sign * value[0] / side, "right": sign * value[1] / side})
            else:
                held.append({"augment": kind, "rows_degrees": sign * value, "columns_degrees": 0.0})
    return there, back[::-1]


def bogam(image: np.ndarray) -> np.ndarray:
    """Five warps joined, then five joined inverses: two interpolations."""
    there, back = entries(len(image))
    case = Case("a", image[None], (0.0, 255.0))
    return replay(replay(case, there), back).image[0]


def one_by_one(image: np.ndarray) -> np.ndarray:
    """Our own warps one at a time: ten interpolations."""
    case = Case("a", image[None], (0.0, 255.0))
    there, back = entries(len(image))
    for entry in there + back:
        case = replay(case, [entry])
    return case.image[0]


def albumentations(image: np.ndarray) -> np.ndarray:
    """Affine by affine."""
    import albumentations as A
    for sign, warps in ((1, WARPS), (-1, WARPS[::-1])):
        for kind, value in warps:
            if kind == "rotate":
                step = A.Affine(rotate=(sign * value, sign * value), p=1)
            elif kind == "zoom":
                step = A.Affine(scale=(value ** sign, value ** sign), p=1)
            elif kind == "shift":
                step = A.Affine(translate_percent={"y": (sign * value[0] / len(image),) * 2,
                                                   "x": (sign * value[1] / len(image),) * 2}, p=1)
            else:
                step = A.Affine(shear={"x": (sign * value, sign * value), "y": (0, 0)}, p=1)
            image = step(image=image)["image"]
    return image


def monai(image: np.ndarray, lazy: bool = False) -> np.ndarray:
    """Affine by affine on float32, or MONAI's own joining (lazy), there and back."""
    import math

    import monai.transforms as M
    import torch
    held = torch.from_numpy(image.astype(np.float32))[None]
    for sign, warps in ((1, WARPS), (-1, WARPS[::-1])):
        steps = []
        for kind, value in warps:
            fields = {"rotate": lambda v, s: {"rotate_params": math.radians(s * v)},
                      "zoom": lambda v, s: {"scale_params": (v ** -s,) * 2},
                      "shift": lambda v, s: {"translate_params": (-s * v[0], -s * v[1])},
                      "shear": lambda v, s: {"shear_params": (0.0, math.tan(math.radians(s * v)))}}[kind](value, sign)
            steps.append(M.Affine(**fields, padding_mode="zeros", image_only=True))
        held = M.Compose(steps, lazy=lazy)(held)
    return np.asarray(held[0])


def torchvision(image: np.ndarray) -> np.ndarray:
    """Affine by affine on uint8."""
    import torch
    from torchvision.transforms.v2 import InterpolationMode, functional
    held = torch.from_numpy(image)[None]
    for sign, warps in ((1, WARPS), (-1, WARPS[::-1])):
        for kind, value in warps:
            angle, move, scale, shear = 0.0, [0.0, 0.0], 1.0, [0.0, 0.0]
            if kind == "rotate":
                angle = -sign * value
            elif kind == "zoom":
                scale = value ** sign
            elif kind == "shift":
                move = [sign * value[1], sign * value[0]]
            else:
                shear = [sign * value, 0.0]
            held = functional.affine(held, angle, move, scale, shear, InterpolationMode.BILINEAR)
    return held[0].numpy()


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    """Return the peak signal-to-noise ratio in dB of the middle half, which stayed inside all the time."""
    side = len(one) // 4
    inner = (slice(side, -side),) * 2
    error = np.mean((one[inner].astype(np.float64) - other[inner]) ** 2)
    return float(10 * np.log10(255.0 ** 2 / error))


def pictures(count: int) -> list[np.ndarray]:
    """Return real ultrasound images, 256 x 256, uint8; raise where BOGAM_DATA does not hold them."""
    folder = Path(os.environ.get("BOGAM_DATA", "")) / "busi" / "Dataset_BUSI_with_GT" / "benign"
    found = []
    for number in range(1, count + 1):
        image = cv2.imread(str(folder / f"benign ({number}).png"), cv2.IMREAD_GRAYSCALE)
        if image is None:
            raise SystemExit(f"quality: got no picture {number} in {folder}, expected BUSI. Set BOGAM_DATA, or leave "
                             "this part out with --only.")
        side = min(image.shape)
        found.append(cv2.resize(image[:side, :side], (256, 256), interpolation=cv2.INTER_AREA))
    return found


def report(count: int) -> list[str]:
    """Return the markdown section."""
    ways: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "bogam, joined": bogam, "bogam, one by one": one_by_one, "albumentations": albumentations,
        "torchvision": torchvision, "MONAI": monai, "MONAI, lazy": lambda image: monai(image, lazy=True)}
    images = pictures(count)
    lines = ["## What is left of the picture", "", "Rotate, zoom, shift, shear, rotate and back: the middle of "
             f"{count} real ultrasound images of 256 x 256 against the original, PSNR in dB (higher is better). "
             "Peers without a joined path interpolate ten times.", "",
             "| way | median PSNR | lowest |", "| --- | --- | --- |"]
    for name, way in ways.items():
        found = sorted(psnr(way(image), image) for image in images)
        lines.append(f"| {name} | {found[len(found) // 2]:.1f} | {found[0]:.1f} |")
    return lines
