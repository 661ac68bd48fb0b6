"""The verification report, and that its page explains each field."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from passerby.documents.report import Report
from passerby.documents.verification_report import Finding, SignedVerificationReport, Verdict, VerificationReport
from tests.verify.factories import example_report

PAGE = Path(__file__).parents[2] / "docs" / "ref" / "verify.md"


def properties(schema):
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from properties(value)


def test_every_field_is_explained():
    text = PAGE.read_text(encoding="utf-8")
    own = set(properties(SignedVerificationReport.model_json_schema())) - set(properties(Report.model_json_schema()))
    assert own
    assert set() == {name for name in own if f"`{name}`" not in text}


@pytest.mark.parametrize("verdict", list(Verdict))
def test_review_is_needed_for_findings_and_for_files_without_content(verdict):
    expected = verdict in (Verdict.FINDINGS, Verdict.NO_CONTENT)
    assert expected is example_report(verdict=verdict).needs_review


def test_it_survives_being_written_and_read():
    assert example_report() == VerificationReport.model_validate_json(example_report().model_dump_json())


def test_unknown_fields_and_impossible_numbers_are_refused():
    with pytest.raises(ValidationError):
        Finding(number=0, check="faces", description="x")
    with pytest.raises(ValidationError):
        VerificationReport.model_validate(example_report().model_dump() | {"picture": "..."})
