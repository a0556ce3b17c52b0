"""Figures: drawn once per width by matplotlib, recolored for dark screens, saved as SVG and PDF for a paper."""

from __future__ import annotations

import base64
import io
import logging
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from bogam.page.palette import LIGHT, Theme, to_dark

WIDE_INCHES = 9.0
NARROW_INCHES = 3.8
_FALLBACKS = ("NanumGothic", "Noto Sans CJK KR", "Malgun Gothic", "Apple SD Gothic Neo")

Draw = Callable[[Any, Theme, bool], None]
"""draw(figure, theme, narrow): fill an empty matplotlib Figure and set its size; `narrow` is for phones."""


@dataclass(frozen=True)
class Figure:
    """A figure with its caption.

    Args:
        name: stem of the .svg and .pdf files.
        caption: what is to be seen and how it was made.
        alt: what a person who cannot see it must know.
        draw: fills an empty matplotlib figure; called for each width.
    """

    block: ClassVar[str] = "figure"
    name: str
    caption: str
    alt: str
    draw: Draw

    @cached_property
    def wide(self) -> str:
        """The SVG for a wide screen and for paper, in light colors."""
        return shorter(self._render(narrow=False, kind="svg").decode("utf-8"))

    @cached_property
    def narrow(self) -> str:
        """The SVG for a phone, in light colors."""
        return shorter(self._render(narrow=True, kind="svg").decode("utf-8"))

    def pdf(self) -> bytes:
        """Return the wide figure as PDF."""
        return self._render(narrow=False, kind="pdf")

    def png(self, dpi: int = 130) -> bytes:
        """Return the wide figure as PNG, for pictures that no vector drawing makes smaller."""
        return self._render(narrow=False, kind="png", dpi=dpi)

    @property
    def uris(self) -> dict[str, str]:
        """Return data URIs: wide, narrow, wide_dark, narrow_dark."""
        return {"wide": svg_uri(self.wide), "narrow": svg_uri(self.narrow),
                "wide_dark": svg_uri(to_dark(self.wide)), "narrow_dark": svg_uri(to_dark(self.narrow))}

    def _render(self, narrow: bool, kind: str, dpi: int | None = None) -> bytes:
        with drawing(LIGHT, narrow):
            from matplotlib.figure import Figure as Canvas
            canvas = Canvas(layout="constrained")
            self.draw(canvas, LIGHT, narrow)
            stream = io.BytesIO()
            keys = {"svg": ("Creator", "Date", "Format", "Type"), "pdf": ("Creator", "Producer", "CreationDate"),
                    "png": ("Software",)}[kind]
            canvas.savefig(stream, format=kind, metadata=dict.fromkeys(keys), dpi=dpi or "figure")
        return stream.getvalue()


def shorter(svg: str) -> str:
    """Return an SVG with coordinates to 0.1 point, without indents and without ids that nothing refers to.

    Example:
        >>> shorter('<g id="line2d_3">\\n  <path d="M 1.23456 2.5 \\nL 3.14159 4 "/>\\n</g>')
        '<g><path d="M 1.2 2.5 L 3.1 4"/></g>'
    """
    def short(found: re.Match[str]) -> str:
        return f'{found[1]}="{" ".join(re.sub(_DECIMALS, _DIGITS, found[2]).split())}"'
    svg = re.sub(r'\b(d|x|y|transform)="([^"]*)"', short, svg)
    return re.sub(r">\s+<", "><", re.sub(r' id="(?:line2d|patch|text|[xy]tick)_\d+"', "", svg))


_DECIMALS, _DIGITS = r"(\d+\.\d)\d+", r"\1"


def svg_uri(svg: str) -> str:
    """Return an SVG as a data URI."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


@contextmanager
def drawing(theme: Theme, narrow: bool) -> Iterator[None]:
    """Set matplotlib's defaults for our figures and put them back at the end. Names are never read as formulas."""
    import matplotlib
    size = 8.0 if narrow else 9.0
    settings = {
        "font.family": ["DejaVu Sans", *_installed()], "font.size": size, "axes.titlesize": size,
        "axes.labelsize": size, "xtick.labelsize": size - 1, "ytick.labelsize": size - 1, "legend.fontsize": size - 1,
        "svg.fonttype": "none", "svg.hashsalt": "bogam", "pdf.fonttype": 42, "text.parse_math": False,
        "axes.unicode_minus": True, "figure.facecolor": theme.surface, "savefig.facecolor": theme.surface,
        "axes.facecolor": theme.surface, "text.color": theme.ink, "axes.labelcolor": theme.ink,
        "axes.titlecolor": theme.ink, "axes.edgecolor": theme.muted, "xtick.color": theme.muted,
        "ytick.color": theme.muted, "xtick.labelcolor": theme.ink, "ytick.labelcolor": theme.ink,
        "grid.color": theme.grid, "grid.linewidth": 0.6, "axes.grid": True, "axes.axisbelow": True,
        "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.7, "lines.linewidth": 1.5,
        "legend.frameon": False, "axes.titlelocation": "left"}
    subsetting = logging.getLogger("fontTools.subset")
    level = subsetting.level
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from", category=UserWarning)
        subsetting.setLevel(logging.ERROR)
        try:
            yield
        finally:
            subsetting.setLevel(level)


def _installed() -> list[str]:
    from matplotlib import font_manager
    known = {font.name for font in font_manager.fontManager.ttflist}
    return [name for name in _FALLBACKS if name in known]


def panels(canvas: Any, count: int, narrow: bool, height: float = 2.1, half_height: float = 1.9) -> list[Any]:
    """Size a figure for `count` small plots and return their axes: three abreast, on a phone one or two.

    Args:
        canvas: an empty matplotlib figure.
        count: number of plots, 1 or more.
        height: of one plot in inches.
        half_height: the same where two plots share the width of a phone.
    """
    columns = min(count, (1 if count <= 3 else 2) if narrow else 3)
    lines = -(-count // columns)
    if narrow:
        width = NARROW_INCHES
    else:
        width = {1: 4.6, 2: 6.6}.get(columns, WIDE_INCHES)
    canvas.set_size_inches(width, (half_height if narrow and columns == 2 else height) * lines + 0.5)
    grid = canvas.subplots(lines, columns, squeeze=False)
    axes = list(grid.flat)
    for spare in axes[count:]:
        spare.set_visible(False)
    return axes[:count]


def wrapped(text: str, canvas: Any, columns: int) -> str:
    """Return a title broken into at most three lines that fit one of `columns` plots."""
    import textwrap

    from bogam.page.text import clean
    room = max(14, int(canvas.get_figwidth() / columns * 11.5))
    lines = textwrap.wrap(" ".join(clean(text).split()), room) or [""]
    return "\n".join([*lines[:2], lines[2] + " …"] if len(lines) > 3 else lines)
