import pytest

from passerby.cases.case_report import MISSING_TEXTS, render_html
from passerby.documents.case_report import CaseReport, CaseReportFile, MissingFile, WithheldItem
from passerby.verify.report.files import check_page
from passerby.verify.report.signing import canonical, load_key, sign_case
from tests.cases.fixtures import DETAILS

REPORT = CaseReport(
    program="passerby",
    created="2026-03-01T10:30:00+00:00",
    case=DETAILS,
    files=(
        CaseReportFile(path="a.mp4", sha256="a" * 64, size=10, source="a", verdict="clean"),
        CaseReportFile(path="b.mp4", sha256="b" * 64, size=10, source="b", verdict="review", findings=1),
        CaseReportFile(path="c.mp4", sha256="c" * 64, size=10, source="c", verdict="unchecked"),
    ),
    missing=(MissingFile(name="d <i>.mp4", reason="not_reviewed"),),
    withheld=(WithheldItem(file="a.mp4", item="Face 1", start=1, end=2.5, code="b(6)"),),
)


@pytest.fixture
def key(tmp_path):
    return load_key(tmp_path)


def test_it_says_what_goes_out_and_what_does_not(key):
    page = render_html(sign_case(REPORT, key))
    wanted = ("24-17", "J. Roe", "2026-02-28", "Town", "A. Lee", "No problems found", "Review needed: 1 place<")
    for text in (*wanted, "Not checked independently", MISSING_TEXTS["not_reviewed"], "2.50 s", "b(6)"):
        assert text in page


@pytest.mark.parametrize(
    ("verdict", "findings", "said"),
    [
        ("clean", 0, "No problems found"),
        ("clean", 1, "Reviewed: 1 place, it is no problem"),
        ("clean", 3, "Reviewed: 3 places, none is a problem"),
        ("review", 2, "Review needed: 2 places"),
        ("unchecked", 1, "Not checked independently"),
    ],
)
def test_what_a_person_has_answered_is_not_said_to_be_nothing(key, verdict, findings, said):
    file = REPORT.files[0].model_copy(update={"verdict": verdict, "findings": findings})
    assert f"<td>{said}</td>" in render_html(sign_case(REPORT.model_copy(update={"files": (file,)}), key))


def test_it_says_what_is_shown_on_purpose(key):
    assert "Shown on purpose (0)</h2>\n<p>Nothing.</p>" in render_html(sign_case(REPORT, key))
    shown = WithheldItem(file="a.mp4", item="Plate 39", start=0, end=1.13, by="A. Lee")
    page = render_html(sign_case(REPORT.model_copy(update={"shown": (shown,)}), key))
    assert "Shown on purpose (1)</h2>" in page
    assert "<td>Plate 39</td>" in page.split("Shown on purpose")[1]
    assert "2026-03-01 10:30:00 UTC" in page


def test_a_report_of_a_version_that_did_not_list_what_is_shown_still_has_its_signature(key):
    signed = sign_case(REPORT, key)
    assert b'"shown"' not in canonical(signed.report)
    assert b'"shown":[]' in canonical(REPORT.model_copy(update={"shown": ()}))


def test_long_names_break_and_numbers_do_not(key):
    page = render_html(sign_case(REPORT, key))
    assert "td,h1{overflow-wrap:anywhere}" in page
    assert '<td class="n">10</td>' in page
    assert '<td class="n">2.50 s</td>' in page
    assert "<td>a.mp4</td>" in page


def test_names_are_no_markup_and_nothing_is_loaded(key):
    page = render_html(sign_case(REPORT, key))
    assert "d &lt;i&gt;.mp4" in page
    assert "<i>" not in page
    assert "default-src 'none'" in page
    assert "http://" not in page


def test_it_says_how_to_check_its_signature(key):
    page = render_html(sign_case(REPORT, key))
    assert key.fingerprint in page
    assert "passerby verify --check case-report.json case-report.html --key" in page


def test_the_recipients_page_gives_the_same_reasons():
    for text in MISSING_TEXTS.values():
        assert text in check_page().decode()


def test_the_agency_stands_above_with_its_logo(key):
    assert "<img" not in render_html(sign_case(REPORT, key))
    named = sign_case(REPORT.model_copy(update={"agency": 'Police of "Exampleton"'}), key)
    page = render_html(named, "data:image/png;base64,AAAA")
    assert '<img class="logo" alt="Police of &quot;Exampleton&quot;" src="data:image/png;base64,AAAA">' in page
    assert page.index('class="agency"') < page.index("<h1>")
    assert "img-src data:" in page
