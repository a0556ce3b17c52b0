"""Lay a rectangle of another image over the image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from bogam.augment.family import Augment, Drawn, Group, augmentations
from bogam.augment.partners import paste
from bogam.core.fields import Positive
from bogam.core.types import Case


@augmentations.register
class Cutmix(Augment):
    """Lay a rectangle of another training case over the image, at the place where it lies in that case.

    Class targets become shares of classes in proportion to the visible areas, whatever lies in them: a rectangle of
    healthy tissue out of a malignant case counts as malignant, which hurts where the sign of a class is small. Masks
    are cut and pasted with the pixels; a box stays, shrunk to what is seen of it, where that is half its area or more.

    References:
        Yun et al. 2019, arXiv 1905.04899.
    """

    group: ClassVar[Group] = "mix"
    partners: ClassVar[int] = 1
    kind: Literal["cutmix"] = "cutmix"
    alpha: Positive = 1.0
    """The rectangle's share of the area is drawn from Beta(alpha, alpha); what sticks out is cut off."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"area": share of the area before cutting, "y", "x": the center as shares of height and width}."""
        return {"area": float(rng.beta(self.alpha, self.alpha)), "y": float(rng.random()), "x": float(rng.random())}

    @staticmethod
    def mix(cases: Sequence[Case], drawn: Drawn) -> tuple[Case, tuple[float, ...]]:
        """Return the case with the rectangle; the shares are the areas in whole pixels.

        Example:
            >>> a, b = (Case(n, np.full((1, 4, 4), v, np.uint8), (0, 255)) for n, v in (("a", 1), ("b", 9)))
            >>> mixed, shares = Cutmix.mix([a, b], {"area": 0.25, "y": 0.0, "x": 0.5})
            >>> mixed.image[0].tolist(), shares
            ([[1, 9, 9, 1], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]], (0.875, 0.125))
        """
        height, width = cases[0].shape
        side = math.sqrt(drawn["area"])
        window = (_span(drawn["y"], side, height), _span(drawn["x"], side, width))
        area = (window[0].stop - window[0].start) * (window[1].stop - window[1].start) / (height * width)
        return paste(cases, [(1, window, window)]), (1 - area, area)


def _span(center: float, share: float, size: int) -> slice:
    """Return the rows or columns of a stretch about a center, cut at the edges."""
    length = round(share * size)
    start = math.floor(center * size) - length // 2
    return slice(max(start, 0), max(min(start + length, size), 0))
