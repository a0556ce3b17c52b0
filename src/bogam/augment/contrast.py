"""Stretch or flatten the grey levels about a pivot."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator

from bogam.augment.family import Augment, Drawn, Group, augmentations, check_above_zero, draw_factor
from bogam.core.fields import Range
from bogam.core.types import Case, FloatArray


@augmentations.register
class Contrast(Augment):
    """Multiply the distance of every grey level from a pivot by a factor.

    Masks, boxes and targets stay as they are. What passes an end of the range is cut there. Not where the grey value
    is calibrated and counts (Hounsfield units, SUV).

    References:
        None: follows from the definition.
    """

    group: ClassVar[Group] = "tone"
    kind: Literal["contrast"] = "contrast"
    factor: Annotated[Range, AfterValidator(check_above_zero)] = (0.8, 1.25)
    """Drawn log-uniformly from (low, high); above 1 stretches."""
    about: Literal["middle", "mean"] = "middle"
    """Pivot: the middle of the grey range, or the image's mean as it is at this place in the list of steps.

    Fill from earlier warps counts in that mean. A measured mean costs a pass over the image and ends the fusing of
    earlier tones."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"factor": ...}, and "measured": None where the pivot is the mean."""
        drawn = {"factor": draw_factor(rng, *self.factor)}
        return drawn if self.about == "middle" else {**drawn, "measured": None}

    @staticmethod
    def measure(level: FloatArray, drawn: Drawn) -> dict[str, Any]:
        """Return {"pivot": mean over all pixels and channels, as a share of the grey range}.

        Example:
            >>> Contrast.measure(np.array([0.0, 0.5]), {})
            {'pivot': 0.25}
        """
        return {"pivot": float(level.mean(dtype=np.float64))}

    @staticmethod
    def line(drawn: Drawn) -> tuple[float, float]:
        """Return the curve pivot + factor * (level - pivot); the pivot is the measured one, else 0.5.

        Example:
            >>> Contrast.line({"factor": 2.0})
            (2.0, -0.5)
        """
        factor = drawn["factor"]
        pivot = drawn["measured"]["pivot"] if "measured" in drawn else 0.5
        return factor, pivot * (1.0 - factor)
