"""Sharpen the finest detail."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import cv2
import numpy as np
from pydantic import AfterValidator

from bogam.augment._grey import clamp, plane_by_plane, through_float
from bogam.augment.family import Augment, Drawn, Group, augmentations, check_not_negative, draw_between
from bogam.core.fields import Range
from bogam.core.types import Array, Case

SMOOTH = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]], np.float32) / 13


@augmentations.register
class Sharpen(Augment):
    """Add to the image, times an amount, what a 3 x 3 smoothing takes away from it.

    `image + amount * (image - smooth)`, where `smooth` weighs the center 5 and each of the 8 neighbors 1, of 13: the
    "sharpness" of Pillow and torchvision, whose factor is 1 + amount. At the edges the image is mirrored (there they
    leave pixels as they are). Clamped to the levels: overshoot at bright borders is cut. In a volume slice by slice.

    Masks, boxes and targets stay as they are. It raises noise as much as detail; for larger structures take `unsharp`.

    References:
        None: follows from the definition.
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["sharpen"] = "sharpen"
    amount: Annotated[Range, AfterValidator(check_not_negative)] = (0.3, 1.5)
    """How much of the removed detail is added, drawn uniformly from (low, high)."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"amount": ...}."""
        return {"amount": draw_between(rng, *self.amount)}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the sharpened image, clamped to the levels and rounded once for integers.

        Example:
            >>> dot = np.array([[[0, 0, 0], [0, 26, 0], [0, 0, 0]]], np.uint8)
            >>> Sharpen.filter(dot, (0, 255), {"amount": 0.5})[0, 1].tolist()
            [0, 34, 0]
        """
        assert levels is not None
        amount = drawn["amount"]
        kernel = -amount * SMOOTH
        kernel[1, 1] += 1 + amount

        def convolved(plane: Array, made: Array | None) -> Array:
            return np.asarray(cv2.filter2D(plane, -1, kernel, dst=made, borderType=cv2.BORDER_REFLECT_101))

        return clamp(plane_by_plane(image, lambda plane: through_float(plane, convolved)), levels)
