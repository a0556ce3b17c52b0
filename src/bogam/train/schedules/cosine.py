"""Warm-up, then a cosine fall."""

from __future__ import annotations

from typing import Literal

from bogam.core.fields import Share
from bogam.train.schedules.family import Schedule, rise_and_fall, schedules


@schedules.register
class Cosine(Schedule):
    """A short warm-up, then a fall along a cosine (Loshchilov and Hutter 2017, arXiv 1608.03983, without restarts)."""

    kind: Literal["cosine"] = "cosine"
    warm_up: Share = 0.05
    """Share of the steps that rises."""
    last: Share = 0.0
    """Rate at the end, as a share of the highest."""

    def factor(self, done: float) -> float:
        """Return the share of the highest learning rate."""
        return rise_and_fall(done, self.warm_up, 0.0, 0.01, self.last)
