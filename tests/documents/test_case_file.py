import pytest
from pydantic import ValidationError

from passerby.documents.case_file import CaseDetails, CaseEntry, CaseFile

ENTRY = CaseEntry(source="yard.mp4", plan="yard.plan.json", output="yard.redacted.mp4")
CREATED = "2026-03-01T10:30:00+00:00"


def test_it_comes_back_as_it_was_written():
    case = CaseFile(details=CaseDetails(number="24-17", requested="2026-02-28"), created=CREATED, files=(ENTRY,))
    assert case == CaseFile.model_validate_json(case.to_json())


@pytest.mark.parametrize("field", ["plan", "output"])
@pytest.mark.parametrize("path", ["/etc/x", "../x", "a/../../x"])
def test_plans_and_outputs_stay_in_the_folder(field, path):
    """A case file may come from elsewhere: it must not have anything written outside of its folder."""
    with pytest.raises(ValidationError, match="folder of the case"):
        CaseEntry.model_validate(ENTRY.model_dump() | {field: path})


@pytest.mark.parametrize("field", ["source", "plan", "output"])
def test_no_two_files_share_a_path(field):
    other = CaseEntry(source="b", plan="c", output="d").model_copy(update={field: getattr(ENTRY, field)})
    with pytest.raises(ValidationError, match=field):
        CaseFile(created=CREATED, files=(ENTRY, other))


def test_the_date_of_the_request_is_a_date():
    with pytest.raises(ValidationError):
        CaseDetails(requested="yesterday")
