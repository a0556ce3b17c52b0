"""One cycle: a long rise, a long fall, a short tail."""

from __future__ import annotations

from typing import Literal

from bogam.core.fields import Share
from bogam.train.schedules.family import Schedule, rise_and_fall, schedules


@schedules.register
class OneCycle(Schedule):
    """Rise to the highest rate over the first part, then fall to nearly nothing (Smith and Topin, arXiv 1708.07120).

    The last `tail` of the steps stays at the lowest rate, so that the choice of an epoch is one among equals.
    """

    kind: Literal["one-cycle"] = "one-cycle"
    rise: Share = 0.25
    """Share of the steps that rises."""
    tail: Share = 0.15
    """Share of the steps, at the end, that stays at the lowest rate."""
    first: Share = 0.04
    """Rate at the first step, as a share of the highest."""
    last: Share = 0.002
    """Rate at the end, as a share of the highest."""

    def factor(self, done: float) -> float:
        """Return the share of the highest learning rate."""
        return rise_and_fall(done, self.rise, self.tail, self.first, self.last)
