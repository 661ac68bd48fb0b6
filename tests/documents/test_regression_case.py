import pytest
from pydantic import ValidationError

from passerby.documents.regression_case import CaseBox, CaseFrame, CaseSource, RegressionCase

SOURCE = CaseSource(path="gate.png", sha256="ab" * 32)
FRAME = CaseFrame(index=3, time=0.3, boxes=(CaseBox(kind="face", box=(1, 2, 3, 4)),))


def test_a_case_survives_being_written_and_read():
    case = RegressionCase(source=SOURCE, created="2026-03-01T10:30:00+00:00", note="late", frames=(FRAME,))
    assert case == RegressionCase.model_validate_json(case.to_json())
    assert "note" not in RegressionCase(source=SOURCE, frames=(FRAME,)).to_json()


@pytest.mark.parametrize(
    "change", [{"frames": ()}, {"pixels": "..."}, {"source": {"path": "", "sha256": "ab" * 32}}, {"schema_version": 2}]
)
def test_an_invalid_case_is_refused(change):
    with pytest.raises(ValidationError):
        RegressionCase.model_validate({"source": SOURCE, "frames": (FRAME,)} | change)


def test_only_faces_and_plates_are_scored():
    with pytest.raises(ValidationError):
        CaseBox(kind="person", box=(1, 2, 3, 4))
