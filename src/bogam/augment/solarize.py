"""Invert what is brighter than a threshold."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator

from bogam.augment.family import Augment, Drawn, Group, augmentations, check_share, draw_between
from bogam.core.fields import Range
from bogam.core.types import Case, FloatArray


@augmentations.register
class Solarize(Augment):
    """Mirror all grey levels from a threshold upward about the middle of the grey range, as over-exposed film did.

    Masks, boxes and targets stay as they are. An operation of AutoAugment and AugMix, made for photographs: in
    grey-scale medical images it turns the brightest structures (bone, calcifications, contrast agent) dark, so that
    what marks them is lost. Off in every set of ours; here for AugMix and for comparison.

    References:
        Cubuk et al., "AutoAugment: learning augmentation strategies from data", CVPR 2019.
    """

    group: ClassVar[Group] = "tone"
    closed: ClassVar[bool] = True
    kind: Literal["solarize"] = "solarize"
    threshold: Annotated[Range, AfterValidator(check_share)] = (0.6, 1.0)
    """First level that is inverted, as a share of the grey range, drawn uniformly from (low, high)."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"threshold": ...}."""
        return {"threshold": draw_between(rng, *self.threshold)}

    @staticmethod
    def tone(level: FloatArray, drawn: Drawn) -> FloatArray:
        """Return 1 - level from the threshold upward, else level.

        Example:
            >>> Solarize.tone(np.array([0.25, 0.75, 1.0]), {"threshold": 0.75})
            array([0.25, 0.25, 0.  ])
        """
        bent: FloatArray = np.where(level >= drawn["threshold"], 1.0 - level, level)
        return bent
