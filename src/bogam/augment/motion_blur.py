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

        def convolved(plane: Array) -> Array:
            return np.asarray(cv2.filter2D(plane, -1, kernel, borderType=cv2.BORDER_REFLECT_101))

        return plane_by_plane(image, lambda plane: through_float(plane, convolved))


def line_kernel(length_px: float, angle_degrees: float) -> NDArray[np.float32]:
    """Return the point spread of a motion: ceil(length) positions evenly on the line, each shared among 4 pixels.

    Example:
        >>> (3 * line_kernel(3.0, 90.0)).round(3).tolist()
        [[0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0]]
    """
    count = max(1, math.ceil(length_px))
    along = np.linspace(-(length_px - 1) / 2, (length_px - 1) / 2, count) if count > 1 else np.zeros(1)
    angle = math.radians(angle_degrees)
    y, x = -np.sin(angle) * along, np.cos(angle) * along
    reach = max(1, math.ceil((length_px - 1) / 2))
    kernel = np.zeros((2 * reach + 3, 2 * reach + 3))
    row, column = np.floor(y).astype(int), np.floor(x).astype(int)
    for down in (0, 1):
        for right in (0, 1):
            share = np.abs(1 - down - (y - row)) * np.abs(1 - right - (x - column))
            np.add.at(kernel, (row + down + reach + 1, column + right + reach + 1), share)
    return np.asarray(kernel[1:-1, 1:-1] / kernel[1:-1, 1:-1].sum(), np.float32)
