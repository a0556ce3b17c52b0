"""Make brighter or darker."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np

from bogam.augment.family import Augment, Drawn, Group, augmentations, draw_between
from bogam.core.fields import Range
from bogam.core.types import Case


@augmentations.register
class Brightness(Augment):
    """Add a share of the grey range to every pixel.

    Masks, boxes and targets stay as they are. What passes an end of the range is cut there. Not where the grey value
    is calibrated and counts (Hounsfield units, SUV).

    References:
        None: follows from the definition.
    """

    group: ClassVar[Group] = "tone"
    kind: Literal["brightness"] = "brightness"
    add: Range = (-0.1, 0.1)
    """What is added, as a share of the grey range, drawn uniformly from (low, high)."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"add": ...}."""
        return {"add": draw_between(rng, *self.add)}

    @staticmethod
    def line(drawn: Drawn) -> tuple[float, float]:
        """Return the curve level + add.

        Example:
            >>> Brightness.line({"add": 0.5})
            (1.0, 0.5)
        """
        return 1.0, drawn["add"]
