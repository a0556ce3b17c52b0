"""Exchange bright and dark."""

from __future__ import annotations

from typing import ClassVar, Literal

from bogam.augment.family import Augment, Drawn, Group, augmentations
from bogam.core.types import FloatArray


@augmentations.register
class Invert(Augment):
    """Mirror the grey levels about the middle of the grey range, as between MONOCHROME1 and MONOCHROME2.

    Masks, boxes and targets stay as they are. It makes pictures that no device delivers where grey has a meaning:
    bone darker than air in CT, a bright cyst in ultrasound. Use it where files of both polarities come in, and
    nowhere else.

    References:
        None: follows from the definition.
    """

    group: ClassVar[Group] = "tone"
    closed: ClassVar[bool] = True
    kind: Literal["invert"] = "invert"

    @staticmethod
    def tone(level: FloatArray, drawn: Drawn) -> FloatArray:
        """Return 1 - level.

        Example:
            >>> import numpy as np
            >>> Invert.tone(np.array([0.0, 0.25, 1.0]), {})
            array([1.  , 0.75, 0.  ])
        """
        mirrored: FloatArray = 1.0 - level
        return mirrored
