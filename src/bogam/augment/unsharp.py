"""Sharpen with an unsharp mask."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import cv2
import numpy as np
from pydantic import AfterValidator

from bogam.augment._grey import clamp, plane_by_plane, through_float
from bogam.augment.family import (
    Augment,
    Drawn,
    Group,
    augmentations,
    check_above_zero,
    check_not_negative,
    draw_between,
)
from bogam.core.fields import Range
from bogam.core.types import Array, Case


@augmentations.register
class Unsharp(Augment):
    """Add to the image, times an amount, its difference from its own Gaussian blur.

    `image + amount * (image - blurred)`: the edge enhancement that radiography and mammography consoles apply, more
    or less of it by vendor. The image is mirrored at its edges; the kernel is cut at three standard deviations.
    Clamped to the levels. In a volume slice by slice.

    Masks, boxes and targets stay as they are. Strong settings draw dark and bright rims around structures, which
    readers know as false lucencies.

    References:
        None: follows from the definition.
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["unsharp"] = "unsharp"
    sigma_px: Annotated[Range, AfterValidator(check_above_zero)] = (0.8, 3.0)
    """Standard deviation of the blur in pixels of the prepared image, drawn uniformly from (low, high)."""
    amount: Annotated[Range, AfterValidator(check_not_negative)] = (0.3, 1.0)
    """How much of the difference is added, drawn uniformly from (low, high)."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"sigma_px": ..., "amount": ...}."""
        return {"sigma_px": draw_between(rng, *self.sigma_px), "amount": draw_between(rng, *self.amount)}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the sharpened image, clamped to the levels and rounded once for integers."""
        assert levels is not None
        sigma, amount = drawn["sigma_px"], drawn["amount"]
        kernel = cv2.getGaussianKernel(2 * math.ceil(3 * sigma) + 1, sigma, cv2.CV_32F)

        def sharpened(plane: Array, made: Array | None) -> Array:
            blurred = cv2.sepFilter2D(plane, cv2.CV_32F, kernel, kernel, borderType=cv2.BORDER_REFLECT_101)
            depth = cv2.CV_8U if plane.dtype == np.uint8 else cv2.CV_32F
            return np.asarray(cv2.addWeighted(plane, 1 + amount, blurred, -amount, 0.0, dst=made, dtype=depth))

        return clamp(plane_by_plane(image, lambda plane: through_float(plane, sharpened)), levels)
