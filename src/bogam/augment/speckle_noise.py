"""Multiply by speckle."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from bogam.augment._grey import pixels
from bogam.augment._noise import normal_field
from bogam.augment.apply_cpu import read_levels
from bogam.augment.family import Augment, Drawn, Group, augmentations, check_not_negative, draw_between, draw_seed
from bogam.core.fields import Range
from bogam.core.types import Array, Case


@augmentations.register
class SpeckleNoise(Augment):
    """Multiply each grey level by 1 + noise: grain that grows with the signal, as in ultrasound and OCT.

    With `level` the share of the grey range, the result is `level * (1 + sigma * n)`, `n` Gaussian of mean 0 and
    variance 1. With `grain_px` above 0, neighboring `n` go together (a Gaussian of that standard deviation, its
    variance kept), as within a resolution cell; a picture of a scan converter has grains of several pixels. The result
    is clamped to the levels. Black stays black.

    Masks, boxes and targets stay as they are. Real speckle comes before the logarithm of a B-mode image and carries
    information on the tissue; this is the model of it that augmentation libraries share, not a simulation.

    References:
        Jain, "Fundamentals of digital image processing", Prentice Hall 1989, section 8.13 (the multiplicative model).
        Burckhardt, "Speckle in ultrasound B-mode scans", IEEE Trans. Sonics and Ultrasonics 25(1), 1978.
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["speckle-noise"] = "speckle-noise"
    sigma: Annotated[Range, AfterValidator(check_not_negative)] = (0.05, 0.2)
    """Standard deviation of the factor about 1, drawn uniformly from (low, high)."""
    grain_px: Annotated[Range, AfterValidator(check_not_negative)] = (0.0, 1.0)
    """Standard deviation of a grain in pixels, drawn uniformly from (low, high); below 0.2 each pixel is on its own.
    In a volume grains lie within slices."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"sigma": ..., "grain_px": ..., "seed": ...}."""
        return {"sigma": draw_between(rng, *self.sigma), "grain_px": draw_between(rng, *self.grain_px),
                "seed": draw_seed(rng)}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the speckled image, clamped to the levels and rounded for integers."""
        assert levels is not None
        field = grains("speckle-noise", drawn["seed"], image.shape, drawn["grain_px"])
        field *= drawn["sigma"]
        field += 1.0
        field *= read_levels(image, levels)
        return pixels(field, levels, image.dtype)


def grains(name: str, seed: int, shape: tuple[int, ...], grain_px: float) -> NDArray[np.float32]:
    """Return Gaussian numbers of variance 1, of which neighbors in a plane go together over `grain_px`."""
    if grain_px < 0.2:
        return normal_field(name, seed, shape)
    reach = math.ceil(3 * grain_px)
    kernel = cv2.getGaussianKernel(2 * reach + 1, grain_px, cv2.CV_32F)
    kernel /= math.sqrt(float(np.sum(kernel**2)))
    wide = normal_field(name, seed, (*shape[:-2], shape[-2] + 2 * reach, shape[-1] + 2 * reach))
    field = np.empty(shape, np.float32)
    for plane, target in zip(wide.reshape(-1, *wide.shape[-2:]), field.reshape(-1, *shape[-2:]), strict=True):
        target[...] = cv2.sepFilter2D(plane, cv2.CV_32F, kernel, kernel)[reach:-reach, reach:-reach]
    return field
