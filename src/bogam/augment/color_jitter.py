"""Change brightness, contrast, saturation and hue of a color image at once."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from bogam.augment._color import check_color
from bogam.augment._grey import clamp
from bogam.augment.family import (
    Augment,
    Drawn,
    Group,
    augmentations,
    check_above_zero,
    check_not_negative,
    draw_between,
    draw_factor,
)
from bogam.core.fields import Range
from bogam.core.types import Array, Case

LUMA = np.array((0.299, 0.587, 0.114))
"""Weights of red, green and blue in brightness (ITU-R BT.601)."""
YIQ = np.array(((0.299, 0.587, 0.114), (0.59590059, -0.27455667, -0.32134392), (0.21153661, -0.52273617, 0.31119955)))
"""Red, green, blue to luma and the two chroma axes of NTSC."""


@augmentations.register
class ColorJitter(Augment):
    """Change brightness, contrast, saturation and hue, in this order, by one matrix on red, green and blue.

    Over the share of the grey range: brightness multiplies; contrast multiplies the distance from the mean luma of the
    image; saturation multiplies the distance of each channel from the pixel's luma; hue turns the chroma plane (I, Q)
    by an angle, luma kept. One matrix, one clamp to the levels, one rounding. torchvision has the same first three,
    clamps after each, shuffles their order and turns the hue of HSV, which changes luma. Refuses images that have not
    three channels.

    Masks, boxes and targets stay as they are. For cameras (endoscopy, skin, fundus), whose light and white balance
    differ. In H&E prefer `stain-jitter`: a free hue makes stains that no laboratory has.

    References:
        ITU-R BT.601 (luma); Foley et al., "Computer graphics: principles and practice" (YIQ).
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["color-jitter"] = "color-jitter"
    brightness: Annotated[Range, AfterValidator(check_above_zero)] = (0.8, 1.25)
    """Factor, drawn log-uniformly from (low, high)."""
    contrast: Annotated[Range, AfterValidator(check_above_zero)] = (0.8, 1.25)
    """Factor about the mean luma, drawn log-uniformly from (low, high)."""
    saturation: Annotated[Range, AfterValidator(check_not_negative)] = (0.8, 1.2)
    """Factor about each pixel's luma, drawn uniformly from (low, high); 0 is grey."""
    hue_degrees: Range = (-10.0, 10.0)
    """Angle of the turn in the chroma plane, drawn uniformly from (low, high)."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return the four numbers by name. Raises UserError where the image has not three channels."""
        check_color(self.kind, case.image.shape[0], f"case {case.id}")
        return {"brightness": draw_factor(rng, *self.brightness), "contrast": draw_factor(rng, *self.contrast),
                "saturation": draw_between(rng, *self.saturation),
                "hue_degrees": draw_between(rng, *self.hue_degrees)}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the changed image, clamped to the levels and rounded once for integers.

        Example:
            >>> pixel = np.array([200, 100, 0], np.uint8).reshape(3, 1, 1)
            >>> grey = {"brightness": 1.0, "contrast": 1.0, "saturation": 0.0, "hue_degrees": 0.0}
            >>> ColorJitter.filter(pixel, (0, 255), grey).ravel().tolist()  # 0.299 * 200 + 0.587 * 100 = 118.5
            [118, 118, 118]
        """
        assert levels is not None
        check_color("color-jitter", image.shape[0])
        low = levels[0]
        planes = clamp(image.copy(), levels).reshape(3, -1, image.shape[-1])
        gain = drawn["brightness"] * drawn["contrast"]
        matrix = gain * color_matrix(drawn["saturation"], drawn["hue_degrees"])
        mean = sum(weight * (cv2.mean(plane)[0] - low) for weight, plane in zip(LUMA, planes, strict=True))
        # every row of the matrix sums to the gain, so levels that begin at `low` need one shift for all channels
        shift = float((1 - drawn["contrast"]) * drawn["brightness"] * mean + (1 - gain) * low)
        depth = {"u1": cv2.CV_8U, "u2": cv2.CV_16U, "i2": cv2.CV_16S, "f4": cv2.CV_32F}[image.dtype.str[1:]]
        made = np.empty_like(planes)
        for target, (red, green, blue) in zip(made, matrix, strict=True):
            part = cv2.addWeighted(planes[0], red, planes[1], green, shift, dtype=cv2.CV_32F)
            cv2.addWeighted(part, 1.0, planes[2], blue, 0.0, dst=target, dtype=depth)
        return clamp(made.reshape(image.shape), levels)


def color_matrix(saturation: float, hue_degrees: float) -> NDArray[np.float64]:
    """Return the matrix on (red, green, blue) that changes saturation, then hue; it keeps luma and every grey.

    Example:
        >>> (color_matrix(1.0, 0.0).round(6) + 0.0).tolist()
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    angle = math.radians(hue_degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array(((1, 0, 0), (0, cos * saturation, -sin * saturation), (0, sin * saturation, cos * saturation)))
    return np.asarray(np.linalg.inv(YIQ) @ turn @ YIQ)
