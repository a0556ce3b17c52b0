"""Lose resolution, keep the size."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import cv2
import numpy as np
from pydantic import AfterValidator

from bogam.augment._grey import plane_by_plane
from bogam.augment.family import Augment, Drawn, Group, augmentations, check_above_zero, check_share, draw_between
from bogam.core.fields import Range
from bogam.core.types import Array, Case


@augmentations.register
class LowResolution(Augment):
    """Shrink the image by averaging over areas and enlarge it again linearly, as if it came from coarser pixels.

    nnU-Net and MONAI shrink by picking the nearest pixel, which aliases; a detector with larger pixels averages. In a
    volume within slices: coarser slices are a matter of the acquisition that shifts masks too. Needs no levels.

    Masks, boxes and targets stay as they are, at full resolution. Structures below a pixel of the coarse image (fine
    calcifications, microaneurysms) vanish, with their label left.

    References:
        Isensee et al., "nnU-Net: a self-configuring method for deep learning-based biomedical image segmentation",
        Nature Methods 18, 2021, doi:10.1038/s41592-020-01008-z (simulation of low resolution).
    """

    group: ClassVar[Group] = "filter"
    volumes: ClassVar[bool] = True
    kind: Literal["low-resolution"] = "low-resolution"
    zoom: Annotated[Range, AfterValidator(check_share), AfterValidator(check_above_zero)] = (0.5, 0.9)
    """Size of the coarse image as a share of the image's, drawn uniformly from (low, high)."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"zoom": ...}."""
        return {"zoom": draw_between(rng, *self.zoom)}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the coarse image at its old size.

        Example:
            >>> LowResolution.filter(np.array([[[0, 10, 20, 30]] * 4], np.uint8), None, {"zoom": 0.5})[0, 0].tolist()
            [5, 10, 20, 25]
        """
        height, width = image.shape[-2:]
        small = (max(1, round(width * drawn["zoom"])), max(1, round(height * drawn["zoom"])))
        return plane_by_plane(image, lambda plane: np.asarray(cv2.resize(
            cv2.resize(plane, small, interpolation=cv2.INTER_AREA), (width, height), interpolation=cv2.INTER_LINEAR)))
