"""What each tone, filter and erase costs beside its peers: python benchmarks/filters.py [--side 512] [--cpu-time]

Peers, as far as they are installed: Albumentations 2.0.8, Kornia (batches of 8), and bare OpenCV calls. One thread
each, the same image and the same strength, drawing included, in alternation; the median over rounds of the best of
several calls. "Refuses" is a peer's exception; "wrong" a result that is not over the image's own grey range.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from bogam.augment.family import augmentations
from bogam.augment.plan import Plan
from bogam.core.types import Case

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"

Call = Callable[[], Any]
LUMINOUS = {"u1": (np.uint8, 255.0), "u2": (np.uint16, 65535.0), "f4": (np.float32, 1.0)}
OURS: dict[str, dict[str, Any]] = {
    "brightness": {"add": [0.1, 0.1]}, "contrast": {"factor": [1.2, 1.2]}, "gamma": {"gamma": [1.2, 1.2]},
    "invert": {}, "solarize": {"threshold": [0.5, 0.5]}, "posterize": {"bits": [4, 4]}, "equalize": {},
    "clahe": {"clip": [2.0, 2.0]}, "gaussian-blur": {"sigma_px": [1.0, 1.0]}, "median": {"side_px": [5, 5]},
    "motion-blur": {"length_px": [7.0, 7.0], "angle_degrees": [30.0, 30.0]}, "sharpen": {"amount": [1.0, 1.0]},
    "unsharp": {"sigma_px": [2.0, 2.0], "amount": [0.5, 0.5]}, "noise": {"sigma": [0.05, 0.05]},
    "poisson-noise": {"photons": [1000.0, 1000.0]}, "rician-noise": {"sigma": [0.05, 0.05]},
    "speckle-noise": {"sigma": [0.1, 0.1], "grain_px": [0.0, 0.0]}, "channel-shuffle": {},
    "color-jitter": {"brightness": [1.2, 1.2], "contrast": [1.2, 1.2], "saturation": [1.2, 1.2],
                     "hue_degrees": [10.0, 10.0]},
    "stain-jitter": {}, "fancy-pca": {}, "low-resolution": {"zoom": [0.5, 0.5]},
    "jpeg-compression": {"quality": [60, 60]}, "bias-field": {}, "ghosting": {}, "spikes": {}, "ring": {},
    "scatter": {}, "grid-line": {}, "ultrasound-shadow": {}, "gain-ramp": {},
    "cutout": {"size": [0.25, 0.25], "fill": "lowest"}, "grid-mask": {"fill": "lowest"},
}
CLOCK = [time.perf_counter]
"""What time is counted."""
COLOR = {"channel-shuffle", "color-jitter", "stain-jitter"}


def ours(kind: str, image: np.ndarray[Any, Any], high: float) -> Call:
    """Return a call that draws and applies one step to the next sample."""
    case = Case("case-0001", image, (0.0, high))
    plan = Plan([augmentations.parse({kind: {"probability": 1.0, **OURS[kind]}})], 0)
    return lambda: plan.apply(case, plan.draw(case, 0))


def albumentations_calls(image: np.ndarray[Any, Any]) -> dict[str, Call]:
    """Return Albumentations' transforms at the same strengths, by our names."""
    import albumentations as a
    picture = np.ascontiguousarray(image.transpose(1, 2, 0))
    transforms: dict[str, Any] = {
        "brightness": a.RandomBrightnessContrast(brightness_limit=(0.1, 0.1), contrast_limit=(0.0, 0.0), p=1),
        "contrast": a.RandomBrightnessContrast(brightness_limit=(0.0, 0.0), contrast_limit=(0.2, 0.2), p=1),
        "gamma": a.RandomGamma(gamma_limit=(120, 120), p=1), "invert": a.InvertImg(p=1),
        "solarize": a.Solarize(threshold_range=(0.5, 0.5), p=1), "posterize": a.Posterize(num_bits=4, p=1),
        "equalize": a.Equalize(p=1), "clahe": a.CLAHE(clip_limit=(2.0, 2.0), p=1),
        "gaussian-blur": a.GaussianBlur(blur_limit=0, sigma_limit=(1.0, 1.0), p=1),
        "median": a.MedianBlur(blur_limit=(5, 5), p=1), "motion-blur": a.MotionBlur(blur_limit=(7, 7), p=1),
        "sharpen": a.Sharpen(alpha=(0.5, 0.5), p=1),
        "unsharp": a.UnsharpMask(blur_limit=(13, 13), sigma_limit=(2.0, 2.0), alpha=(0.5, 0.5), threshold=0, p=1),
        "noise": a.GaussNoise(std_range=(0.05, 0.05), p=1), "poisson-noise": a.ShotNoise(scale_range=(0.1, 0.1), p=1),
        "speckle-noise": a.MultiplicativeNoise(multiplier=(0.8, 1.2), elementwise=True, p=1),
        "channel-shuffle": a.ChannelShuffle(p=1),
        "color-jitter": a.ColorJitter((1.2, 1.2), (1.2, 1.2), (1.2, 1.2), (0.03, 0.03), p=1),
        "stain-jitter": a.HEStain(method="random_preset", p=1), "fancy-pca": a.FancyPCA(alpha=0.1, p=1),
        "low-resolution": a.Downscale(scale_range=(0.5, 0.5), p=1,
                                      interpolation_pair={"downscale": cv2.INTER_AREA, "upscale": cv2.INTER_LINEAR}),
        "jpeg-compression": a.ImageCompression(quality_range=(60, 60), p=1),
        "cutout": a.CoarseDropout(num_holes_range=(1, 1), hole_height_range=(0.25, 0.25),
                                  hole_width_range=(0.25, 0.25), p=1),
        "grid-mask": a.GridDropout(ratio=0.4, p=1),
    }
    return {kind: (lambda t=t: t(image=picture)["image"]) for kind, t in transforms.items()}


