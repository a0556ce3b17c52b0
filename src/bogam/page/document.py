"""A page: sections of blocks, written as one HTML file that loads nothing, with its tables and figures beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from bogam.page.blocks import Block, Folded, Statement
from bogam.page.figure import Figure
from bogam.page.table import Table
from bogam.page.text import clean


@dataclass(frozen=True)
class Section:
    """A part of a page with a heading and a place in its table of contents.

    Args:
        anchor: id in the page, such as "verdicts".
        title: heading.
        blocks: content in order.
    """

    anchor: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Page:
    """A whole page.

    Args:
        title: of the page.
        kicker: small line above the title.
        answer: first paragraph, set large.
        sections: in order.
        top: blocks between the answer and the first section (boxes that must not be missed).
        saved: tables that are only saved, not shown.
    """

    title: str
    kicker: str
    answer: str
    sections: Sequence[Section]
    top: Sequence[Block] = ()
    saved: Sequence[Table] = ()

    def blocks(self) -> Iterator[Block]:
        """Return every block, also folded ones."""
        yield from _walk(self.top)
        for section in self.sections:
            yield from _walk(section.blocks)


def _walk(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, Folded):
            yield from _walk(block.blocks)
        elif isinstance(block, Statement):
            yield from _walk(block.inner)


def render(page: Page) -> str:
    """Return the page as one HTML text: every name escaped, style and figures inside, nothing loaded."""
    from jinja2 import Environment
    from markupsafe import Markup, escape

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True,
                              finalize=lambda value: value if isinstance(value, Markup) or not isinstance(value, str)
                              else clean(value))
    environment.filters["breaks"] = lambda name: Markup(re.sub(r"([/_])", r"\1<wbr>", str(escape(clean(name)))))
    here = files("bogam.page")
    template = environment.from_string((here / "page.html.j2").read_text(encoding="utf-8"))
    style = re.sub(r"\s*\n\s*", "\n", (here / "style.css").read_text(encoding="utf-8"))
    return template.render(page=page, style=Markup(style))


def write_page(page: Page, out: Path) -> Path:
    """Write OUT/report.html, OUT/tables/*.csv and OUT/figures/*.svg, *.pdf; return the path of the HTML file.

    A folder is made where something goes into it.
    """
    blocks = [*page.blocks(), *page.saved]
    for kind, name in ((Table, "tables"), (Figure, "figures")):
        if any(isinstance(block, kind) for block in blocks):
            (out / name).mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    for block in blocks:
        if isinstance(block, Table):
            (out / "tables" / f"{block.name}.csv").write_text(block.csv(), encoding="utf-8", newline="")
        elif isinstance(block, Figure):
            (out / "figures" / f"{block.name}.svg").write_text(block.wide, encoding="utf-8", newline="")
            (out / "figures" / f"{block.name}.pdf").write_bytes(block.pdf())
    path = out / "report.html"
    path.write_text(render(page), encoding="utf-8", newline="")
    return path
