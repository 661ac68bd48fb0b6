"""Every kind of block can be rendered as HTML and as PDF."""

from importlib.resources import files
from typing import get_args

import pytest

from passerby.config.notice import Language
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
from passerby.notice.html import render_html

EXAMPLES = {
    Heading: Heading("needle"),
    Paragraph: Paragraph("needle"),
    DefinitionList: DefinitionList((("needle", "x"),)),
    Table: Table(("needle",), (("x",),), (1,)),
    Bullets: Bullets(("needle",)),
    StatusLine: StatusLine("needle", "ok"),
    Illustration: Illustration("<svg/>", "needle"),
    OpenQuestion: OpenQuestion("needle"),
}


def test_there_is_an_example_of_every_block():
    assert set(get_args(Block)) == set(EXAMPLES)


@pytest.mark.parametrize("block", EXAMPLES.values(), ids=lambda block: type(block).__name__)
def test_every_block_is_rendered(block):
    assert "needle" in render_html(Document(Language.EN, "k", "t", (block,)))
    template = files("passerby.notice").joinpath("document.typ").read_text(encoding="utf-8")
    assert f'one.kind == "{type(block).__name__.lower()}"' in template
