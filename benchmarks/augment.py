"""What augmentation costs beside other libraries, and what it does to the picture: python benchmarks/augment.py

Same work, same interpolation, same image and mask; one thread; drawing included. All contestants take turns in every
round of one process, and what is reported is the median over the rounds of the time relative to bogam's; times are
processor time. The other libraries are an extra: pip install -e '.[bench]'. Parts alone: --only chain folds
single volume batch memory quality. The real pictures are those of BOGAM_DATA.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import augment_peers as peers
import cv2
import machine
import numpy as np

from bogam.augment.family import augmentations
from bogam.augment.plan import Plan
from bogam.core.look_up import look_up
from bogam.core.types import Case

CHAIN: list[dict[str, Any]] = [
    {"flip-horizontal": {}}, {"rotate": {}}, {"shift": {}}, {"zoom": {}}, {"elastic": {}}, {"grid-distortion": {}},
    {"optical-distortion": {}}, {"brightness": {}}, {"contrast": {}}, {"gamma": {}},
    {"gaussian-blur": {"sigma_px": [peers.SIGMA, peers.SIGMA]}}]
THREADS = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
SHORT = ("flip-horizontal", "rotate", "shift", "zoom", "elastic", "brightness", "contrast", "gamma", "gaussian-blur")
EQUAL: dict[str, dict[str, Any]] = {"gaussian-blur": {"sigma_px": [peers.SIGMA] * 2}, "cutout": {"fill": "lowest"},
                                    "grid-mask": {"fill": "lowest"}}
"""Settings with which an augmentation alone does what the other library does."""
DEPTHS = {"uint8": 255.0, "uint16": 65535.0, "float32": 1.0}
Work = Callable[[], object]


def picture(side: int, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a smooth image over its whole range and a mask of about half of it."""
    rng = np.random.default_rng(0)
    smooth = cv2.GaussianBlur(rng.random((side, side), dtype=np.float32), (0, 0), side / 64)
    smooth = (smooth - smooth.min()) / np.ptp(smooth)
    return (smooth * DEPTHS[dtype]).astype(dtype), (smooth > np.median(smooth)).astype(np.uint8)


def ours(steps: list[dict[str, Any]], image: np.ndarray, mask: np.ndarray | None, high: float) -> Work:
    """Return the work of a plan on one case, another epoch each time."""
    plan = Plan([augmentations.parse({kind: {**fields, "probability": 1.0}})
                 for step in steps for kind, fields in step.items()], seed=0)
    case = Case("case-0001", image[None], (0.0, high), masks=None if mask is None else mask[None],
                spacing_mm=(1.0,) * image.ndim)
    epoch = iter(range(10 ** 9))
    return lambda: plan.apply(case, plan.draw(case, next(epoch)))


def floor(image: np.ndarray, mask: np.ndarray) -> Work:
    """Return the least that the chain could cost: one affine warp, one nearest warp, one look-up, one blur."""
    size = image.shape[::-1]
    turn = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), 9.0, 1.05)
    table = np.arange(1 << 8 * min(image.itemsize, 2)).astype(image.dtype) if image.dtype != np.float32 else None

    def work() -> object:
        warped = cv2.warpAffine(image, turn, size, flags=cv2.INTER_LINEAR)
        cv2.warpAffine(mask, turn, size, flags=cv2.INTER_NEAREST)
        if table is None:
            warped = cv2.pow(warped, 1.1)
        elif image.dtype == np.uint8:
            look_up(warped, table, warped)
        elif cv2.__version__[0] >= "5":
            warped = cv2.LUT(warped, table)
        else:
            warped = np.take(table, warped)
        return cv2.GaussianBlur(warped, (peers.KERNEL, peers.KERNEL), peers.SIGMA)

    return work


def alternate(works: dict[str, Work], rounds: int, least_s: float = 0.02,
              wall: bool = False) -> dict[str, tuple[float, float]]:
    """Return for each work its median milliseconds per image and its median ratio to the first, round by round."""
    clock = time.perf_counter if wall else time.process_time
    calls = {}
    for name, work in works.items():
        work()
        start = clock()
        work()
        once = clock() - start
        calls[name] = max(1, round(least_s / max(once, 1e-6)))
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            start = clock()
            for _ in range(calls[name]):
                work()
            spent = clock() - start
            times[name].append(spent / calls[name] / getattr(work, "images", 1) * 1e3)
    first = times[next(iter(works))]
    return {name: (statistics.median(held), statistics.median(a / b for a, b in zip(held, first, strict=True)))
            for name, held in times.items()}


