"""A document, as HTML and PDF are made from it: a title, and blocks one after the other. Plain text, never markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from passerby.config.notice import Language

#: good: as it should be. weak: somebody should look. bad: not as it should be.
Tone = Literal["good", "weak", "bad"]


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with what is to be said of each."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`widths` are shares of the page, one a column."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """One line that says how something is."""

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG that stands alone. `text` says what it shows, for those who do not see it."""

    svg: str
    text: str


@dataclass(frozen=True, slots=True)
class Open:
    """What only a person can say: a question, and room to answer it."""

    question: str


Block = Heading | Paragraph | Facts | Table | Bullets | Status | Picture | Open


@dataclass(frozen=True, slots=True)
class Document:
    """`kicker` is the small line above the title."""

    language: Language
    kicker: str
    title: str
    blocks: tuple[Block, ...]
