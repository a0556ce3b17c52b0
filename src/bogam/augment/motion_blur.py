"""Blur along a line, as when something moves during the exposure."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from bogam.augment._grey import plane_by_plane, through_float
from bogam.augment.family import Augment, Drawn, Group, augmentations, draw_between
from bogam.core.fields import Range
from bogam.core.types import Array, Case


def _check_length(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] < 1:
        raise ValueError(f"got ({value[0]}, {value[1]}), expected low of 1 or more. 1 changes nothing.")
    return value


@augmentations.register
class MotionBlur(Augment):
    """Average along a straight line: uniform motion in the plane during one exposure.

    Breathing, heart beat, a moving probe or endoscope, where an image is taken in one shot (X-ray, ultrasound,
    endoscopy, microscopy). Motion during an MR or CT acquisition makes ghosts and streaks instead. The image is
    mirrored at its edges. In a volume slice by slice. Needs no levels: a mean never leaves their range.

    Masks, boxes and targets stay as they are; the line is centered, so outlines blur but do not move.

    References:
        None: follows from the definition.
    """

    group: ClassVar[Group] = "filter"
    volumes: ClassVar[bool] = True
    kind: Literal["motion-blur"] = "motion-blur"
    length_px: Annotated[Range, AfterValidator(_check_length)] = (2.0, 7.0)
    """Pixels over which a point is spread, in pixels of the prepared image, drawn uniformly from (low, high)."""
    angle_degrees: Range = (0.0, 180.0)
    """Direction, drawn uniformly from (low, high); 0 is along rows, positive turns counterclockwise on the screen."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"length_px": ..., "angle_degrees": ...}."""
        return {"length_px": draw_between(rng, *self.length_px),
                "angle_degrees": draw_between(rng, *self.angle_degrees)}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the blurred image.

        Example:
            >>> line = np.array([[[0, 0, 90, 0, 0]]], np.uint8)
            >>> MotionBlur.filter(line, None, {"length_px": 3.0, "angle_degrees": 0.0}).tolist()
            [[[0, 30, 30, 30, 0]]]
        """
        kernel = line_kernel(drawn["length_px"], drawn["angle_degrees"])

        def convolved(plane: Array, made: Array | None) -> Array:
            return np.asarray(cv2.filter2D(plane, -1, kernel, dst=made, borderType=cv2.BORDER_REFLECT_101))

        return plane_by_plane(image, lambda plane: through_float(plane, convolved, bounded=True))


def line_kernel(length_px: float, angle_degrees: float) -> NDArray[np.float32]:
    """Return the point spread of a motion along a segment about the center.

    Each column (each row, where the segment is steep) gets the share of the segment that lies in it, divided between
    the two nearest pixels by their distance.

    Example:
        >>> (3 * line_kernel(3.0, 90.0)).round(3).tolist()
        [[0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0]]
    """
    angle = math.radians(angle_degrees)
    right, up = math.cos(angle), math.sin(angle)
    steep = abs(up) > abs(right)
    major, minor = (-up, right) if steep else (right, -up)
    half = length_px * abs(major) / 2
    reach = max(1, math.ceil(half - 0.5))
    along = np.arange(-reach, reach + 1)
    share = np.clip(np.minimum(along + 0.5, half) - np.maximum(along - 0.5, -half), 0.0, None) / (2 * half)
    across = along * (minor / major)
    below = np.floor(across + 1e-9).astype(int)  # so that a whole number is not taken for one less
    kernel = np.zeros((2 * reach + 3, 2 * reach + 1))
    kernel[below + reach + 1, along + reach] += share * (1 - (across - below))
    kernel[below + reach + 2, along + reach] += share * (across - below)
    kernel = np.maximum(kernel[1:-1], 0.0)
    return np.asarray((kernel.T if steep else kernel) / kernel.sum(), np.float32)
