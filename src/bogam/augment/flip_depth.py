"""Mirror a volume's first and last slice."""

from __future__ import annotations

from typing import ClassVar, Literal

from bogam.augment.family import Augment, Drawn, Group, Matrix, augmentations


@augmentations.register
class FlipDepth(Augment):
    """Mirror a volume along its slices, exactly. A picture has none and is refused.

    Leave it out where head and feet, or the side, carry meaning. It makes of a body its mirror image, so labels that
    name a side, declared in `data.sides`, change places with it, and `data.laterality: keep` refuses it.
    """

    group: ClassVar[Group] = "warp"
    volumes: ClassVar[bool] = True
    mirrors: ClassVar[bool] = True
    pictures: ClassVar[bool] = False
    kind: Literal["flip-depth"] = "flip-depth"

    @staticmethod
    def matrix(drawn: Drawn, shape: tuple[int, ...]) -> Matrix:
        """Return the mirror about the middle slice.

        Example:
            >>> FlipDepth.matrix({}, (5, 2, 2))[0]
            (-1.0, 0.0, 0.0, 4.0)
        """
        return ((-1.0, 0.0, 0.0, shape[0] - 1.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0))
