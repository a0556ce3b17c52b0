"""What the geometric and tone chain costs per sample, drawing included: python benchmarks/augment.py

One thread. The best of many short rounds is printed, so that other work on the machine counts little.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import cv2
import numpy as np

from bogam.augment.family import augmentations
from bogam.augment.plan import Plan
from bogam.augment.sets import SETS, named
from bogam.core.types import Case

CHAIN = ("flip-horizontal", "flip-vertical", "rotate", "shift", "zoom", "brightness", "contrast", "gamma")
ROUND, ROUNDS = 50, 200


def best_us(work: Callable[[int], object]) -> float:
    """Return the microseconds of one call in the fastest round."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for epoch in range(ROUND):
            work(epoch)
        times.append((time.perf_counter() - start) / ROUND)
    return min(times) * 1e6


def main() -> None:
    """Print a table."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(0)
    plans = {"chain, all steps": Plan([augmentations.parse({k: {"probability": 1.0}}) for k in CHAIN], 0),
             "chain, default probability": Plan([augmentations.parse(k) for k in CHAIN], 0),
             **{f"set {name}": Plan(named(name), 0) for name in SETS}}
    print(f"{'image':<24}{'plan':<30}{'draw':>9}{'apply':>9}   us per sample")
    for side, masked in ((28, False), (128, True)):
        for dtype, high in ((np.uint8, 255), (np.uint16, 4095), (np.float32, 1)):
            image = (rng.random((1, side, side)) * high).astype(dtype)
            mask = (rng.random((1, side, side)) > 0.7).astype(np.uint8) if masked else None
            case = Case("case-0001", image, (0.0, float(high)), masks=mask)
            title = f"{side} x {side} {np.dtype(dtype).name}{' + mask' if masked else ''}"
            for name, plan in plans.items():
                drawn = [plan.draw(case, epoch) for epoch in range(ROUND)]
                draw = best_us(lambda epoch, plan=plan, case=case: plan.draw(case, epoch))  # type: ignore[misc]
                apply = best_us(lambda epoch, plan=plan, case=case, drawn=drawn:  # type: ignore[misc]
                                plan.apply(case, drawn[epoch]))
                print(f"{title:<24}{name:<30}{draw:>9.0f}{apply:>9.0f}")


if __name__ == "__main__":
    main()
