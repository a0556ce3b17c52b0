"""Turn by right angles, exactly."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np

from bogam.augment.family import Augment, Drawn, Group, Matrix, augmentations
from bogam.core.types import Case


@augmentations.register
class QuarterTurn(Augment):
    """Turn by one, two or three right angles, exactly; an image that is not square turns by two, since its size stays.

    For images without an upright: histology, cells, skin.
    """

    group: ClassVar[Group] = "warp"
    volumes: ClassVar[bool] = True
    kind: Literal["quarter-turn"] = "quarter-turn"

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"turns": 1, 2 or 3}, counterclockwise as seen on the screen; 2 where rows and columns differ."""
        square = case.shape[-2] == case.shape[-1]
        return {"turns": int(rng.integers(1, 4)) if square else 2}

    @staticmethod
    def matrix(drawn: Drawn, shape: tuple[int, ...]) -> Matrix:
        """Return the turn about ((Y - 1) / 2, (X - 1) / 2); a volume's slices are turned alike.

        Example:
            >>> QuarterTurn.matrix({"turns": 1}, (3, 3))
            ((0.0, -1.0, 2.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
        """
        cos, sin = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[drawn["turns"] % 4]
        y, x = (shape[-2] - 1) / 2, (shape[-1] - 1) / 2
        return ((cos + 0.0, 0.0 - sin, y - cos * y + sin * x), (sin + 0.0, cos + 0.0, x - sin * y - cos * x),
                (0.0, 0.0, 1.0))
