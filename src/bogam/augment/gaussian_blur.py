"""Blur with a Gaussian."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import cv2
import numpy as np
from pydantic import AfterValidator

from bogam.augment.family import Augment, Drawn, Group, augmentations, check_not_negative, draw_between
from bogam.core.fields import Range
from bogam.core.types import Array, Case


@augmentations.register
class GaussianBlur(Augment):
    """Blur with a Gaussian; the image is mirrored at its edges. Needs no levels: a mean never leaves their range."""

    group: ClassVar[Group] = "filter"
    kind: Literal["gaussian-blur"] = "gaussian-blur"
    sigma_px: Annotated[Range, AfterValidator(check_not_negative)] = (0.3, 1.2)
    """Standard deviation in pixels of the prepared image, drawn uniformly from (low, high)."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"sigma_px": ...}."""
        return {"sigma_px": draw_between(rng, *self.sigma_px)}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the blurred image; the kernel is cut at three standard deviations."""
        sigma = drawn["sigma_px"]
        side = 2 * math.ceil(3 * sigma) + 1
        blurred = np.empty(image.shape, image.dtype)
        for plane, target in zip(image, blurred, strict=True):
            cv2.GaussianBlur(plane, (side, side), sigma, dst=target, sigmaY=sigma, borderType=cv2.BORDER_REFLECT_101)
        return blurred
