"""Figures: the same twice, recolored for dark, safe with any name, and matplotlib left as it was."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any
from xml.etree import ElementTree

import matplotlib

from bogam.page.figure import Figure, panels, wrapped
from bogam.page.palette import DARK, LIGHT, Theme, to_dark


def draw(canvas: Any, theme: Theme, narrow: bool) -> None:
    for place, axes in enumerate(panels(canvas, 4, narrow)):
        axes.plot([0, 1, 2], [0, place, 1], color=theme.blue, label=" _x$y$")
        axes.set_title(wrapped("$\\frac{<script>&'한글 \x00", canvas, 2))
        axes.legend()


FIGURE = Figure("f", "caption", "alt", draw)


def test_the_same_drawing_gives_the_same_bytes() -> None:
    again = Figure("f", "caption", "alt", draw)
    assert FIGURE.wide == again.wide
    assert FIGURE.pdf() == again.pdf()
    assert FIGURE.narrow != FIGURE.wide


def test_names_stay_text_in_a_well_formed_file() -> None:
    root = ElementTree.fromstring(FIGURE.wide)
    text = "".join(root.itertext())
    assert "<script>&'한글" in text
    assert "$\\frac{" in text
    assert "_x$y$" in text
    assert not [e for e in root.iter() if e.tag.endswith("script")]


def test_matplotlib_is_left_as_it_was() -> None:
    before = dict(matplotlib.rcParams)
    Figure("g", "", "", draw).pdf()
    assert dict(matplotlib.rcParams) == before


def test_dark_has_no_light_color_left() -> None:
    light = {getattr(LIGHT, f.name) for f in fields(Theme)}
    dark = {getattr(DARK, f.name) for f in fields(Theme)}
    assert len(light) == len(dark) == len(fields(Theme))
    assert light & set(re.findall(r"#[0-9a-f]{6}", FIGURE.wide))
    assert not light & set(re.findall(r"#[0-9a-f]{6}", to_dark(FIGURE.wide)))


def _contrast(first: str, second: str) -> float:
    def light(color: str) -> float:
        parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    high, low = sorted((light(first), light(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_lines_and_text_stand_out_from_the_surface() -> None:
    for theme in (LIGHT, DARK):
        assert min(_contrast(line, theme.surface) for line in theme.lines) >= 3
        assert min(_contrast(text, theme.surface) for text in (theme.ink, theme.muted)) >= 4.5