def kornia_calls(image: np.ndarray[Any, Any], high: float) -> dict[str, Call]:
    """Return Kornia's transforms on a batch of 8 float images in [0, 1], by our names."""
    import kornia.augmentation as k
    import torch
    torch.set_num_threads(1)
    batch = torch.from_numpy(image.astype(np.float32) / np.float32(high))[None].repeat(8, 1, 1, 1)
    transforms: dict[str, Any] = {
        "invert": k.RandomInvert(p=1), "solarize": k.RandomSolarize(0.0, 0.0, p=1),
        "posterize": k.RandomPosterize(4, p=1), "equalize": k.RandomEqualize(p=1),
        "clahe": k.RandomClahe((2.0, 2.0), p=1), "gaussian-blur": k.RandomGaussianBlur((7, 7), (1.0, 1.0), p=1),
        "median": k.RandomMedianBlur((5, 5), p=1), "motion-blur": k.RandomMotionBlur(7, (30.0, 30.0), 0.0, p=1),
        "sharpen": k.RandomSharpness((2.0, 2.0), p=1), "noise": k.RandomGaussianNoise(0.0, 0.05, p=1),
        "brightness": k.RandomBrightness((1.1, 1.1), p=1), "contrast": k.RandomContrast((1.2, 1.2), p=1),
        "gamma": k.RandomGamma((1.2, 1.2), p=1), "jpeg-compression": k.RandomJPEG((60.0, 60.0), p=1),
        "channel-shuffle": k.RandomChannelShuffle(p=1),
        "color-jitter": k.ColorJiggle((1.2, 1.2), (1.2, 1.2), (1.2, 1.2), (0.03, 0.03), p=1),
        "cutout": k.RandomErasing((0.0625, 0.0625), (1.0, 1.0), p=1),
    }
    return {kind: (lambda t=t: t(batch)) for kind, t in transforms.items()}


def opencv_calls(image: np.ndarray[Any, Any], high: float) -> dict[str, Call]:
    """Return bare OpenCV on planes, by our names: the floor, without drawing, levels or history."""
    planes, kernel = list(image), np.full((3, 3), 1 / 9, np.float32)
    calls: dict[str, Call] = {
        "gaussian-blur": lambda: [cv2.GaussianBlur(p, (7, 7), 1.0) for p in planes],
        "median": lambda: [cv2.medianBlur(p, 5) for p in planes],
        "motion-blur": lambda: [cv2.filter2D(p, -1, np.full((7, 7), 1 / 49, np.float32)) for p in planes],
        "sharpen": lambda: [cv2.filter2D(p, -1, kernel) for p in planes],
        "low-resolution": lambda: [cv2.resize(cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
                                              p.shape[::-1]) for p in planes],
    }
    if image.dtype == np.uint8:
        table, engine = np.arange(256, dtype=np.uint8), cv2.createCLAHE(2.0, (8, 8))
        calls.update({kind: lambda: [cv2.LUT(p, table) for p in planes]
                      for kind in ("brightness", "contrast", "gamma", "invert", "solarize", "posterize")})
        calls["equalize"] = lambda: [cv2.equalizeHist(p) for p in planes]
        calls["clahe"] = lambda: [engine.apply(p) for p in planes]
        calls["jpeg-compression"] = lambda: [cv2.imdecode(cv2.imencode(
            ".jpg", p, (cv2.IMWRITE_JPEG_QUALITY, 60))[1], 0) for p in planes]
    return calls


