import pytest

from passerby.cases.case_report_pdf import render_pdf
from passerby.verify.report.agency import Logo
from passerby.verify.report.signing import load_key, sign_case
from tests import stills
from tests.cases.test_case_report import REPORT
from tests.verify.report.test_pdf import text


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return load_key(tmp_path_factory.mktemp("key"))


def test_it_says_what_the_page_says(key):
    page = text(render_pdf(sign_case(REPORT.model_copy(update={"agency": "Records #1"}), key)))
    wanted = ("24-17: what is released", "J. Roe", "2026-02-28", "Records #1", "No problems found", "2.50 s", "b(6)")
    for one in (*wanted, "Review needed: 1 place", "nobody has marked it as reviewed", "d <i>.mp4"):
        assert one in page
    unbroken = page.replace(" ", "").replace("\ufffe", "").replace("\x02", "")
    assert "a" * 64 in unbroken
    assert key.fingerprint in unbroken
    assert "--checkcase-report.jsoncase-report.pdf" in unbroken


def test_markup_in_names_is_text(key):
    details = REPORT.case.model_copy(update={"number": '#image("x") *a*'})
    assert '#image("x") *a*' in text(render_pdf(sign_case(REPORT.model_copy(update={"case": details}), key)))


def test_it_is_tagged_and_holds_the_logo(key, tmp_path):
    stills.image().save(tmp_path / "logo.png")
    named = sign_case(REPORT.model_copy(update={"agency": "Records"}), key)
    content = render_pdf(named, Logo((tmp_path / "logo.png").read_bytes()))
    assert b"/StructTreeRoot" in content
    assert len(content) > len(render_pdf(named))
