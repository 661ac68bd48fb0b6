import pytest

from passerby.cases.case_list import ELSEWHERE_FILE, REASONS_FILE, CaseList
from passerby.cases.package import archive_path
from passerby.cli.common.case_files import find_media
from passerby.core.errors import CaseError, OutputError, SourceError
from passerby.documents.case_file import CASE_FILE, CaseDetails
from passerby.documents.reason_list import ReasonList, ReleaseReason
from passerby.review.errors import NotFoundError, ReviewError
from passerby.review.library import ReviewLibrary
from passerby.review.notes import ReviewNotes
from tests.cases.fixtures import DETAILS, NUMBER, add_clip


def again(cases):
    return CaseList(cases.folder, ReviewLibrary([], "J. Doe"), find_media)


def test_a_new_case_has_a_folder_of_its_number(cases, clip, tmp_path):
    film = add_clip(clip, tmp_path / "films", "yard.mp4")
    made = cases.create(DETAILS, [film])
    assert cases.folder / NUMBER == made.folder.folder
    assert [film.as_posix()] == [entry.source for entry in made.folder.case.files]
    assert 1 == len(cases.library.items)
    with pytest.raises(CaseError, match="already"):
        cases.create(DETAILS, [])


@pytest.mark.parametrize("number", ["", "..", "//"])
def test_a_number_that_names_no_folder_is_refused(cases, number):
    with pytest.raises(ReviewError, match="invalid name"):
        cases.create(CaseDetails(number=number), [])
    assert not cases.folder.exists()


def test_a_missing_file_makes_no_case(cases, tmp_path):
    with pytest.raises(SourceError):
        cases.create(DETAILS, [tmp_path / "none.mp4"])
    assert not cases.folder.exists()


def test_the_list_tells_the_state_without_opening_files(cases, case):
    cases.open_folder(case.folder)
    cases.create(DETAILS, [])
    case.paths(case.case.files[0]).notes.write_text(ReviewNotes(finished=True).to_json())
    later = again(cases)
    listed = {summary.folder: summary for summary in later.summaries()}
    assert {NUMBER, "case"} == set(listed)  # the folder elsewhere is remembered
    assert (2, 1, 0) == (listed["case"].files, listed["case"].reviewed, listed["case"].exported)
    assert [] == later.library.items


def test_numbers_of_cases_stay_theirs(cases, case):
    number = cases.open_folder(case.folder).id
    cases.create(DETAILS, [])
    assert {number} == {summary.id for summary in cases.summaries() if summary.folder == "case"}
    assert cases.case(number) is cases.open_folder(case.folder)
    assert cases.case_of(0) is cases.case(number)
    with pytest.raises(NotFoundError):
        cases.case(99)


def test_a_case_that_cannot_be_read_is_listed_with_the_reason(cases, case):
    cases.open_folder(case.folder)
    (case.folder / CASE_FILE).write_text("{}")
    (summary,) = again(cases).summaries()
    assert "not a case file" in summary.problem
    (cases.folder / ELSEWHERE_FILE).write_text("nonsense")
    assert [] == again(cases).summaries()


def test_reasons_are_kept_and_those_used_last_come_first(cases):
    assert ReasonList() == cases.reasons()
    cases.set_reasons([ReleaseReason(code="b(6)"), ReleaseReason(code="b(5)")])
    cases.note_reason("b(6)")
    cases.note_reason("b(5)")
    assert (2, ("b(5)", "b(6)")) == (len(again(cases).reasons().reasons), again(cases).reasons().recent)
    (cases.folder / REASONS_FILE).write_text("{")
    with pytest.raises(CaseError, match="list of reasons"):
        cases.reasons()
    cases.note_reason("b(6)")  # no error: an edit does not fail for it
    assert "{" == (cases.folder / REASONS_FILE).read_text()


def test_a_case_number_of_any_length_names_a_folder(cases):
    made = cases.create(CaseDetails(number="\u4e8b" * 100), [])  # 300 bytes
    other = cases.create(CaseDetails(number="\u4e8b" * 99 + "\u4ef6"), [])
    assert made.folder.folder != other.folder.folder
    assert archive_path(made.folder).name.endswith("-release.zip")
    archive_path(made.folder).write_bytes(b"")


def test_what_cannot_be_added_leaves_no_empty_case(cases, clip, tmp_path, monkeypatch):
    with pytest.raises(CaseError, match="None of these files can be added"):
        cases.create(DETAILS, [add_clip(clip, tmp_path / "films", "a\u202eb.mp4")])
    film = add_clip(clip, tmp_path / "films", "c.mp4")

    def fails(*_):
        raise OutputError("no room")

    monkeypatch.setattr("passerby.cases.case_folder.CaseFolder.add", fails)
    with pytest.raises(OutputError):
        cases.create(DETAILS, [film])
    assert [] == again(cases).summaries()
    assert not (cases.folder / NUMBER).exists()


def test_a_new_case_tells_what_was_left_out(cases, clip, tmp_path):
    for name in ("a.mp4", "._a.mp4", "b\u202ec.mp4"):
        add_clip(clip, tmp_path / "films", name)
    left_out = cases.create(DETAILS, [tmp_path / "films"]).response().left_out
    assert (1, ["b<U+202E>c.mp4"]) == (left_out.hidden, [refused.name for refused in left_out.refused])
