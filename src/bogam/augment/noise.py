"""Add Gaussian noise."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator

from bogam.augment._grey import pixels
from bogam.augment._noise import normal_field
from bogam.augment.apply_cpu import read_levels
from bogam.augment.family import Augment, Drawn, Group, augmentations, check_not_negative, draw_between, draw_seed
from bogam.core.fields import Range
from bogam.core.types import Array, Case


@augmentations.register
class Noise(Augment):
    """Add Gaussian noise, drawn afresh for each pixel and channel; its history holds the seed, not the field.

    Thermal noise of the electronics; also what remains of CT and X-ray noise after the logarithm. Magnitude MR images
    have `rician-noise`, ultrasound `speckle-noise`, photon counts `poisson-noise`. The result is clamped to the
    levels. Masks, boxes and targets stay as they are; above about a quarter of a lesion's contrast its outline in the
    mask says more than the image shows.

    References:
        None: follows from the definition.
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["noise"] = "noise"
    sigma: Annotated[Range, AfterValidator(check_not_negative)] = (0.01, 0.05)
    """Standard deviation as a share of the grey range, drawn uniformly from (low, high)."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"sigma": ..., "seed": ...}."""
        return {"sigma": draw_between(rng, *self.sigma), "seed": draw_seed(rng)}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the image plus the field that the seed stands for, clamped to the levels and rounded for integers."""
        assert levels is not None
        field = normal_field("noise", drawn["seed"], image.shape)
        field *= drawn["sigma"]
        field += read_levels(image, levels)
        return pixels(field, levels, image.dtype)
