"""Do to a color image's brightness what is meant for one grey channel, and leave its hue."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Level = NDArray[np.float32]


def through_luma(level: Level, function: Callable[[Level], Level]) -> Level:
    """Return a grey image through `function`, or a color image with the change of its luma added to each channel.

    Luma is 0.299 R + 0.587 G + 0.114 B (Rec. 601); adding one number to all three leaves Cb and Cr as they were.

    Args:
        level: (C, ...) shares of the grey range in [0, 1], C 1 or 3.
        function: (...) to (...), the same shape.

    Returns:
        (C, ...) float32, clamped to [0, 1].
    """
    if len(level) == 1:
        return function(level[0])[None]
    luma = level[0] * 0.299 + level[1] * 0.587 + level[2] * 0.114
    change = function(luma) - luma
    changed: Level = np.minimum(np.maximum(level + change, 0.0), 1.0)
    return changed
