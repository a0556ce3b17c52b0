"""Patch four images together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from bogam.augment.family import Augment, Drawn, Group, augmentations
from bogam.augment.partners import Window, paste
from bogam.core.fields import Positive, Share
from bogam.core.types import Case


@augmentations.register
class Ricap(Augment):
    """Patch the image together from crops of itself and three other training cases, which meet at a random point.

    Class targets become shares of classes in proportion to the areas. Masks are cropped and patched with the pixels; a
    box stays, shrunk to what is seen of it, where that is half its area or more. Nothing is scaled. It helped a
    segmentation of bones on CT, alone and with classical augmentation (Noguchi et al. 2020).

    References:
        Takahashi et al. 2018, arXiv 1811.09030; Noguchi et al. 2020, doi 10.1016/j.compbiomed.2020.103767.
    """

    group: ClassVar[Group] = "mix"
    partners: ClassVar[int] = 3
    kind: Literal["ricap"] = "ricap"
    probability: Share = 1.0
    """Share of the draws in which the step is done."""
    beta: Positive = 0.3
    """Row and column where the four meet are drawn from Beta(beta, beta): small values leave one image nearly whole."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"y", "x": the meeting point as shares, "from": where each crop lies (down, right) as shares}.

        The crops stand in the order upper left (the case itself), upper right, lower left, lower right.
        """
        return {"y": float(rng.beta(self.beta, self.beta)), "x": float(rng.beta(self.beta, self.beta)),
                "from": [[float(v) for v in rng.random(2)] for _ in range(4)]}

    @staticmethod
    def mix(cases: Sequence[Case], drawn: Drawn) -> tuple[Case, tuple[float, ...]]:
        """Return the patchwork; the shares are the areas in whole pixels.

        Example:
            >>> four = [Case(str(v), np.full((1, 2, 4), v, np.uint8), (0, 255)) for v in range(4)]
            >>> mixed, shares = Ricap.mix(four, {"y": 0.5, "x": 0.75, "from": [[0.0, 0.0]] * 4})
            >>> mixed.image[0].tolist(), shares
            ([[0, 0, 0, 1], [2, 2, 2, 3]], (0.375, 0.125, 0.375, 0.125))
        """
        height, width = cases[0].shape
        y, x = round(drawn["y"] * height), round(drawn["x"] * width)
        pieces: list[tuple[int, Window, Window]] = []
        shares = []
        corners = ((slice(0, y), slice(0, x)), (slice(0, y), slice(x, width)), (slice(y, height), slice(0, x)),
                   (slice(y, height), slice(x, width)))
        for number, (to, (down, right)) in enumerate(zip(corners, drawn["from"], strict=True)):
            rows, columns = to[0].stop - to[0].start, to[1].stop - to[1].start
            top, left = round(down * (height - rows)), round(right * (width - columns))
            pieces.append((number, to, (slice(top, top + rows), slice(left, left + columns))))
            shares.append(rows * columns / (height * width))
        return paste(cases, pieces), tuple(shares)
