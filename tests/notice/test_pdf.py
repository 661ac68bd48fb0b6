"""PDF by Typst: texts stay texts, and failures say what to do."""

import pypdfium2
import pytest

from passerby.config.notice import Language
from passerby.core.errors import OutputError
from passerby.notice import pdf
from passerby.notice.document import Document, OpenQuestion, Paragraph, Table
from passerby.notice.pdf import render_pdf


def test_texts_are_not_interpreted_as_typst_code():
    wild = '#panic("x") $x$ *a* _b_ \\ @c <d> `e` ~ "'
    blocks = (Paragraph(wild), Table((wild,), ((wild,),), (1,)), OpenQuestion(wild))
    (page,) = pypdfium2.PdfDocument(render_pdf(Document(Language.EN, wild, wild, blocks), wild, wild))
    assert 6 <= " ".join(page.get_textpage().get_text_range().split()).count('#panic("x") $x$ *a* ')


def test_a_document_that_cannot_be_typeset_is_an_error_with_advice(monkeypatch):
    monkeypatch.setattr(pdf, "PDF_STANDARDS", ["a-1a", "a-4"])  # no file can conform to both
    with pytest.raises(OutputError, match="The HTML files have the same content"):
        render_pdf(Document(Language.EN, "k", "t", ()), "a", "b")
