"""Tones that are straight lines, joined: however many stand in a row, they are one line with two ends."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bogam.core.types import FloatArray


class Line(NamedTuple):
    """The curve min(max(factor * value + shift, low), high); the default clamps to [0, 1] and changes nothing else."""

    factor: float = 1.0
    shift: float = 0.0
    low: float = 0.0
    high: float = 1.0

    def then(self, factor: float, shift: float) -> Line:
        """Return this line and another, whose result is clamped to [0, 1].

        Example:
            >>> Line().then(1.0, 0.5).then(-1.0, 1.0)  # half brighter, inverted: what was above one half is black
            Line(factor=-1.0, shift=0.5, low=0.0, high=0.5)
        """
        ends = self.low * factor + shift, self.high * factor + shift
        low, high = (min(max(end, 0.0), 1.0) for end in sorted(ends))
        return Line(self.factor * factor, self.shift * factor + shift, low, high)

    def __call__(self, values: FloatArray, made: FloatArray) -> FloatArray:
        """Write the line's result for each value to `made`, and return it; what is too large ends at an end."""
        with np.errstate(over="ignore"):
            if self.factor == -1.0:
                values = np.subtract(self.shift, values, out=made)
            elif self.factor != 1.0:
                values = np.multiply(values, self.factor, out=made)
            if self.shift and self.factor != -1.0:
                values = np.add(values, self.shift, out=made)
        return np.clip(values, self.low, self.high, out=made)
