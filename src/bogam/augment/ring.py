"""Draw rings about the center, as uneven detectors do (CT)."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from bogam.augment._grey import pixels
from bogam.augment.apply_cpu import read_levels
from bogam.augment.family import (
    Augment,
    Drawn,
    Group,
    augmentations,
    check_not_negative,
    draw_between,
    draw_count,
    draw_seed,
)
from bogam.core.fields import CountRange, Range
from bogam.core.seeds import generator
from bogam.core.types import Array, Case

ACROSS = np.array((-0.05, -0.12, -0.17, -0.68, 1.0, 0.43))
"""Grey value of a ring of radius r at r - 4 to r + 1 pixels, in units of its crest."""


@augmentations.register
class Ring(Augment):
    """Add rings about the center of rotation, each from one detector element that reads too high or too low.

    Each ring has the profile that filtered back-projection (ramp filter) gives to a constant error of one element: a
    crest with a dark inner rim, its height falling with the root of the radius. Signs, heights and radii are drawn.
    The result is clamped to the levels. The same rings in every channel and every slice of a volume.

    Masks, boxes and targets stay as they are. For axial slices of CT and cone-beam CT before any cropping off center;
    after a warp the rings would no longer be about the scanner's axis.

    References:
        Sijbers, Postnov, "Reduction of ring artefacts in high resolution micro-CT reconstructions", Phys. Med. Biol.
        49(14), 2004 (cause and shape).
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["ring"] = "ring"
    rings: CountRange = (1, 6)
    """How many, drawn uniformly from low to high; radii up to half the longer side."""
    amplitude: Annotated[Range, AfterValidator(check_not_negative)] = (0.02, 0.08)
    """Height of the crest of a ring whose radius is a quarter of the longer side, as a share of the grey range, drawn
    uniformly from (low, high); one number for all rings, each of which has between a third of it and all."""
    off_center: Range = (-0.05, 0.05)
    """Distance of the center of rotation from the image's as a share of each side, drawn uniformly from (low, high)."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"rings": ..., "amplitude": ..., "off_center": [down, right], "seed": ...}."""
        return {"rings": draw_count(rng, *self.rings), "amplitude": draw_between(rng, *self.amplitude),
                "off_center": [draw_between(rng, *self.off_center) for _ in range(2)], "seed": draw_seed(rng)}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the image with rings, clamped to the levels and rounded once for integers."""
        assert levels is not None
        height, width = image.shape[-2:]
        down, right = drawn["off_center"]
        y = np.arange(height, dtype=np.float32) - np.float32((height - 1) / 2 + down * height)
        x = np.arange(width, dtype=np.float32) - np.float32((width - 1) / 2 + right * width)
        radius = np.sqrt((y * y)[:, None] + (x * x)[None, :])
        rings = profile(max(height, width), float(radius.max()), drawn["rings"], drawn["seed"])
        rings *= drawn["amplitude"]
        below = radius.astype(np.int32)
        radius -= below
        field = np.take(np.diff(rings), below, mode="clip")
        field *= radius
        field += np.take(rings, below, mode="clip")
        share = read_levels(image, levels)
        share += field
        return pixels(share, levels, image.dtype)


def profile(side: int, reach: float, rings: int, seed: int) -> NDArray[np.float32]:
    """Return the height of all rings together at radius 0, 1, 2, ... up to beyond `reach`."""
    rng = generator("ring", seed)
    heights = np.zeros(math.ceil(max(reach, side / 2)) + 8)
    for _ in range(rings):
        radius = int(rng.integers(1, max(2, side // 2 + 1)))
        height = rng.choice((-1.0, 1.0)) * rng.uniform(1 / 3, 1) * math.sqrt(side / 4 / radius)
        for offset, value in zip(range(-4, 2), ACROSS, strict=True):
            heights[abs(radius + offset)] += height * value
    return heights.astype(np.float32)
