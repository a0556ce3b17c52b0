"""What a schedule is: the share of the highest learning rate that each step uses."""

from __future__ import annotations

import math

from bogam.core.fields import Share
from bogam.core.registry import Family, Part


class Schedule(Part):
    """Learning rate over the course of a training."""

    def factor(self, done: float) -> float:
        """Return the share of the highest learning rate.

        Args:
            done: share of all optimizer steps already taken, 0 to 1.
        """
        raise NotImplementedError


schedules: Family[Schedule] = Family("schedule", "bogam.train.schedules", Schedule)


def cosine(begin: float, end: float, done: float) -> float:
    """Go from begin to end along half a cosine.

    Example:
        >>> cosine(1.0, 0.0, 0.5)
        0.5
    """
    return end + (begin - end) * (1 + math.cos(math.pi * min(max(done, 0.0), 1.0))) / 2


def rise_and_fall(done: float, rise: Share, tail: Share, first: float, last: float) -> float:
    """Rise along a cosine from `first` to 1, fall along a cosine to `last`, stay there for the `tail`."""
    if done < rise:
        return cosine(first, 1.0, done / rise)
    fall = max(1.0 - rise - tail, 1e-9)
    return cosine(1.0, last, (done - rise) / fall)
