"""Verdicts for the page. Those of real exports are in tests/integration/test_review_export.py."""

from fractions import Fraction

import pytest

from passerby.documents.plan_parts.spans import TrimSpan
from passerby.documents.trim import Trims
from passerby.review.release.verification import _source_seconds, load_earlier

BASE = Fraction(1, 1000)


@pytest.mark.parametrize(
    ("spans", "release_s", "source_s"),
    [
        ((), 1.5, 1.5),
        (((0.0, 2.0),), 0.5, 2.5),
        (((1.0, 2.0),), 0.5, 0.5),
        (((1.0, 2.0),), 1.5, 2.5),
        (((1.0, 2.0), (3.0, 4.0)), 2.5, 4.5),
    ],
)
def test_times_of_the_release_are_shown_as_times_of_the_source(spans, release_s, source_s):
    trims = Trims((TrimSpan(start=start, end=end) for start, end in spans), BASE)
    assert source_s == _source_seconds(release_s, trims)


@pytest.mark.parametrize("text", [None, "", "{}", "no json"])
def test_an_unreadable_report_is_none(tmp_path, text):
    if text is not None:
        (tmp_path / "report.json").write_text(text)
    assert load_earlier(tmp_path, "0" * 64) is None
