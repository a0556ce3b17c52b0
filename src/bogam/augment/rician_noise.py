"""Add the noise of magnitude MR images."""

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
class RicianNoise(Augment):
    """Add Gaussian noise to the real and the imaginary part of an MR signal and take the magnitude.

    With `level` the share of the grey range (its lowest level is no signal), the result is
    `sqrt((level + sigma * n1) ** 2 + (sigma * n2) ** 2)`. Bright tissue sees nearly Gaussian noise; air and fluid of
    low signal become brighter (Rayleigh: 1.25 sigma where there is none), which Gaussian noise does not show. The
    result is clamped to the levels. For one receive channel; the noise of parallel imaging varies in space.

    Masks, boxes and targets stay as they are.

    References:
        Gudbjartsson, Patz, "The Rician distribution of noisy MRI data", Magn. Reson. Med. 34, 1995,
        doi:10.1002/mrm.1910340618.
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["rician-noise"] = "rician-noise"
    sigma: Annotated[Range, AfterValidator(check_not_negative)] = (0.01, 0.05)
    """Standard deviation in each part as a share of the grey range, drawn uniformly from (low, high)."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"sigma": ..., "seed": ...}."""
        return {"sigma": draw_between(rng, *self.sigma), "seed": draw_seed(rng)}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the noisy image, clamped to the levels and rounded for integers."""
        assert levels is not None
        real, imaginary = normal_field("rician-noise", drawn["seed"], (2, *image.shape))
        real *= drawn["sigma"]
        imaginary *= drawn["sigma"]
        real += read_levels(image, levels)
        real *= real
        imaginary *= imaginary
        real += imaginary
        return pixels(np.sqrt(real, out=real), levels, image.dtype)
