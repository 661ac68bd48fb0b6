"""The page says what the report says, holds nothing from outside, and cannot be broken by what a file is called."""

import re
from html.parser import HTMLParser

import pytest

from passerby.documents.verification_report import FrameSample, SampledFrame, UpperBound, Verdict
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
    assert not re.search(
        r"<(script|img|link|iframe|object|video|canvas)\b|url\(|@import|https?://|\bon\w+=|data:", html
    )
    assert "default-src 'none'" in html


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
        "Review required", "0:12.0 to 0:13.2", "50 × 60 px at 10, 20", "sound tracks: 1", "FOIA (b)(6)",  # noqa: RUF001
        "A. Clerk", "J. &lt;Doe&gt;",
        "What is shown on purpose", "gait", "There is no upper bound", "not done", "blazeface-full",
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
    assert "B. Reader reviewed 1 frames of 1800" in page
    assert "No bound" not in page
