"""The sign at the door: an A4 page to print, as PDF and as SVG, with a QR code that leads to the public page.

It is the first layer of information (who, what for, which rights, and where the rest is); the page is the second.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import partial
from html import escape

import segno

from passerby.core.errors import UsageError
from passerby.core.kinds import Kind
from passerby.notice.catalogue import Words
from passerby.notice.pdf import typeset
from passerby.notice.shared_texts import every_kind, ground, hidden, kept
from passerby.notice.site_facts import SiteFacts

#: Height and width of A4, in tenths of a millimetre, and the margin.
WIDE, HIGH, MARGIN = 2100, 2970, 180
#: Side of the code with its border, and room for what stands below it.
CODE, BELOW = 640, 180
#: Of letters of this size (tenths of a millimetre) about so many go into a line of the sign: they are half as wide.
_LETTER = 0.53


@dataclass(frozen=True, slots=True)
class Sign:
    """What is on it."""

    language: str
    title: str
    lead: str
    rows: tuple[tuple[str, str], ...]
    rights: str
    scan: str
    url: str
    code: str
    text: str


def sign(facts: SiteFacts) -> Sign:
    """In the first language of the site. Raises UsageError when nothing says where the page can be opened."""
    notice, words = facts.notice, facts.words()
    if notice.url is None:
        raise UsageError(
            "A sign needs an address for its QR code: say in the site's file, under notice, at which url everybody can "
            "open the page."
        )
    return Sign(
        language=words.language.value,
        title=words("sign.title"),
        lead=_lead(facts, words),
        rows=(
            (words("sign.answers"), notice.controller),
            (words("sign.for"), "; ".join(notice.purposes)),
            (words("sign.ground"), ground(notice, words).replace("\n", ": ")),
            (words("sign.kept"), kept(facts.site, words)),
            (words("sign.ask"), notice.contact),
        ),
        rights=words("sign.rights"),
        scan=words("sign.scan"),
        url=notice.url,
        code=code(notice.url),
        text=words("sign.alt", url=notice.url),
    )


def code(url: str) -> str:
    """The QR code as an SVG that stands alone, with the quiet border of four squares that the standard asks for. A
    quarter of it may be dirty (level Q)."""
    out = io.BytesIO()
    segno.make(url, error="q", micro=False).save(
        out,
        kind="svg",
        border=4,
        dark="#000",
        light="#fff",
        xmldecl=False,
        omitsize=True,
        svgclass=None,
        lineclass=None,
    )
    return out.getvalue().decode().strip()


def sign_pdf(made: Sign) -> bytes:
    """Raises OutputError."""
    return typeset(
        "sign.typ",
        {"sign": {name: getattr(made, name) for name in Sign.__dataclass_fields__}},
    )


def sign_svg(made: Sign) -> str:
    """A4, in millimetres; letters are of whatever plain face the printer's program has."""
    top = HIGH - MARGIN - CODE - BELOW
    scales = (n / 20 for n in range(20, 6, -1))
    lines = next((there for there in map(partial(_above, made), scales) if there.y <= top), _above(made, 0.3))
    lines.y = top + CODE + 60
    lines.add(made.scan, 44)
    lines.add(made.url, 44, bold=True)
    code = made.code.replace("<svg ", f'<svg x="{MARGIN - 60}" y="{top}" width="{CODE}" height="{CODE}" ', 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 {WIDE} {HIGH}" '
        f'lang="{made.language}" font-family="system-ui, Helvetica, Arial, sans-serif"><title>{escape(made.title)}. '
        f'{escape(made.text)}</title><rect width="{WIDE}" height="{HIGH}" fill="#fff"/>{"".join(lines.parts)}{code}'
        "</svg>\n"
    )


@dataclass(slots=True)
class _Lines:
    """Lines of text from the top down, in tenths of a millimetre; the next one stands at `y`."""

    scale: float = 1.0
    y: int = MARGIN + 120
    parts: list[str] = field(default_factory=list)

    def add(self, text: str, size: int, *, bold: bool = False, soft: bool = False) -> None:
        size = round(size * self.scale)
        for part in _wrapped(text, size):
            weight = ' font-weight="700"' if bold else ""
            ink = ' fill="#444"' if soft else ""
            self.parts.append(f'<text x="{MARGIN}" y="{self.y}" font-size="{size}"{weight}{ink}>{escape(part)}</text>')
            self.y += round(size * 1.35)


def _above(made: Sign, scale: float) -> _Lines:
    """What stands above the code, so much smaller."""
    lines = _Lines(scale)
    lines.add(made.title, 170, bold=True)
    lines.add(made.lead, 74, bold=True)
    lines.y += round(60 * scale)
    for name, value in made.rows:
        lines.add(name, 42, soft=True)
        lines.add(value, 52)
        lines.y += round(26 * scale)
    lines.add(made.rights, 52, bold=True)
    return lines


def _lead(facts: SiteFacts, words: Words) -> str:
    kinds = every_kind(facts.site)
    if Kind.FACE in kinds and Kind.PERSON not in kinds:
        return words("sign.lead")
    return words("sign.lead_other", kinds=hidden(kinds, words)) if kinds else ""


def _wrapped(text: str, size: int) -> list[str]:
    """In lines that fit between the margins."""
    most = int((WIDE - 2 * MARGIN) / (size * _LETTER))
    lines: list[str] = []
    for word in text.split():
        pieces = [word[n : n + most] for n in range(0, len(word), most)]
        for piece in pieces:
            if lines and len(lines[-1]) + 1 + len(piece) <= most:
                lines[-1] += f" {piece}"
            else:
                lines.append(piece)
    return lines
