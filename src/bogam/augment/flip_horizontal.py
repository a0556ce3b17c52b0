"""Mirror left and right."""

from __future__ import annotations

from typing import ClassVar, Literal

from bogam.augment.family import Augment, Drawn, Group, Matrix, augmentations


@augmentations.register
class FlipHorizontal(Augment):
    """Mirror left and right, exactly.

    Leave it out where the side carries meaning: a mirrored chest X-ray shows the heart on the wrong side, and a marker
    that is burnt in becomes mirror writing (`data.laterality: keep` refuses it). Labels that name a side, declared in
    `data.sides`, change places with it: masks, boxes and classes.
    """

    group: ClassVar[Group] = "warp"
    volumes: ClassVar[bool] = True
    mirrors: ClassVar[bool] = True
    kind: Literal["flip-horizontal"] = "flip-horizontal"

    @staticmethod
    def matrix(drawn: Drawn, shape: tuple[int, ...]) -> Matrix:
        """Return the mirror about the vertical center line.

        Example:
            >>> FlipHorizontal.matrix({}, (2, 4))
            ((1.0, 0.0, 0.0), (0.0, -1.0, 3.0), (0.0, 0.0, 1.0))
        """
        return ((1.0, 0.0, 0.0), (0.0, -1.0, shape[-1] - 1.0), (0.0, 0.0, 1.0))
