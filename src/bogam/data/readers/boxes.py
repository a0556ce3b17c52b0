"""The box that annotation formats are read into."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A labeled rectangle, half-open, in pixels: it covers y0 <= y < y1 and x0 <= x < x1.

    Example:
        >>> Box("cell", 0, 2, 10, 7).area
        50
    """

    label: str
    y0: float
    x0: float
    y1: float
    x1: float

    @property
    def area(self) -> float:
        """Area in pixels; 0 or less where the box is empty."""
        return max(self.y1 - self.y0, 0) * max(self.x1 - self.x0, 0)


def clip(box: Box, rows: float, columns: float) -> Box:
    """Return the part of the box that lies in a picture of the given size.

    Example:
        >>> clip(Box("cell", -1, 2, 10, 7), 8, 100)
        Box(label='cell', y0=0.0, x0=2, y1=8, x1=7)
    """
    return Box(box.label, max(box.y0, 0.0), max(box.x0, 0.0), min(box.y1, rows), min(box.x1, columns))
