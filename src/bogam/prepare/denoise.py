"""Take noise out before anything else: median or Gaussian."""

from __future__ import annotations

from typing import Any, Literal

import cv2
import numpy as np

from bogam.core.fields import Positive
from bogam.core.types import Array, Case
from bogam.prepare.family import Step, prepare_steps


def median(plane: Array, size_px: int = 3) -> Array:
    """Replace each pixel by the median of its square neighborhood; borders repeat the outermost pixel.

    Args:
        plane: (Y, X) uint8, uint16, int16 or float32.
        size_px: side of the square, 3 or 5.

    Example:
        >>> median(np.array([[1, 1, 1], [1, 200, 1], [1, 1, 1]], np.uint8))[1, 1]
        np.uint8(1)
    """
    return np.asarray(cv2.medianBlur(np.ascontiguousarray(plane), size_px))


def gaussian(plane: Array, sigma_px: float = 1.0) -> Array:
    """Smooth with a Gaussian; borders are mirrored; integer images are rounded to the nearest level.

    Args:
        plane: (Y, X) uint8, uint16, int16 or float32.
        sigma_px: standard deviation in pixels.

    Example:
        >>> gaussian(np.full((4, 4), 1000, np.uint16))[0, 0]
        np.uint16(1000)
    """
    return np.asarray(cv2.GaussianBlur(np.ascontiguousarray(plane), (0, 0), sigma_px))


@prepare_steps.register
class Denoise(Step):
    """Take noise out: a median removes specks and keeps edges, a Gaussian smooths everything."""

    kind: Literal["denoise"] = "denoise"
    method: Literal["median", "gaussian"] = "median"
    """median or gaussian."""
    size_px: Literal[3, 5] = 3
    """Side of the median's square, in pixels."""
    sigma_px: Positive = 1.0
    """Standard deviation of the Gaussian, in pixels."""

    def apply(self, case: Case) -> Case:
        """Return the case with each channel (and slice) smoothed by itself; levels and masks stay."""
        planes = case.image.reshape(-1, *case.image.shape[-2:])
        smooth: Any = [median(p, self.size_px) if self.method == "median" else gaussian(p, self.sigma_px)
                       for p in planes]
        used = {"size_px"} if self.method == "median" else {"sigma_px"}
        entry = {k: v for k, v in self.entry().items() if k in used | {"step", "method"}}
        return case.but(image=np.stack(smooth).reshape(case.image.shape), history=(*case.history, entry))