def best_us(call: Call, calls: int) -> float:
    """Return the microseconds of the fastest of some calls."""
    times = []
    for _ in range(calls):
        start = CLOCK[0]()
        call()
        times.append(CLOCK[0]() - start)
    return min(times) * 1e6


def state_of(peer: str, call: Call, high: float, dtype: Any) -> str:
    """Return "" where a peer does its work, else what goes wrong with it."""
    try:
        made = call()
    except Exception as error:
        return f"refuses ({type(error).__name__})"
    if peer == "albumentations" and (made.dtype != dtype or (high == 65535 and made.max() <= 255)):
        return f"wrong ({made.dtype}, largest value {made.max():g} of {high:g})"
    return ""


def main() -> None:
    """Print a table, one row for each step and pixel type."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", nargs="*", default=list(OURS))
    parser.add_argument("--cpu-time", action="store_true", help="count CPU time, for a busy machine")
    options = parser.parse_args()
    if options.cpu_time:
        CLOCK[0] = time.process_time
    cv2.setNumThreads(1)
    print(f"{'step':<20}{'type':<6}{'bogam us':>9}  {'fastest peer':<18}{'us':>8}{'ratio':>7}  "
          f"{'within 20 % or 50 us':<22} others")
    for name, (dtype, high) in LUMINOUS.items():
        for channels in (1, 3):
            smooth = cv2.GaussianBlur(np.random.default_rng(0).random((channels, options.side, options.side),
                                                                      np.float32).transpose(1, 2, 0), (0, 0), 4)
            smooth = (smooth - smooth.min()) / np.ptp(smooth)
            image = np.ascontiguousarray(smooth.reshape(options.side, options.side, channels).transpose(2, 0, 1) * high)
            image = (np.rint(image) if name != "f4" else image).astype(dtype)
            peers: dict[str, dict[str, Call]] = {"opencv": opencv_calls(image, high)}
            if importlib.util.find_spec("albumentations"):
                peers["albumentations"] = albumentations_calls(image)
            if importlib.util.find_spec("kornia"):
                peers["kornia"] = kornia_calls(image, high)
            for kind in options.only:
                if (kind in COLOR) == (channels == 3):
                    compare(kind, name, ours(kind, image, high), peers, high, dtype, options.rounds)


def compare(kind: str, name: str, own: Call, peers: dict[str, dict[str, Call]], high: float, dtype: Any,
            rounds: int) -> None:
    """Measure one step against those who have it and print a row."""
    notes, able = [], {}
    for peer, calls in peers.items():
        if kind in calls:
            wrong = state_of(peer, calls[kind], high, dtype)
            if wrong:
                notes.append(f"{peer} {wrong}")
            else:
                able[peer] = calls[kind]
    own()
    times: dict[str, list[float]] = {peer: [] for peer in ("bogam", *able)}
    for _ in range(rounds):
        times["bogam"].append(best_us(own, 5))
        for peer, call in able.items():
            times[peer].append(best_us(call, 5) / (8 if peer == "kornia" else 1))
    middle = {peer: statistics.median(values) for peer, values in times.items()}
    mine = middle.pop("bogam")
    if not middle:
        print(f"{kind:<20}{name:<6}{mine:>9.0f}  {'none':<18}{'':>8}{'':>7}  {'':<22} {'; '.join(notes)}")
        return
    best = min(middle, key=lambda peer: middle[peer])
    ratio = statistics.median(a / b for a, b in zip(times["bogam"], times[best], strict=True))
    within = "yes" if mine <= max(1.2 * middle[best], middle[best] + 50) else "NO"
    others = [f"{peer} {us:.0f}" for peer, us in middle.items() if peer != best]
    print(f"{kind:<20}{name:<6}{mine:>9.0f}  {best:<18}{middle[best]:>8.0f}{ratio:>7.2f}  {within:<22} "
          f"{'; '.join(others + notes)}", flush=True)


if __name__ == "__main__":
    main()
