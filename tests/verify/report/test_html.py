"""The page says what the report says, holds nothing from outside, and cannot be broken by what a file is called."""

import re
from html.parser import HTMLParser

import pytest

from passerby.documents.verification_report import FindingAnswer, FrameSample, SampledFrame, UpperBound, Verdict
from passerby.verify.report.html import render_report
from passerby.verify.report.signing import load_key, sign
from tests.verify.factories import SHA, example_report


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return load_key(tmp_path_factory.mktemp("key"))


def text(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html.partition("</style>")[2]).split())


def test_it_stands_alone(key):
    html = render_report(sign(example_report(), key))
    assert not re.search(r"<(script|img|link|iframe|object|video|canvas)\b|url\(|@import|https?://|\bon\w+=|src=", html)
    assert "default-src 'none'" in html


def test_the_agency_and_its_logo_are_at_the_top(key):
    logo = "data:image/png;base64,AAAA"
    html = render_report(sign(example_report(agency="Police of <Springfield>"), key), logo)
    assert "Police of &lt;Springfield&gt;" in html
    assert f'src="{logo}"' in html
    assert "img-src data:" in html


def test_an_answer_stands_beside_its_finding(key):
    answer = FindingAnswer(by="A. Clerk", created="2026-03-04T07:00:00+00:00", reason="a poster")
    finding = example_report().findings[0].model_copy(update={"answer": answer})
    page = text(render_report(sign(example_report(findings=(finding,), verdict=Verdict.REVIEWED), key)))
    assert "No problem: a poster A. Clerk, 2026-03-04 07:00:00 UTC" in page
    assert "Reviewed A person has answered 1 finding: none is a problem. 2 checks were not run" in page


def test_it_is_made_from_the_report_alone(key):
    signed = sign(example_report(), key)
    assert render_report(signed) == render_report(type(signed).model_validate_json(signed.model_dump_json()))


def test_names_are_text(key):
    html = render_report(sign(example_report(), key))
    assert "a face &lt;b&gt;" in html
    assert "a face <b>" not in html


def test_tags_close(key):
    """Those that must be closed are."""
    depth = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag, attributes):
            if tag in ("main", "section", "table", "dl", "ul", "svg", "header", "div", "pre"):
                depth.append(tag)

        def handle_endtag(self, tag):
            if depth and tag == depth[-1]:
                depth.pop()

    Parser().feed(render_report(sign(example_report(), key)))
    assert [] == depth


@pytest.mark.parametrize(
    "wanted",
    [
        "Review needed: 1 place", "0:12.0 to 0:13.2", "50 × 60 px at 10, 20", "sound tracks: 1", "FOIA (b)(6)",  # noqa: RUF001
        "A. Clerk", "J. &lt;Doe&gt;",
        "List of redactions and reasons",
        "Shown on purpose Face 9 0:02.000 0:03.500 =a request (up to 25% of it shows)",
        "Muted Sound 0:04.000 0:05.000 a name A. Clerk", "Cut out Picture and sound 0:06.000 (2.500 s taken out)",
        "Masked Face 1 0:01.500 0:09.000", "Limits of this report", "gait", "There is no upper bound", "not run",
        "blazeface-full",
        "centerface", "face, plate", SHA,
        "passerby verify --check report.json yard.redacted.mp4",
    ],
)  # fmt: skip
def test_what_a_reader_needs_is_there(wanted, key):
    assert wanted in text(render_report(sign(example_report(), key)))


def test_the_fingerprint_is_there(key):
    assert key.fingerprint in render_report(sign(example_report(), key))


@pytest.mark.parametrize("verdict", list(Verdict))
def test_each_verdict_has_its_headline(verdict, key):
    html = render_report(sign(example_report(verdict=verdict), key))
    assert f'class="verdict {verdict.value}"' in html


def test_the_upper_bound_is_reported_with_reviewer_and_date(key):
    sample = FrameSample(sha256=SHA, population=1800, frames=(SampledFrame(number=1, video=0, frame=3, time=0.1),))
    bound = UpperBound(sample=sample, reviewer="B. Reader", reviewed_on="4 March", positives=(), percent=95.0)
    page = text(render_report(sign(example_report(bound=bound), key)))
    assert "At most 95 % of the frames" in page
    assert "B. Reader judged 1 frame of 1800" in page
    assert "No bound" not in page
