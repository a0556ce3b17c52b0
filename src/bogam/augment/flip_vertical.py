"""Mirror top and bottom."""

from __future__ import annotations

from typing import ClassVar, Literal

from bogam.augment.family import Augment, Drawn, Group, Matrix, augmentations


@augmentations.register
class FlipVertical(Augment):
    """Mirror top and bottom, exactly.

    Leave it out where up and down differ: in ultrasound the skin is at the top and shadows fall downward. It makes of
    a body its mirror image upside down, so labels that name a side, declared in `data.sides`, change places with it,
    and `data.laterality: keep` refuses it.
    """

    group: ClassVar[Group] = "warp"
    volumes: ClassVar[bool] = True
    mirrors: ClassVar[bool] = True
    kind: Literal["flip-vertical"] = "flip-vertical"

    @staticmethod
    def matrix(drawn: Drawn, shape: tuple[int, ...]) -> Matrix:
        """Return the mirror about the horizontal center line.

        Example:
            >>> FlipVertical.matrix({}, (2, 4))
            ((-1.0, 0.0, 1.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
        """
        return ((-1.0, 0.0, shape[-2] - 1.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
