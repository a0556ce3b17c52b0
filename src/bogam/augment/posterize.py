"""Keep only a few grey levels."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np

from bogam.augment.family import Augment, Drawn, Group, augmentations, draw_count
from bogam.core.fields import CountRange
from bogam.core.types import Case, FloatArray


@augmentations.register
class Posterize(Augment):
    """Round every grey level to the nearest of 2 ** bits evenly spaced ones, the lowest and the highest among them.

    So black stays black, white stays white and the mean hardly moves. Other libraries cut the low bits of 8-bit
    pixels off instead, which darkens the image (4 bits: white becomes 240) and depends on the pixel type.

    Masks, boxes and targets stay as they are. Below about 5 bits it draws false contours across smooth tissue;
    nodules and masses of low contrast vanish in them.

    References:
        Cubuk et al., "AutoAugment: learning augmentation strategies from data", CVPR 2019.
    """

    group: ClassVar[Group] = "tone"
    kind: Literal["posterize"] = "posterize"
    bits: CountRange = (4, 6)
    """Bits that are kept, drawn uniformly from low to high; 8 leaves an 8-bit image as it is."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"bits": ...}."""
        return {"bits": draw_count(rng, *self.bits)}

    @staticmethod
    def tone(level: FloatArray, drawn: Drawn) -> FloatArray:
        """Return round(level * (2 ** bits - 1)) / (2 ** bits - 1).

        Example:
            >>> Posterize.tone(np.array([0.0, 0.2, 0.45, 1.0]), {"bits": 2}).round(3)
            array([0.   , 0.333, 0.333, 1.   ])
        """
        steps = 2 ** drawn["bits"] - 1
        kept: FloatArray = np.rint(level * steps) * (1.0 / steps)
        return kept
