"""Lay the lines of an anti-scatter grid over the image (X-ray)."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator

from bogam.augment._grey import pixels
from bogam.augment.apply_cpu import read_levels
from bogam.augment.family import Augment, Drawn, Group, augmentations, check_not_negative, draw_between, draw_count
from bogam.core.fields import Range
from bogam.core.types import Array, Case


def _check_period(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] < 2:
        raise ValueError(f"got ({value[0]}, {value[1]}), expected low of 2 or more: pixels cannot show finer lines.")
    return value


@augmentations.register
class GridLine(Augment):
    """Add a fine sinusoid nearly along rows or columns: a stationary grid seen by the detector, or its moiré.

    A grid multiplies radiation; on the logarithmic scale of radiographs that adds, so the stripes have one amplitude
    everywhere. Where a picture was made smaller, what is left is the moiré of grid and pixels, of longer period. The
    result is clamped to the levels.

    Masks, boxes and targets stay as they are.

    References:
        Lin et al., "A study of grid artifacts formation and elimination in computed radiographic images", J. Digit.
        Imaging 19, 2006, doi:10.1007/s10278-006-0630-8.
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    kind: Literal["grid-line"] = "grid-line"
    amplitude: Annotated[Range, AfterValidator(check_not_negative)] = (0.005, 0.03)
    """Height of the sinusoid as a share of the grey range, drawn uniformly from (low, high)."""
    period_px: Annotated[Range, AfterValidator(_check_period)] = (2.2, 8.0)
    """Distance of lines in pixels of the prepared image, drawn uniformly from (low, high)."""
    tilt_degrees: Range = (-2.0, 2.0)
    """Angle to rows or columns, drawn uniformly from (low, high)."""
    direction: Literal["rows", "columns", "either"] = "either"
    """Lines along rows or along columns; either: drawn."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"amplitude": ..., "period_px": ..., "tilt_degrees": ..., "phase": ..., "direction": ...}."""
        drawn = {"amplitude": draw_between(rng, *self.amplitude), "period_px": draw_between(rng, *self.period_px),
                 "tilt_degrees": draw_between(rng, *self.tilt_degrees), "phase": draw_between(rng, 0.0, 2 * math.pi)}
        side = ("rows", "columns")[draw_count(rng, 0, 1)]
        return {**drawn, "direction": side if self.direction == "either" else self.direction}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the striped image, clamped to the levels and rounded once for integers.

        Example:
            >>> lines = {"amplitude": 0.1, "period_px": 4.0, "tilt_degrees": 0.0, "phase": 0.0, "direction": "columns"}
            >>> GridLine.filter(np.full((1, 1, 4), 100, np.uint8), (0, 200), lines).tolist()
            [[[120, 100, 80, 100]]]
        """
        assert levels is not None
        angle, step = math.radians(drawn["tilt_degrees"]), 2 * math.pi / drawn["period_px"]
        across, along = step * math.cos(angle), step * math.sin(angle)
        down, right = (across, along) if drawn["direction"] == "rows" else (along, across)
        height, width = image.shape[-2:]
        y, x = drawn["phase"] + down * np.arange(height), right * np.arange(width)
        # cos(y + x) = cos y cos x - sin y sin x
        rows = drawn["amplitude"] * np.stack([np.cos(y), -np.sin(y)]).astype(np.float32)
        columns = np.stack([np.cos(x), np.sin(x)]).astype(np.float32)
        share = read_levels(image, levels)
        share += rows[0][:, None] * columns[0]
        share += rows[1][:, None] * columns[1]
        return pixels(share, levels, image.dtype)
