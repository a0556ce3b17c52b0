"""No schedule."""

from __future__ import annotations

from typing import Literal

from bogam.train.schedules.family import Schedule, schedules


@schedules.register
class Constant(Schedule):
    """The same learning rate throughout."""

    kind: Literal["constant"] = "constant"

    def factor(self, done: float) -> float:
        """Return 1."""
        return 1.0
