"""Renders a document as one self-contained HTML file: style and pictures are embedded, nothing is requested."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape

from passerby.notice.document import (
    Block,
    Bullets,
    DefinitionList,
    Document,
    Heading,
    Illustration,
    OpenQuestion,
    Paragraph,
    StatusLine,
    Table,
)

STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#56606b;--paper:#fff;--line:#d5dbe1;--ground:#f2f4f6;--ok:#1c6b3c;
--warning:#7a5200;--error:#9d1c1c}
@media (prefers-color-scheme:dark){:root{--ink:#e7eaee;--soft:#a9b2bc;--paper:#15181c;--line:#363d45;--ground:#1f242a;
--ok:#7fd6a1;--warning:#f0c469;--error:#ff9d94}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,"Segoe UI",Helvetica,Arial,sans-serif}
main{max-width:46rem;margin:0 auto;padding:1.5rem 1.1rem 4rem}
h1{font-size:1.7rem;line-height:1.2;margin:.1rem 0 1rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2.2rem 0 .6rem}
h3{font-size:1.05rem;margin:1.8rem 0 .4rem}
p{margin:.4rem 0}
.soft{color:var(--soft);font-size:.93rem}
.status{font-weight:600;margin:.4rem 0}
.ok{color:var(--ok)}.warning{color:var(--warning)}.error{color:var(--error)}
dl{display:grid;grid-template-columns:minmax(8rem,13rem) 1fr;gap:.35rem 1rem;margin:.6rem 0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere;white-space:pre-line}
.wide{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:.93rem}
th{text-align:left;font-weight:600;color:var(--soft)}
th,td{padding:.4rem .7rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top;white-space:pre-line}
td{overflow-wrap:anywhere}
ul{margin:.3rem 0;padding-left:1.2rem}
figure{margin:.8rem 0}
figure svg{width:100%;height:auto;display:block;background:var(--ground);border-radius:.3rem}
.open{border:1px dashed var(--warning);border-radius:.3rem;padding:.6rem .8rem 2.5rem;margin:.7rem 0}
a{color:inherit}
@media (max-width:34rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}}
@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--paper:#fff;--line:#bbb;--ground:#fff;--ok:#124d2a;
--warning:#5a3c00;--error:#7a0f0f}body{font-size:10.5pt}main{max-width:none;padding:0}tr,figure,.open{break-inside:avoid}}
"""
#: The page may only show itself. The style is allowed by its hash, so no other style or script can be injected.
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)


def render_html(document: Document, links: Sequence[tuple[str, str, str]] = ()) -> str:
    """The whole file. `links` lead to other languages of the same document: (language, address, name)."""
    return "".join(
        [
            f'<!doctype html>\n<html lang="{document.language.value}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f'<meta http-equiv="content-security-policy" content="{escape(CONTENT_SECURITY_POLICY)}">',
            f"<title>{escape(document.title)}</title><style>{STYLE}</style></head><body><main>",
            *_languages(links),
            f"<p class=soft>{escape(document.kicker)}</p><h1>{escape(document.title)}</h1>\n",
            *(text for block in document.blocks for text in _block(block)),
            "</main></body></html>\n",
        ]
    )


def _languages(links: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    if links:
        yield "<nav class=soft>"
        yield " · ".join(
            f'<a lang="{language}" hreflang="{language}" href="{escape(to)}">{escape(name)}</a>'
            for language, to, name in links
        )
        yield "</nav>"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(text, small):
            level = 3 if small else 2
            yield f"<h{level}>{escape(text)}</h{level}>"
        case Paragraph(text, soft):
            yield f"<p{' class=soft' if soft else ''}>{escape(text)}</p>"
        case DefinitionList(rows):
            yield "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows) + "</dl>"
        case Table(head, rows):
            yield '<div class=wide tabindex="0"><table><thead><tr>'
            yield "".join(f'<th scope="col">{escape(name)}</th>' for name in head) + "</tr></thead><tbody>"
            for row in rows:
                yield "<tr>" + "".join(f"<td>{escape(value)}</td>" for value in row) + "</tr>"
            yield "</tbody></table></div>"
        case Bullets(items):
            yield "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"
        case StatusLine(text, tone):
            yield f'<p class="status {tone}">{escape(text)}</p>'
        case Illustration(svg, alt_text):
            yield f'<figure role="img" aria-label="{escape(alt_text)}">{svg}</figure>'
        case OpenQuestion(question):
            yield f"<div class=open>{escape(question)}</div>"
    yield "\n"
