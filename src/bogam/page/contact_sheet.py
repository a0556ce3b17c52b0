"""A contact sheet: rows of small pictures with their captions, as one figure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bogam.page.figure import Figure
from bogam.page.palette import Theme
from bogam.page.text import clean

COLUMNS = 5
_WIDTH, _GAP, _LINE, _HEAD, _TITLE = 2.3, 0.14, 0.15, 0.42, 0.24
_LETTERS = 37


@dataclass(frozen=True, eq=False)
class Panel:
    """One picture.

    Args:
        image: (Y, X, 3) RGB, uint8.
        title: a few words above it.
        lines: beneath it; long ones are broken.
    """

    image: NDArray[np.uint8]
    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Strip:
    """Pictures under one heading, `COLUMNS` abreast."""

    heading: str
    panels: tuple[Panel, ...]


def contact_sheet(name: str, title: str, strips: Sequence[Strip]) -> Figure:
    """Return the sheet as a figure; on a narrow page it keeps its columns.

    Args:
        name: stem of files.
        title: first line.
        strips: from top to bottom.
    """
    def draw(canvas: Any, theme: Theme, narrow: bool) -> None:
        _draw(canvas, theme, title, strips)

    pictures = sum(len(strip.panels) for strip in strips)
    return Figure(name, title, f"{title}: {pictures} pictures.", draw)


def _broken(lines: Sequence[str]) -> list[str]:
    found: list[str] = []
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()))
        found += textwrap.wrap(clean(line), _LETTERS, initial_indent=indent, subsequent_indent=indent + "   ") or [""]
    return found


def _draw(canvas: Any, theme: Theme, title: str, strips: Sequence[Strip]) -> None:
    rows: list[tuple[str, list[tuple[Panel, list[str]]], float, int]] = []
    for strip in strips:
        for start in range(0, len(strip.panels), COLUMNS):
            panels = [(panel, _broken(panel.lines)) for panel in strip.panels[start:start + COLUMNS]]
            tall = max(_WIDTH * panel.image.shape[0] / panel.image.shape[1] for panel, _ in panels)
            rows.append((strip.heading if start == 0 else "", panels, tall, max(len(lines) for _, lines in panels)))
    width = COLUMNS * (_WIDTH + _GAP) + _GAP
    height = 0.5 + sum((_HEAD if heading else 0) + _TITLE + tall + _LINE * lines + 0.15
                       for heading, _, tall, lines in rows)
    canvas.set_layout_engine("none")
    canvas.set_size_inches(width, height)
    head = textwrap.shorten(clean(title), 100, placeholder=" …")
    canvas.text(_GAP / width, 1 - 0.12 / height, head, va="top", fontsize=12, weight="bold", color=theme.ink)
    top = height - 0.45
    for heading, panels, tall, lines in rows:
        if heading:
            canvas.text(_GAP / width, (top - 0.1) / height, clean(heading), va="top", fontsize=10, color=theme.blue,
                        weight="bold")
            top -= _HEAD
        for column, (panel, words) in enumerate(panels):
            left = _GAP + column * (_WIDTH + _GAP)
            own = _WIDTH * panel.image.shape[0] / panel.image.shape[1]
            canvas.text(left / width, (top - 0.02) / height, clean(panel.title), va="top", fontsize=9, color=theme.ink)
            axes = canvas.add_axes((left / width, (top - _TITLE - own) / height, _WIDTH / width, own / height))
            axes.imshow(panel.image, interpolation="antialiased", aspect="auto")
            axes.set_axis_off()
            canvas.text(left / width, (top - _TITLE - own - 0.04) / height, "\n".join(words), va="top", fontsize=8,
                        color=theme.muted, linespacing=1.2)
        top -= _TITLE + tall + _LINE * lines + 0.15
