"""Add Gaussian noise."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator

from bogam.augment.apply_cpu import write_levels
from bogam.augment.family import Augment, Drawn, Group, augmentations, check_not_negative, draw_between
from bogam.core.fields import Range
from bogam.core.seeds import generator
from bogam.core.types import Array, Case


@augmentations.register
class Noise(Augment):
    """Add Gaussian noise, drawn afresh for each pixel and channel; its history holds the seed, not the field.

    The result is clamped to the levels.
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["noise"] = "noise"
    sigma: Annotated[Range, AfterValidator(check_not_negative)] = (0.01, 0.05)
    """Standard deviation as a share of the grey range, drawn uniformly from (low, high)."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"sigma": ..., "seed": ...}."""
        return {"sigma": draw_between(rng, *self.sigma), "seed": int(rng.integers(2**53))}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the image plus the field that the seed stands for, clamped to the levels and rounded for integers."""
        assert levels is not None
        low, high = levels
        field = generator("noise", drawn["seed"]).standard_normal(image.shape, dtype=np.float32)
        field *= drawn["sigma"]
        field += (image.astype(np.float32) - low) * (1.0 / (high - low))
        return write_levels(np.minimum(np.maximum(field, 0.0, out=field), 1.0, out=field), levels, image.dtype)
