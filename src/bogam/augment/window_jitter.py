"""Look at the image through a window whose center and width are a little off."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator

from bogam.augment.family import Augment, Drawn, Group, augmentations, check_above_zero, draw_between, draw_factor
from bogam.core.fields import Range
from bogam.core.types import Case


@augmentations.register
class WindowJitter(Augment):
    """Move and stretch the display window, as readers do with window center and width (DICOM).

    The case's levels are the window. The new one has its center moved by a share of the width and its width
    multiplied; grey levels outside it become its ends, and the new window is shown over the same levels. DICOM's
    function LINEAR_EXACT: `(x - center) / width + 0.5`. What lay outside the case's levels is at their ends already,
    so a wider or lower window shows no more of it, and black air around a body becomes grey. Where that must not be,
    use `gamma`, which keeps both ends, or a `center` range from 0 up and a `width` range up to 1.

    Masks, boxes and targets stay as they are. In CT keep the shift well below the contrast between the tissues to be
    told apart: Hounsfield units are calibrated, and a network may rightly use them.

    References:
        DICOM PS3.3, C.11.2.1.3 (VOI LUT Function).
    """

    group: ClassVar[Group] = "tone"
    kind: Literal["window-jitter"] = "window-jitter"
    center: Range = (-0.1, 0.1)
    """Shift of the center as a share of the width before, drawn uniformly from (low, high); positive darkens."""
    width: Annotated[Range, AfterValidator(check_above_zero)] = (0.8, 1.25)
    """Factor of the width, drawn log-uniformly from (low, high); below 1 raises contrast."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"center": ..., "width": ...}."""
        return {"center": draw_between(rng, *self.center), "width": draw_factor(rng, *self.width)}

    @staticmethod
    def line(drawn: Drawn) -> tuple[float, float]:
        """Return the curve (level - 0.5 - center) / width + 0.5.

        Example:
            >>> WindowJitter.line({"center": 0.25, "width": 0.5})
            (2.0, -1.0)
        """
        return 1.0 / drawn["width"], 0.5 - (0.5 + drawn["center"]) / drawn["width"]
