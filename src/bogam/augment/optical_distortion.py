"""Distort like a lens: barrel or pincushion."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator

from bogam.augment.family import Augment, Drawn, Group, MinVisible, Places, augmentations, draw_between
from bogam.core.fields import Range
from bogam.core.types import Case


def _check_no_fold(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] < -0.4 or value[1] > 1.0:
        raise ValueError(f"got ({value[0]}, {value[1]}), expected -0.4 to 1. Beyond these the image would fold.")
    return value


@augmentations.register
class OpticalDistortion(Augment):
    """Shrink or enlarge the image's outer parts against its middle, evenly all round, as a lens does.

    A place at the distance r from the center, in half diagonals, is read from r * (1 + 2 * corner * r2 / (1 + r2)),
    where r2 = r * r. This is OpenCV's rational lens model with k1 = 1 + 2 * corner and k4 = 1.
    """

    group: ClassVar[Group] = "warp"
    bends: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["optical-distortion"] = "optical-distortion"
    corner: Annotated[Range, AfterValidator(_check_no_fold)] = (-0.15, 0.15)
    """How much further out than its place each corner is read from, as a share, drawn uniformly from (low, high).

    Above 0 straight lines bulge outward (barrel), and fill shows at the corners; below 0 they bulge inward
    (pincushion). From -0.4 to 1. A volume is distorted within its slices."""
    min_visible: MinVisible = 0.1

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"corner": ...}."""
        return {"corner": draw_between(rng, *self.corner)}

    @staticmethod
    def source(where: Places, drawn: Drawn, shape: tuple[int, ...]) -> Places:
        """Return the places read from.

        Example:
            >>> corner = np.array([-0.5])
            >>> y, x = OpticalDistortion.source((corner, corner), {"corner": 0.2}, (100, 100))
            >>> y.round(6).tolist(), x.round(6).tolist()
            ([-10.5], [-10.5])
        """
        *slices, y, x = where
        kind = y.dtype.type
        middle_y, middle_x = kind((shape[-2] - 1) / 2), kind((shape[-1] - 1) / 2)
        y, x = y - middle_y, x - middle_x
        around = kind(4 / (shape[-2] ** 2 + shape[-1] ** 2))
        share = np.asarray((y * y) * around + (x * x) * around)
        share += 1
        factor = kind(1 + 2 * drawn["corner"]) - kind(2 * drawn["corner"]) / share
        return (*slices, y * factor + middle_y, x * factor + middle_x)
