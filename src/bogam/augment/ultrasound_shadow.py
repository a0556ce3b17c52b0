"""Cast acoustic shadows (ultrasound)."""

from __future__ import annotations

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
    check_above_zero,
    check_share,
    draw_between,
    draw_count,
)
from bogam.core.fields import CountRange, Range
from bogam.core.types import Array, Case


@augmentations.register
class UltrasoundShadow(Augment):
    """Darken a soft-edged band along the beam from some depth downward, as behind bone, gas, stone or dense tissue.

    Beams come from above: straight down from a linear probe, from a point above the image for a convex one. What
    absorbs sound takes a number of decibels from every echo behind it, and B-mode shows decibels, so a band is lowered
    by one share of the grey range; what falls below the lowest level is black. The structure that casts the shadow is
    not drawn. Turn images so that the probe is at the top first.

    Masks, boxes and targets stay as they are: an object in the shadow keeps its label though it can hardly be seen,
    which teaches to guess. A shadow is also a finding (malignant masses cast them, cysts do the opposite): for the
    diagnosis of masses keep it weak or leave it out.

    References:
        Singla et al., "Speckle and shadows: ultrasound-specific physics-based data augmentation applied to kidney
        segmentation", MIDL 2022 (shadows along the beam; they report no clear gain).
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    kind: Literal["ultrasound-shadow"] = "ultrasound-shadow"
    shadows: CountRange = (1, 2)
    """How many, drawn uniformly from low to high."""
    width: Annotated[Range, AfterValidator(check_above_zero)] = (0.05, 0.2)
    """Width at half the loss, halfway down the image, as a share of the image's, drawn uniformly from (low, high)."""
    depth: Annotated[Range, AfterValidator(check_share)] = (0.1, 0.7)
    """Where it begins, as a share of the height from the top, drawn uniformly from (low, high)."""
    loss: Annotated[Range, AfterValidator(check_share)] = (0.05, 0.25)
    """How much darker, as a share of the grey range, drawn uniformly from (low, high); at a dynamic range of 60 dB, 0.1
    is 6 dB."""
    probe: Literal["linear", "convex"] = "linear"
    """Straight beams, or beams from a point one image height above the top."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"probe": ..., "shadows": [{"center": ..., "width": ..., "depth": ..., "loss": ...}, ...]}."""
        return {"probe": self.probe, "shadows": [
            {"center": draw_between(rng, 0.0, 1.0), "width": draw_between(rng, *self.width),
             "depth": draw_between(rng, *self.depth), "loss": draw_between(rng, *self.loss)}
            for _ in range(draw_count(rng, *self.shadows))]}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the image with its shadows, clamped to the levels and rounded once for integers."""
        assert levels is not None
        share = read_levels(image, levels)
        for shadow in drawn["shadows"]:
            share -= loss_map(image.shape[-2:], drawn["probe"], **shadow)
        return pixels(share, levels, image.dtype)


def loss_map(shape: tuple[int, ...], probe: str, center: float, width: float, depth: float,
             loss: float) -> NDArray[np.float32]:
    """Return how much each pixel loses, (Y, X) float32.

    Across the beam a Gaussian of that width at half its height, at half the image's height; along it a smooth step
    from nothing at the depth to all a sixth of the image's height below.
    """
    y = ((np.arange(shape[0], dtype=np.float32) + 0.5) / shape[0])[:, None]
    x = ((np.arange(shape[1], dtype=np.float32) + 0.5) / shape[1])[None, :]
    begins = np.clip((y - np.float32(depth)) * np.float32(6), 0, 1)
    begins = np.float32(loss) * begins * begins * (3 - 2 * begins)
    if probe == "convex":  # beams through (x = 0.5, y = -1); at y = 0.5 they are 1.5 heights away from it
        x = (x - np.float32(0.5)) * (np.float32(1.5) / (y + 1)) + np.float32(0.5)
    across = (x - np.float32(center)) * np.float32(2 / width)
    across *= across
    return np.asarray(np.exp(across * np.float32(-np.log(2.0))) * begins)
