"""Red, green and blue in another order."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.channel_shuffle import ChannelShuffle
from bogam.augment.plan import replay
from bogam.core.errors import UserError
from bogam.core.types import Case


def test_every_other_order_comes_and_the_old_one_never():
    case = Case("a", np.zeros((3, 2, 2), np.uint8), (0, 255))
    drawn = {tuple(ChannelShuffle().draw(np.random.default_rng(k), case)["order"]) for k in range(100)}
    assert drawn == {(0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)}


def test_a_grey_image_is_refused_at_the_draw_and_in_a_replay():
    grey = Case("0412", np.zeros((1, 2, 2), np.uint8), (0, 255))
    with pytest.raises(UserError, match=r"case 0412, augmentation channel-shuffle: got an image of 1 channel, expected "
                                        r"3: red, green and blue\. Leave it out for grey images"):
        ChannelShuffle().draw(np.random.default_rng(0), grey)
    with pytest.raises(UserError, match="augmentation channel-shuffle: got an image of 1 channel"):
        replay(grey, [{"augment": "channel-shuffle", "order": [1, 2, 0]}])
