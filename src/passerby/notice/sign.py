"""The sign at the door: an A4 page to print, as PDF and as SVG, with a QR code that links to the public page.

It is the first layer of information (controller, purposes, rights, and where to find more); the page is the second.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import partial
from html import escape

import segno

from passerby.core.errors import UsageError
from passerby.core.kinds import Kind
from passerby.notice.catalogue import Translator
from passerby.notice.pdf import compile_template
from passerby.notice.shared_texts import kinds_masked_everywhere, kinds_text, legal_basis, retention_text
from passerby.notice.site_facts import SiteFacts

#: Height and width of A4, in tenths of a millimetre, and the margin.
PAGE_WIDTH, PAGE_HEIGHT, MARGIN = 2100, 2970, 180
#: Side of the QR code with its border, and the height reserved for the text below it.
CODE_SIDE, CODE_FOOTER = 640, 180
#: Mean width of a letter as a share of the font size, for wrapping the SVG.
_LETTER_ASPECT = 0.53


@dataclass(frozen=True, slots=True)
class Sign:
    """The content of the sign."""

    language: str
    title: str
    lead: str
    rows: tuple[tuple[str, str], ...]
    rights: str
    scan: str
    url: str
    qr_code: str
    alt_text: str


def make_sign(facts: SiteFacts) -> Sign:
    """The sign in the first language of the site. Raises UsageError when no address of the page is configured."""
    notice, tr = facts.notice, facts.translator()
    if notice.url is None:
        raise UsageError(
            "The sign needs an address for its QR code. Set notice.url in the site file to the public address of the "
            "page."
        )
    return Sign(
        language=tr.language.value,
        title=tr("sign.title"),
        lead=_lead(facts, tr),
        rows=(
            (tr("sign.controller"), notice.controller),
            (tr("sign.purposes"), "; ".join(notice.purposes)),
            (tr("sign.legal_basis"), legal_basis(notice, tr).replace("\n", ": ")),
            (tr("sign.retention"), retention_text(facts.site, tr)),
            (tr("sign.contact"), notice.contact),
        ),
        rights=tr("sign.rights"),
        scan=tr("sign.scan"),
        url=notice.url,
        qr_code=qr_code_svg(notice.url),
        alt_text=tr("sign.alt", url=notice.url),
    )


def qr_code_svg(url: str) -> str:
    """The QR code as a standalone SVG, with the quiet zone of four modules that the standard requires. Error correction
    level Q: a quarter of it may be unreadable."""
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


def sign_pdf(sign: Sign) -> bytes:
    """Raises OutputError."""
    return compile_template(
        "sign.typ",
        {"sign": {name: getattr(sign, name) for name in Sign.__dataclass_fields__}},
    )


def sign_svg(sign: Sign) -> str:
    """A4 in millimetres, with the sans-serif font of the program that prints it."""
    top = PAGE_HEIGHT - MARGIN - CODE_SIDE - CODE_FOOTER
    scales = (n / 20 for n in range(20, 6, -1))
    lines = next(
        (candidate for candidate in map(partial(_text_above_code, sign), scales) if candidate.y <= top),
        _text_above_code(sign, 0.3),
    )
    lines.y = top + CODE_SIDE + 60
    lines.add(sign.scan, 44)
    lines.add(sign.url, 44, bold=True)
    code = sign.qr_code.replace(
        "<svg ", f'<svg x="{MARGIN - 60}" y="{top}" width="{CODE_SIDE}" height="{CODE_SIDE}" ', 1
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" '
        f'viewBox="0 0 {PAGE_WIDTH} {PAGE_HEIGHT}" '
        f'lang="{sign.language}" font-family="system-ui, Helvetica, Arial, sans-serif"><title>{escape(sign.title)}. '
        f'{escape(sign.alt_text)}</title><rect width="{PAGE_WIDTH}" height="{PAGE_HEIGHT}" fill="#fff"/>'
        f"{''.join(lines.parts)}{code}"
        "</svg>\n"
    )


@dataclass(slots=True)
class _TextColumn:
    """Lines of text from the top down, in tenths of a millimetre; the next line starts at `y`."""

    scale: float = 1.0
    y: int = MARGIN + 120
    parts: list[str] = field(default_factory=list)

    def add(self, text: str, size: int, *, bold: bool = False, soft: bool = False) -> None:
        size = round(size * self.scale)
        for part in _wrap(text, size):
            weight = ' font-weight="700"' if bold else ""
            ink = ' fill="#444"' if soft else ""
            self.parts.append(f'<text x="{MARGIN}" y="{self.y}" font-size="{size}"{weight}{ink}>{escape(part)}</text>')
            self.y += round(size * 1.35)


def _text_above_code(sign: Sign, scale: float) -> _TextColumn:
    """The text above the QR code, scaled by `scale`."""
    lines = _TextColumn(scale)
    lines.add(sign.title, 170, bold=True)
    lines.add(sign.lead, 74, bold=True)
    lines.y += round(60 * scale)
    for name, value in sign.rows:
        lines.add(name, 42, soft=True)
        lines.add(value, 52)
        lines.y += round(26 * scale)
    lines.add(sign.rights, 52, bold=True)
    return lines


def _lead(facts: SiteFacts, tr: Translator) -> str:
    kinds = kinds_masked_everywhere(facts.site)
    if Kind.FACE in kinds and Kind.PERSON not in kinds:
        return tr("sign.lead")
    return tr("sign.lead_other", kinds=kinds_text(kinds, tr)) if kinds else ""


def _wrap(text: str, size: int) -> list[str]:
    """Lines that fit between the margins."""
    max_letters = int((PAGE_WIDTH - 2 * MARGIN) / (size * _LETTER_ASPECT))
    lines: list[str] = []
    for word in text.split():
        pieces = [word[n : n + max_letters] for n in range(0, len(word), max_letters)]
        for piece in pieces:
            if lines and len(lines[-1]) + 1 + len(piece) <= max_letters:
                lines[-1] += f" {piece}"
            else:
                lines.append(piece)
    return lines
