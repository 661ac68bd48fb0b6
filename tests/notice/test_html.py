"""HTML: self-contained, escaped, and styled by a hash that its own policy allows."""

import base64
import hashlib
import re

from passerby.config.notice import Language
from passerby.notice.document import Bullets, DefinitionList, Document, Heading, Illustration, Paragraph, StatusLine
from passerby.notice.html import CONTENT_SECURITY_POLICY, render_html


def page(*blocks, links=()):
    return render_html(Document(Language.EN, "kicker", "A <title>", blocks), links)


def test_texts_are_escaped():
    text = page(Paragraph("<script>"), Bullets(("a & b",)), DefinitionList((("<dt>", "<dd>"),)))
    assert "<script>" not in text
    assert "a &amp; b" in text
    assert "<h1>A &lt;title&gt;</h1>" in text


def test_the_policy_allows_the_style_by_its_hash():
    style = re.search(r"<style>(.*?)</style>", page(), re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in CONTENT_SECURITY_POLICY


def test_every_tone_has_a_style():
    text = page(*(StatusLine("x", tone) for tone in ("ok", "warning", "error")))
    for tone in ("ok", "warning", "error"):
        assert f'class="status {tone}"' in text
        assert f".{tone}{{color:var(--{tone})}}" in text


def test_illustrations_have_a_text_alternative():
    assert 'role="img" aria-label="a door"><svg/>' in page(Illustration("<svg/>", "a door"))


def test_headings_have_levels():
    assert ("<h2>a</h2>", True) == (
        re.search(r"<h2>.*?</h2>", page(Heading("a")))[0],
        "<h3>" in page(Heading("b", True)),
    )


def test_other_languages_are_linked():
    assert '<a lang="de" hreflang="de" href="de.html">Deutsch</a>' in page(links=[("de", "de.html", "Deutsch")])
    assert "<nav" not in page()
