"""Veil the image with scattered radiation (X-ray)."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import cv2
import numpy as np
from pydantic import AfterValidator, Field

from bogam.augment._grey import pixels
from bogam.augment.apply_cpu import read_levels
from bogam.augment.family import Augment, Drawn, Group, augmentations, check_above_zero, check_share, draw_between
from bogam.core.fields import Range
from bogam.core.types import Array, Case


@augmentations.register
class Scatter(Augment):
    """Exchange a part of the light that reaches each pixel for light from all around it: haze where tissue is dense.

    Radiographs are shown on a logarithmic scale. A grey level (from 0 at the lowest to 1 at the highest) is taken back
    to radiation, `10 ** (-decades * level)`; a share of it becomes scatter, the radiation blurred by a wide Gaussian;
    the sum, scaled so that the most exposed pixel stays where it was, is taken back to grey. Dense regions
    (mediastinum, the breast's gland) gain radiation from their neighbors and lose contrast; open ones hardly change.
    No grey level beyond those of the image appears.

    Masks, boxes and targets stay as they are. Takes white for dense, as radiographs are shown; `dense: dark` for the
    other polarity. Not a simulation: real scatter depends on thickness, field size, air gap and grid.

    References:
        Boone, Arnold, Seibert, "Characterization of the point spread function and modulation transfer function of
        scattered radiation using a digital imaging system", Med. Phys. 13(2), 1986, doi:10.1118/1.595906 (a Gaussian
        as the spread of scatter).
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    kind: Literal["scatter"] = "scatter"
    fraction: Annotated[Range, AfterValidator(check_share)] = (0.1, 0.5)
    """Scatter as a share of all radiation, drawn uniformly from (low, high); it adds to what the image already
    has."""
    spread: Annotated[Range, AfterValidator(check_above_zero)] = (0.05, 0.15)
    """Standard deviation of the Gaussian as a share of the longer side, drawn uniformly from (low, high)."""
    decades: Annotated[float, Field(gt=0.0, le=4.0)] = 1.5
    """Decimal orders of radiation between the lowest and the highest grey level."""
    dense: Literal["bright", "dark"] = "bright"
    """Which end of the grey range stands for dense tissue."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"fraction": ..., "spread": ..., "decades": ..., "dense": ...}."""
        return {"fraction": draw_between(rng, *self.fraction), "spread": draw_between(rng, *self.spread),
                "decades": self.decades, "dense": self.dense}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the veiled image, rounded once for integers."""
        assert levels is not None
        sign = -math.log(10.0) * drawn["decades"] * (1 if drawn["dense"] == "bright" else -1)
        share = read_levels(image, levels)
        share *= sign
        light = np.exp(share, out=share)
        scattered = np.stack([wide_blur(plane, drawn["spread"] * max(plane.shape)) for plane in light])
        scattered *= drawn["fraction"]
        brightest = light.max()
        light *= 1 - drawn["fraction"]
        light += scattered
        light *= brightest / light.max()
        np.log(light, out=light)
        light *= 1 / sign
        return pixels(light, levels, image.dtype)


def wide_blur(plane: Array, sigma_px: float) -> Array:
    """Return a float plane under a wide Gaussian, computed at a size at which the Gaussian is 3 pixels wide or less."""
    height, width = plane.shape
    shrink = max(1, math.floor(sigma_px / 3))
    small = cv2.resize(plane, (max(1, round(width / shrink)), max(1, round(height / shrink))),
                       interpolation=cv2.INTER_AREA)
    sigma = (sigma_px * small.shape[1] / width, sigma_px * small.shape[0] / height)
    sides = [2 * math.ceil(3 * s) + 1 for s in sigma]
    small = cv2.GaussianBlur(small, sides, sigma[0], sigmaY=sigma[1], borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))
