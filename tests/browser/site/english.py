"""Finds English on a page that is shown in German: texts of the catalogues, and sentences of the server."""

import json
import re
from pathlib import Path

SITE = Path(__file__).parents[3] / "web" / "src" / "site"
CATALOGUES = {"languages/de.json": "messages*.ts", "fleet/languages/de.json": "fleet/messages.ts"}
_ENTRY = re.compile(r"^  (\w+):\s+(?:'((?:[^'\\]|\\.)*)'|\"([^\"]*)\"),$", re.MULTILINE)
#: Words that no German sentence has.
_WORDS = re.compile(r"(?<![\w.\-/])(the|is|are|and|of|with|this|has|have|been|cannot|from|nothing|it)(?![\w.\-/])")
#: What the pages show, and what a screen reader reads out: lines of it.
_LINES = """() => [
    ...document.body.innerText.split('\\n'),
    ...[...document.querySelectorAll('[aria-label], [title], [placeholder], option')].flatMap((one) =>
        [one.getAttribute('aria-label'), one.title, one.placeholder, one.tagName === 'OPTION' ? one.text : '']),
].map((line) => (line ?? '').trim()).filter(Boolean)"""


def english_patterns():
    """Of each English text of which the German one differs: what a line has to be to be it."""
    for german, english in CATALOGUES.items():
        texts = json.loads((SITE / german).read_text())
        for path in sorted(SITE.glob(english)):
            for key, single, double in _ENTRY.findall(path.read_text()):
                text = single.replace("\\'", "'") or double
                if texts.get(key, text) != text and len(text) > 3:
                    yield re.sub(r"\\\{\w+\\\}", "(.+)", re.escape(text))


def english_left(page, given=()):
    """Lines in English. `given`: texts of the people who use the pages, and of the tests."""
    known = [re.compile(pattern) for pattern in english_patterns() if re.sub(r"[(.+)\W]", "", pattern)]
    assert len(known) > 500
    lines = {line for line in page.evaluate(_LINES) if not any(text in line for text in given)}
    german = set(json.loads((SITE / "languages/de.json").read_text()).values())
    return sorted(line for line in lines - german if _WORDS.search(line) or any(one.fullmatch(line) for one in known))
