"""The report on a case, and that its page explains each field."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from passerby.documents.case_report import CaseReport, PackedFile, SignedCaseReport
from passerby.documents.verification_report import SignedVerificationReport
from tests.documents.test_verification_report import properties
from tests.verify.factories import example_case_report

PAGE = Path(__file__).parents[2] / "docs" / "ref" / "case-report.md"


def test_every_field_is_explained():
    text = PAGE.read_text(encoding="utf-8")
    own = set(properties(SignedCaseReport.model_json_schema()))
    own -= {"algorithm", "public_key", "fingerprint", "value"} & set(
        properties(SignedVerificationReport.model_json_schema())
    )
    assert own
    assert set() == {name for name in own if f"`{name}`" not in text}


def test_it_comes_back_as_it_was_written():
    report = example_case_report({"a.mp4": b"film"})
    assert report == CaseReport.model_validate_json(report.model_dump_json(exclude_none=True))


def test_a_file_of_the_package_has_its_hash():
    with pytest.raises(ValidationError):
        PackedFile(path="a.mp4", sha256="", size=1)
