"""Exchange bright and dark."""

from __future__ import annotations

from typing import ClassVar, Literal

from bogam.augment.family import Augment, Drawn, Group, augmentations


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
    kind: Literal["invert"] = "invert"

    @staticmethod
    def line(drawn: Drawn) -> tuple[float, float]:
        """Return the curve 1 - level.

        Example:
            >>> Invert.line({})
            (-1.0, 1.0)
        """
        return -1.0, 1.0
