"""Blur with a Gaussian."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import cv2
import numpy as np
from pydantic import AfterValidator

from bogam.augment._grey import plane_by_plane, through_float
from bogam.augment.family import Augment, Drawn, Group, augmentations, check_not_negative, draw_between
from bogam.core.fields import Range
from bogam.core.types import Array, Case


@augmentations.register
class GaussianBlur(Augment):
    """Blur with a Gaussian; the image is mirrored at its edges. Needs no levels: a mean never leaves their range.

    A volume is blurred along all three axes, in voxels whatever their spacing. Masks, boxes and targets stay as they
    are; what is smaller than the kernel fades (microcalcifications, microaneurysms), with its label left.

    References:
        None: follows from the definition.
    """

    group: ClassVar[Group] = "filter"
    volumes: ClassVar[bool] = True
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
        kernel = cv2.getGaussianKernel(2 * math.ceil(3 * sigma) + 1, sigma, cv2.CV_32F)
        if image.ndim == 4:
            return np.stack([through_float(volume, lambda voxels, _: _blur_volume(voxels, kernel)) for volume in image])

        def blurred(plane: Array, made: Array | None) -> Array:  # exact to the rounding; cv2.GaussianBlur is 1 off
            return np.asarray(cv2.sepFilter2D(plane, -1, kernel, kernel, dst=made, borderType=cv2.BORDER_REFLECT_101))

        return plane_by_plane(image, lambda plane: through_float(plane, blurred, bounded=True))


def _blur_volume(volume: Array, kernel: Array) -> Array:
    """Return a (Z, Y, X) volume blurred in float32 along z, y and x; 8 bit is rounded once, at the end."""
    flat, none = volume.reshape(volume.shape[0], -1), np.ones((1, 1), np.float32)
    deep = cv2.sepFilter2D(flat, cv2.CV_32F, none, kernel, borderType=cv2.BORDER_REFLECT_101).reshape(volume.shape)
    blurred = np.stack([cv2.sepFilter2D(plane, cv2.CV_32F, kernel, kernel, borderType=cv2.BORDER_REFLECT_101)
                        for plane in deep])
    return np.rint(blurred).astype(np.uint8) if volume.dtype == np.uint8 else blurred
