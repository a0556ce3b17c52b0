"""What a page is made of, beside tables and figures. Every text is plain: the template escapes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from bogam.page.figure import Figure
from bogam.page.table import Table

Tone = Literal["stop", "warning", "note", "good", "bad", "same", "open"]
"""Color of a badge or box: stop red, warning amber, note grey; good, bad, same, open for outcomes."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `small` for small print."""

    block: ClassVar[str] = "paragraph"
    text: str
    small: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    block: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    block: ClassVar[str] = "bullets"
    items: Sequence[str]


@dataclass(frozen=True)
class Box:
    """A box that stands out, with a title and sentences."""

    block: ClassVar[str] = "box"
    tone: Tone
    title: str
    items: Sequence[str]


@dataclass(frozen=True)
class Statement:
    """A sentence with a badge ("helped", "warning") and small print below.

    Args:
        tone: color of the badge.
        badge: its word.
        text: the sentence.
        small: lines of small print.
        name: what it is called, shown below the badge in fixed pitch.
        answers: pairs of a question ("Why it matters") and its answer.
        inner: blocks below.
    """

    block: ClassVar[str] = "statement"
    tone: Tone
    badge: str
    text: str
    small: Sequence[str] = ()
    name: str = ""
    answers: Sequence[tuple[str, str]] = ()
    inner: Sequence[Block] = ()


@dataclass(frozen=True)
class Facts:
    """Pairs of name and value."""

    block: ClassVar[str] = "facts"
    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Listing:
    """Text with fixed pitch, such as a recipe."""

    block: ClassVar[str] = "listing"
    text: str
    title: str


@dataclass(frozen=True)
class Thumb:
    """One small picture: a data URI, what it shows, and lines below it."""

    uri: str
    alt: str
    title: str
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Gallery:
    """Small pictures side by side."""

    block: ClassVar[str] = "gallery"
    caption: str
    thumbs: Sequence[Thumb]
    large: bool = False


@dataclass(frozen=True)
class Pair:
    """Two pictures to compare, or one alone, with what is to be seen in them."""

    one: Thumb
    other: Thumb | None = None
    caption: str = ""


@dataclass(frozen=True)
class Pairs:
    """Pictures two by two, each two in one frame."""

    block: ClassVar[str] = "pairs"
    caption: str
    pairs: Sequence[Pair]


@dataclass(frozen=True)
class Terms:
    """Words and what they mean."""

    block: ClassVar[str] = "terms"
    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Folded:
    """Blocks behind a line that opens on a click; printed open where the browser can."""

    block: ClassVar[str] = "folded"
    summary: str
    blocks: Sequence[Block]


Block: TypeAlias = (Paragraph | Heading | Bullets | Box | Statement | Facts | Listing | Gallery | Pairs | Terms | Folded
                    | Table | Figure)
