"""A document from which HTML and PDF are rendered: a title and a sequence of blocks. Plain text, never markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from passerby.config.notice import Language

#: ok: as required. warning: needs attention. error: not as required.
Tone = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    soft: bool = False


@dataclass(frozen=True, slots=True)
class DefinitionList:
    """Pairs of a term and its description."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`widths` are the relative column widths."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One line that states a condition."""

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Illustration:
    """A standalone SVG, with its text alternative."""

    svg: str
    alt_text: str


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that only a person can answer, with space for the answer."""

    question: str


Block = Heading | Paragraph | DefinitionList | Table | Bullets | StatusLine | Illustration | OpenQuestion


@dataclass(frozen=True, slots=True)
class Document:
    """`kicker` is the small line above the title."""

    language: Language
    kicker: str
    title: str
    blocks: tuple[Block, ...]
