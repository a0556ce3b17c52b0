"""Turn about the center."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

import numpy as np

from bogam.augment.family import Augment, Drawn, Group, Matrix, MinVisible, augmentations, draw_between
from bogam.core.errors import UserError, say
from bogam.core.fields import Range
from bogam.core.types import Case


@augmentations.register
class Rotate(Augment):
    """Turn about the image's center; what comes in from outside has the lowest grey level.

    A picture is turned in pixels. A volume is turned in millimetres, so that slices thicker than a pixel is wide do
    not slant what they show.
    """

    group: ClassVar[Group] = "warp"
    volumes: ClassVar[bool] = True
    kind: Literal["rotate"] = "rotate"
    angle_degrees: Range = (-15.0, 15.0)
    """Angle within the slice, drawn uniformly from (low, high); positive turns counterclockwise as on the screen."""
    tilt_degrees: Range = (0.0, 0.0)
    """Volumes only: angles about the y and the x axis, drawn uniformly; needs the spacing. Thick slices take little."""
    min_visible: MinVisible = 0.1

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"angle_degrees": ...}; for a volume with "tilt_degrees": [about y, about x] and "spacing_mm".

        Raises:
            UserError: a volume without spacing is to be tilted: its slices' distance is not guessed.
        """
        drawn: dict[str, Any] = {"angle_degrees": draw_between(rng, *self.angle_degrees)}
        if len(case.shape) == 2:
            return drawn
        tilt = [draw_between(rng, *self.tilt_degrees) for _ in range(2)]
        if case.spacing_mm is None and any(tilt):
            raise UserError(say(f"case {case.id}, augmentation rotate", "a volume without spacing", "spacing_mm",
                                "Set tilt_degrees to [0, 0], or use a format that holds the spacing."))
        return {**drawn, "tilt_degrees": tilt, "spacing_mm": list(case.spacing_mm or (1.0, 1.0, 1.0))}

    @staticmethod
    def matrix(drawn: Drawn, shape: tuple[int, ...]) -> Matrix:
        """Return the turn about ((Y - 1) / 2, (X - 1) / 2); a volume is turned about x, then y, then z.

        Example:
            >>> [[round(v, 6) + 0.0 for v in row] for row in Rotate.matrix({"angle_degrees": 90.0}, (3, 3))]
            [[0.0, -1.0, 2.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
        """
        angle = math.radians(drawn["angle_degrees"])
        cos, sin = math.cos(angle), math.sin(angle)
        y, x = (shape[-2] - 1) / 2, (shape[-1] - 1) / 2
        if len(shape) == 2:
            return ((cos, -sin, y - cos * y + sin * x), (sin, cos, x - sin * y - cos * x), (0.0, 0.0, 1.0))
        turn = np.array([[1.0, 0.0, 0.0], [0.0, cos, -sin], [0.0, sin, cos]])
        for axes, tilt in zip(((0, 2), (0, 1)), drawn["tilt_degrees"], strict=True):
            if tilt:
                about = np.eye(3)
                cos, sin = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
                about[np.ix_(axes, axes)] = (cos, -sin), (sin, cos)
                turn = turn @ about
        spacing = np.array(drawn["spacing_mm"])
        turn = turn * spacing / spacing[:, None]
        center = np.array([(shape[0] - 1) / 2, y, x])
        whole = np.eye(4)
        whole[:3, :3], whole[:3, 3] = turn, center - turn @ center
        return tuple(map(tuple, whole.tolist()))