def rows(title: str, found: dict[str, tuple[float, float]]) -> list[str]:
    """Return markdown rows: what, milliseconds, times bogam."""
    return [f"| {title} | {name} | {ms:.2f} | {ratio:.2f} |" for name, (ms, ratio) in found.items()]


def chain(rounds: int, sizes: tuple[int, ...]) -> list[str]:
    """The medical chain against the floor and every library."""
    lines = ["## The medical chain", "", "Flip, affine, elastic, grid distortion, optical distortion, brightness, "
             "contrast, gamma, Gaussian blur of image and mask. MONAI lacks the optical distortion; kornia, "
             "torchvision and batchgeneratorsv2 lack both: bogam does the same steps. albumentations' elastic "
             "bends fold where they are approximate, see below, and with `dx = dy` both axes move alike: neither is "
             "the same work.", "",
             "| image | library | ms | times bogam |", "| --- | --- | --- | --- |"]
    for side in sizes:
        for dtype, high in DEPTHS.items():
            image, mask = picture(side, dtype)
            works = {"bogam": ours(CHAIN, image, mask, high), "floor": floor(image, mask)}
            for setting, note in (("default", ""), ("uniform", ", uniform noise"), ("approximate", ", approximate"),
                                  ("one-field", ", approximate, dx = dy")):
                steps = list(peers.albumentations_steps(setting).values())
                works[f"albumentations{note}"] = peers.albumentations_work(steps, image, mask)
            lines += rows(f"{side} {dtype}", alternate(works, rounds))
        image, mask = picture(side, "float32")
        kornia = {f"kornia, batch {n}": peers.kornia_chain(image, mask, n) for n in (1, 4, 16)}
        fewer: dict[tuple[str, ...], dict[str, Work]] = {
            ("optical-distortion",): {"MONAI": peers.monai_chain(image, mask)},
            ("optical-distortion", "grid-distortion"): {
                "torchvision": peers.torchvision_chain(image, mask),
                "batchgeneratorsv2": peers.batchgenerators_chain(image, mask), **kornia}}
        for without, others in fewer.items():
            steps = [step for step in CHAIN if next(iter(step)) not in without]
            works = {f"bogam without {' and '.join(without)}": ours(steps, image, mask, 1.0), **others}
            lines += rows(f"{side} float32", alternate(works, max(3, rounds // 4)))
    return lines


def single(rounds: int, sizes: tuple[int, ...]) -> list[str]:
    """Each augmentation alone against the fastest of all libraries that have it, and those that are slower."""
    lines = ["## Each augmentation alone", "", "Image and mask. A line counts as slower where it takes longer by more "
             "than the larger of 20 % and 50 microseconds. Where the other library turns a deeper image to 8 bit and "
             "back, which is not the same work, it says so and nothing is counted. The other library is the fastest of "
             "albumentations, torchvision and, for float images, batchgeneratorsv2, MONAI and kornia.", "",
             "| image | augmentation | library | bogam ms | other ms | bogam / other |",
             "| --- | --- | --- | --- | --- | --- |"]
    slow, coarse = [], []
    for side in sizes:
        for dtype, high in DEPTHS.items():
            image, mask = picture(side, dtype)
            for kind in augmentations.names():
                part = augmentations.get(kind)
                other = peers.single(kind, image, mask) if part.pictures and part.group != "mix" else {}
                if not other:
                    continue
                found = alternate({"bogam": ours([{kind: EQUAL.get(kind, {})}], image, mask, high), **other}, rounds,
                                  0.005)
                mine, _ = found.pop("bogam")
                same = [name for name in found if not name.endswith("at 8 bit")] or list(found)
                library = min(same, key=lambda name: found[name][0])
                theirs, ratio = found[library]
                lines.append(f"| {side} {dtype} | {kind} | {library} | {mine:.3f} | {theirs:.3f} | {1 / ratio:.2f} |")
                if library.endswith("at 8 bit"):
                    coarse.append(f"{kind} ({side} {dtype})")
                elif mine > theirs + max(0.2 * theirs, 0.05):
                    slow.append(f"{kind} ({side} {dtype}: {mine:.3f} ms against {theirs:.3f})")
    return [*lines, "", f"Slower: {', '.join(slow) if slow else 'none'}.", "",
            f"At 8 bit elsewhere: {', '.join(coarse) if coarse else 'none'}."]


def volume(rounds: int, side: int) -> list[str]:
    """A volume: mirror, affine about three axes, elastic."""
    rng = np.random.default_rng(0)
    image = cv2.GaussianBlur(rng.random((side * side, side), dtype=np.float32), (0, 0), 2).reshape((side,) * 3)
    mask = (image > np.median(image)).astype(np.uint8)
    tilt = {"tilt_degrees": [-15.0, 15.0]}
    steps: list[dict[str, Any]] = [{"flip-horizontal": {}}, {"rotate": tilt}, {"shift": {}}, {"zoom": {}},
                                   {"elastic": {"cells": [5, 5], "depth_cells": 5}}]
    works = {"bogam": ours(steps, image, mask, 1.0), **peers.volume_chains(image, mask)}
    return ["## A volume", "", "Mirror, rotation about three axes, shift, zoom, elastic of image and mask, "
            f"{side} voxels a side, float32.", "",
            "| image | library | ms | times bogam |", "| --- | --- | --- | --- |",
            *rows(f"{side} x {side} x {side}", alternate(works, rounds))]


def batch(rounds: int, side: int) -> list[str]:
    """Whole batches as tensors, on the steps that kornia has; on a GPU where there is one."""
    import torch

    from bogam.augment.apply_torch import BatchApplier
    image, mask = picture(side, "float32")
    steps = [step for step in CHAIN if next(iter(step)) in SHORT]
    plan = Plan([augmentations.parse({kind: {**fields, "probability": 1.0}})
                 for step in steps for kind, fields in step.items()], seed=0)
    lines = ["## Batches of tensors", "", f"Flip, affine, elastic, brightness, contrast, gamma, blur; {side} x {side}, "
             "float32; milliseconds per image.", "", "| device and batch | library | ms | times bogam on tensors |",
             "| --- | --- | --- | --- |"]
    for device in ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",):
        for count in (4, 16):
            cases = [Case(f"case-{k}", image[None], (0.0, 1.0), masks=mask[None]) for k in range(count)]
            applier = BatchApplier(plan, device)
            epoch = iter(range(10 ** 9))

            def tensors(cases: list[Case] = cases, applier: BatchApplier = applier,
                        epoch: Iterator[int] = epoch) -> object:
                number = next(epoch)
                return applier.apply(cases, [plan.draw(case, number) for case in cases])[0].sum().item()

            works: dict[str, Any] = {"bogam, tensors": tensors, "bogam, case by case": ours(steps, image, mask, 1.0),
                                     "kornia": peers.kornia_chain(image, mask, count, device)}
            works["bogam, tensors"].images = count
            lines += rows(f"{device}, {count}", alternate(works, rounds, wall=device == "cuda"))
    return lines


def memory() -> list[str]:
    """Resident memory of one worker process: with the library imported, and at its highest over 50 images."""
    programs = {"bogam": "work = bench.ours(bench.CHAIN, image, mask, high)",
                "albumentations": "steps = list(peers.albumentations_steps().values())\n"
                                  "work = peers.albumentations_work(steps, image, mask)",
                "MONAI": "work = peers.monai_chain(image.astype(np.float32) / high, mask)",
                "kornia, batch 1": "work = peers.kornia_chain(image.astype(np.float32) / high, mask, 1)"}
    lines = ["## Memory per worker", "", "Resident memory in MB of a process that augments 50 images of 512 x 512: the "
             "highest, and how far that lies above the moment before the first image, when all is imported.", "",
             "| library | image | highest, MB | growth by the chain, MB |", "| --- | --- | --- | --- |"]
    for name, program in programs.items():
        for dtype in DEPTHS if name == "bogam" else ("uint8",):
            code = ("import sys\nsys.path[:0] = sys.argv[1:]\n"
                    "import augment as bench, augment_peers as peers, numpy as np\n"
                    + ("bench.cv2.setNumThreads(1)\n" if name == "bogam" else "peers.quiet()\n")
                    + "def kilobytes(key): return int(open('/proc/self/status').read().split(key)[1].split()[0])\n"
                    f"image, mask = bench.picture(512, '{dtype}')\nhigh = bench.DEPTHS['{dtype}']\n{program}\n"
                    "before = kilobytes('VmRSS:')\nfor _ in range(50): work()\n"
                    "print(kilobytes('VmHWM:'), before)")
            done = subprocess.run([sys.executable, "-c", code, str(Path(__file__).parent),
                                   str(Path(__file__).parents[1] / "src")], capture_output=True, text=True, check=True)
            highest, before = (int(word) / 1024 for word in done.stdout.split())
            lines.append(f"| {name} | {dtype} | {highest:.0f} | {max(0.0, highest - before):.0f} |")
    return lines


def folds(count: int) -> list[str]:
    """How far an elastic transform moves pixels, and over how much of the image it folds."""
    lines = ["## Elastic bends", "", f"At 512 x 512, away from the edges, mean of {count} draws. Folded: where the map "
             "turns the image inside out, so that tissue is shown twice.", "",
             "| library | moved, px (root mean square) | folded, % of the image |", "| --- | --- | --- |"]
    side = 512
    x = np.tile(np.arange(side, dtype=np.float32), (side, 1))
    image = np.stack([x.T, x, x]) / (side - 1)  # shows where each pixel was read from
    plan = Plan([augmentations.parse({"elastic": {"probability": 1.0}})], seed=0)
    case = Case("case-0001", image, (0.0, 1.0))
    works: dict[str, Callable[[int], np.ndarray]] = {
        "bogam": lambda seed: plan.apply(case, plan.draw(case, seed)).image}
    import albumentations as A
    for name, setting in peers.ELASTIC.items():
        works[f"albumentations, {name}"] = lambda seed, setting=setting: np.moveaxis(A.Compose(
            [A.ElasticTransform(**setting, p=1)], seed=seed)(image=np.moveaxis(image, 0, -1).copy())["image"], -1, 0)
    inner = slice(64, -64)
    for name, work in works.items():
        moved, folded = [], []
        for seed in range(count):
            y, x_read = (work(seed) * (side - 1))[:2]
            (yy, yx), (xy, xx) = np.gradient(y), np.gradient(x_read)
            folded.append(float((yy * xx - yx * xy <= 0)[inner, inner].mean()))
            moved.append(float(np.sqrt((((y - x.T) ** 2 + (x_read - x) ** 2) / 2)[inner, inner].mean())))
        lines.append(f"| {name} | {statistics.mean(moved):.1f} | {100 * statistics.mean(folded):.1f} |")
    return lines


def quality(count: int) -> list[str]:
    """Five warps, applied and taken back, on real pictures: what is left of the picture."""
    import augment_quality
    return augment_quality.report(count)


def main() -> None:
    """Measure and write results/augment.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", default=["chain", "folds", "single", "volume", "batch", "memory",
                                                      "quality"])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--sizes", type=int, nargs="*", default=[256, 512])
    parser.add_argument("--out", default="augment", help="name of the result; 'none' only prints")
    args = parser.parse_args()
    if not THREADS.items() <= os.environ.items():  # libraries read these when they are imported
        again = subprocess.run([sys.executable, *sys.argv], env={**os.environ, **THREADS}, check=False)
        raise SystemExit(again.returncode)
    peers.quiet()
    if "quality" in args.only:
        import augment_quality
        augment_quality.pictures(1)  # missing pictures are to be known before an hour of measuring
    found = machine.facts()
    sizes = tuple(args.sizes)
    parts: dict[str, Callable[[], list[str]]] = {
        "chain": lambda: chain(args.rounds, sizes), "folds": lambda: folds(20),
        "single": lambda: single(args.rounds, sizes),
        "volume": lambda: volume(max(3, args.rounds // 3), 96),
        "batch": lambda: batch(max(3, args.rounds // 3), max(sizes)), "memory": memory,
        "quality": lambda: quality(20)}
    lines = ["# Augmentation beside other libraries", "", machine.sentence(found), "",
             "Written by `python benchmarks/augment.py`. " + " ".join((__doc__ or "").split("\n\n")[1].split()), ""]
    for name in args.only:
        if name in parts:
            lines += [*parts[name](), ""]
            print("\n".join(lines[-60:]) if args.out == "none" else f"{name} done", flush=True)
            if args.out != "none":
                machine.write(args.out, found, "\n".join(lines))  # after each part: nothing measured is lost


if __name__ == "__main__":
    main()
