"""Colors of pages and figures, light and dark, told apart with every common kind of color blindness."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Theme:
    """Colors of one theme as #rrggbb; no two fields of a theme are equal, so that a drawing can be recolored.

    Args:
        surface: behind a figure.
        ink: text and axes.
        muted: less important text.
        grid: grid lines.
        band: background band, such as a margin.
        blue, orange, green, purple, sky, ochre: line colors, in order of use. Derived from Okabe and Ito's set,
            darkened (light theme) or lightened (dark theme) until each stands out at 3:1 or more.
    """

    surface: str
    ink: str
    muted: str
    grid: str
    band: str
    blue: str
    orange: str
    green: str
    purple: str
    sky: str
    ochre: str

    @property
    def lines(self) -> tuple[str, ...]:
        """Line colors in order of use."""
        return (self.blue, self.orange, self.green, self.purple, self.ochre, self.sky)


LIGHT = Theme(surface="#ffffff", ink="#1b1f24", muted="#5a636e", grid="#dfe3e8", band="#eef1f4", blue="#0068a8",
              orange="#c8500a", green="#00775a", purple="#97468b", sky="#2b87bd", ochre="#8f6a00")
DARK = Theme(surface="#171b20", ink="#e8eaed", muted="#a3acb7", grid="#343b44", band="#242a32", blue="#5fb4ef",
             orange="#f58f50", green="#43cca0", purple="#de98c7", sky="#9bd6f8", ochre="#e2c04c")

_SWAP = {getattr(LIGHT, f.name): getattr(DARK, f.name) for f in fields(Theme)}


def to_dark(svg: str) -> str:
    """Return a drawing made with `LIGHT` in the colors of `DARK`.

    Example:
        >>> to_dark("fill: #ffffff; stroke: #123456")
        'fill: #171b20; stroke: #123456'
    """
    return re.sub(r"#[0-9a-fA-F]{6}\b", lambda found: _SWAP.get(found.group().lower(), found.group()), svg)
