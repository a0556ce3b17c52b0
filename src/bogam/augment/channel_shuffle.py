"""Exchange color channels."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np

from bogam.augment._color import check_color
from bogam.augment.family import Augment, Drawn, Group, augmentations, draw_count
from bogam.core.types import Array, Case

ORDERS = ((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))


@augmentations.register
class ChannelShuffle(Augment):
    """Put red, green and blue into another order, one of the five others; the drawn order is never the old one.

    Refuses images that have not three channels.

    Masks, boxes and targets stay as they are. Named in the reviews, and wrong wherever color means something: in
    stained tissue it exchanges the stains, in fundus and endoscopy blood turns green. A network trained with it can
    use shape and texture only. Off in every set of ours.

    References:
        None: follows from the definition.
    """

    group: ClassVar[Group] = "filter"
    volumes: ClassVar[bool] = True
    kind: Literal["channel-shuffle"] = "channel-shuffle"

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"order": [three channel numbers]}. Raises UserError where the image has not three channels."""
        check_color(self.kind, case.image.shape[0], f"case {case.id}")
        return {"order": list(ORDERS[draw_count(rng, 0, len(ORDERS) - 1)])}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the image with its channels in the drawn order.

        Example:
            >>> red = np.array([255, 0, 0], np.uint8).reshape(3, 1, 1)
            >>> ChannelShuffle.filter(red, None, {"order": [2, 0, 1]}).ravel().tolist()
            [0, 255, 0]
        """
        check_color("channel-shuffle", image.shape[0])
        return image[drawn["order"]]
