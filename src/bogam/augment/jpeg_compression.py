"""Compress as a JPEG file does."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import cv2
import numpy as np
from pydantic import field_validator

from bogam.augment._grey import clamp, pixels, plane_by_plane
from bogam.augment.apply_cpu import read_levels
from bogam.augment.family import Augment, Drawn, Group, augmentations, draw_count
from bogam.core.fields import CountRange
from bogam.core.types import Array, Case


@augmentations.register
class JpegCompression(Augment):
    """Write the image as a baseline JPEG file of a drawn quality and read it back.

    8-bit images: exactly that, color with its chroma at half resolution (4:2:0) as most writers do; three channels are
    red, green and blue. Deeper images have no baseline JPEG: their 8-bit picture over the levels is compressed, and
    the error that this makes, stretched to the levels, is added to the image at its own depth, so that no grey level is
    lost to rounding and the error is that of the picture a viewer exports. Clamped to the levels. Slice by slice.

    Masks, boxes and targets stay as they are. Blocks of 8 x 8 pixels of the prepared image, not of the original file.

    References:
        ITU-T T.81 (JPEG).
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["jpeg-compression"] = "jpeg-compression"
    quality: CountRange = (40, 90)
    """Quality on the scale of the Independent JPEG Group, 1 to 100, drawn uniformly from low to high."""

    @field_validator("quality")
    @classmethod
    def _is_on_the_scale(cls, value: tuple[int, int]) -> tuple[int, int]:
        if value[1] > 100:
            raise ValueError(f"got ({value[0]}, {value[1]}), expected whole numbers from 1 to 100.")
        return value

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"quality": ...}."""
        return {"quality": draw_count(rng, *self.quality)}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the compressed image, or the image with the error of its compressed 8-bit picture."""
        assert levels is not None
        if image.dtype == np.uint8:
            return clamp(_through_file(image, drawn["quality"]), levels)
        share = read_levels(image, levels)
        eight = np.rint(share * 255).astype(np.uint8)
        error = _through_file(eight, drawn["quality"]).astype(np.float32)
        error -= eight
        error *= 1 / 255
        error += share
        return pixels(error, levels, image.dtype)


def _through_file(image: Array, quality: int) -> Array:
    """Return an 8-bit image as read back from JPEG; the file's limit is 65535 pixels a side."""
    options = (cv2.IMWRITE_JPEG_QUALITY, quality)
    if image.shape[0] == 3 and image.ndim == 3:
        packed = cv2.imencode(".jpg", cv2.merge([image[2], image[1], image[0]]), options)[1]
        blue, green, red = cv2.split(cv2.imdecode(packed, cv2.IMREAD_COLOR))
        return np.stack([red, green, blue])
    return plane_by_plane(image, lambda plane: np.asarray(
        cv2.imdecode(cv2.imencode(".jpg", plane, options)[1], cv2.IMREAD_GRAYSCALE)))
