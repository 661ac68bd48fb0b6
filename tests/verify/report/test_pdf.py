"""The report as PDF: the same words, and nothing in them is taken for markup."""

import pypdfium2
import pytest

from passerby.verify.report.agency import Logo
from passerby.verify.report.pdf import can_render_pdf, render_pdf
from passerby.verify.report.signing import load_key, sign
from tests import stills
from tests.verify.factories import SHA, example_report


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return load_key(tmp_path_factory.mktemp("key"))


def text(content):
    document = pypdfium2.PdfDocument(content)
    pages = [page.get_textpage().get_text_range() for page in document]
    return " ".join(" ".join(pages).replace("\u200b", "").split())


def test_it_says_what_the_report_says(key):
    page = text(render_pdf(sign(example_report(agency="Records #1"), key)))
    for wanted in (
        "Review needed: 1 place",
        "List of redactions and reasons",
        "Shown on purpose",
        "Muted",
        "Records #1",
    ):
        assert wanted in page
    unbroken = page.replace(" ", "").replace("\ufffe", "").replace("\x02", "")
    assert SHA in unbroken
    assert key.fingerprint in unbroken


def test_markup_in_names_is_text(key):
    file = example_report().file.model_copy(update={"name": '#image("x") *a*.mp4'})
    assert '#image("x") *a*.mp4' in text(render_pdf(sign(example_report(file=file), key)))


def test_it_is_tagged_and_holds_the_logo(key, tmp_path):
    stills.image().save(tmp_path / "logo.png")
    logo = Logo((tmp_path / "logo.png").read_bytes())
    content = render_pdf(sign(example_report(agency="Records"), key), logo)
    assert can_render_pdf()
    assert b"/StructTreeRoot" in content
    assert len(content) > len(render_pdf(sign(example_report(agency="Records"), key)))
