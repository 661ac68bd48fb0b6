from datetime import UTC, datetime

import pytest

from passerby.cases.package import archive_path, write_release
from passerby.core.errors import CaseError
from passerby.documents.case_file import CaseDetails
from passerby.documents.reason_list import ReasonList

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(("number", "name"), [("24/17 a", "24-17-a"), ("../..", "case"), ("", "case")])
def test_the_archive_is_named_after_the_case_and_stays_in_its_folder(case, number, name):
    case.set_details(CaseDetails(number=number))
    assert case.folder / f"{name}-release.zip" == archive_path(case)


def test_nothing_is_packed_when_nothing_is_ready(case):
    with pytest.raises(CaseError, match="No file"):
        write_release(case, [], [], ReasonList(), "J. Doe", NOW)
    assert not archive_path(case).exists()


def test_a_file_without_its_report_is_not_packed(case):
    with pytest.raises(CaseError, match="missing or damaged"):
        write_release(case, case.case.files[:1], [], ReasonList(), "J. Doe", NOW)
    assert not archive_path(case).exists()
    assert case.case.released is None
