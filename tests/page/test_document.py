"""A page: escaped, complete, self-contained."""

from __future__ import annotations

from pathlib import Path

from bogam.page.blocks import (
    Box,
    Bullets,
    Facts,
    Folded,
    Gallery,
    Heading,
    Listing,
    Pair,
    Pairs,
    Paragraph,
    Statement,
    Terms,
    Thumb,
)
from bogam.page.document import Page, Section, render, write_page
from bogam.page.figure import Figure
from bogam.page.table import Column, Table

BAD = "<b onload=x>\"'&\x00\udcff"
SAFE = "&lt;b onload=x&gt;&#34;&#39;&amp;?"


def page() -> Page:
    inner = Table("inner", BAD, [Column("a", BAD, group=(BAD,))], [{"a": BAD}])
    blocks = [Paragraph(BAD), Heading(BAD), Bullets([BAD]), Box("stop", BAD, [BAD]), Statement("good", BAD, BAD, [BAD]),
              Facts([(BAD, BAD)]), Listing(BAD, BAD), Gallery(BAD, [Thumb("data:image/jpeg;base64,", BAD, BAD, [BAD])]),
              Terms([(BAD, BAD)]), Folded(BAD, [inner]),
              Statement("stop", BAD, BAD, name=BAD, answers=[(BAD, BAD)],
                        inner=[Pairs(BAD, [Pair(Thumb("data:,", BAD, BAD, [BAD]), Thumb("data:,", BAD, BAD), BAD)]),
                               Folded(BAD, [Table("deep", BAD, [Column("a", BAD)], [])])])]
    return Page(BAD, BAD, BAD, [Section("one", BAD, blocks)], top=[Box("warning", BAD, [BAD])],
                saved=[Table("only", "", [Column("a", "a")], [{"a": BAD}])])


def test_no_name_becomes_markup_in_any_block() -> None:
    text = render(page())
    assert "<b onload" not in text
    assert text.count(SAFE) == 48
    assert "\x00" not in text


def test_tables_inside_folded_blocks_and_saved_ones_are_written(tmp_path: Path) -> None:
    path = write_page(page(), tmp_path)
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert sorted(p.name for p in (tmp_path / "tables").iterdir()) == ["deep.csv", "inner.csv", "only.csv"]
    assert not (tmp_path / "figures").exists()


def test_a_figure_has_a_light_and_a_dark_picture_and_paper_gets_the_light_one() -> None:
    figure = Figure("f", "c", "alt", lambda canvas, theme, narrow: canvas.text(0.5, 0.5, "x", color=theme.ink) and None)
    text = render(Page("", "", "", [Section("a", "", [figure])]))
    assert text.count("<picture") == text.count('alt="alt"') == 2
    dark = text[text.index("@media screen and (prefers-color-scheme: dark)"):]
    assert "picture.light { display: none; }" in dark
    assert set(figure.uris) == {"wide", "narrow", "wide_dark", "narrow_dark"}
    assert len(set(figure.uris.values())) == 4


def test_the_page_forbids_itself_every_load() -> None:
    text = render(page())
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in text
    assert "http" not in text.replace("http-equiv", "")


def test_a_long_file_name_breaks_after_slashes_and_underscores_and_nothing_else_is_markup() -> None:
    pairs = Pairs("c", [Pair(Thumb("data:,", "a", "malignant/x_1<b>.png"))])
    page = Page(title="t", kicker="k", answer="a", sections=[Section("s", "S", [pairs])])
    assert '<p class="thumbtitle">malignant/<wbr>x_<wbr>1&lt;b&gt;.png</p>' in render(page)
