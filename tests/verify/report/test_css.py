"""The style sheet and the page fit: what the page names is styled, and nothing is fetched."""

import re

from passerby.documents.verification_report import CheckOutcome, Verdict
from passerby.verify.report.css import STYLE


def test_every_verdict_and_outcome_has_a_style_of_its_own():
    styled = set(re.findall(r"\.([a-z_]+)", STYLE))
    assert {verdict.value for verdict in Verdict} <= styled
    assert {outcome.value for outcome in CheckOutcome} <= styled


def test_nothing_comes_from_outside():
    assert not re.search(r"url\(|@import|https?:", STYLE)
