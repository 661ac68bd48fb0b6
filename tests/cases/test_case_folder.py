import json
import shutil
import threading
import time

import pytest

from passerby.cases import case_folder
from passerby.cases.case_folder import CaseFolder
from passerby.cli.common.case_files import find_media
from passerby.core.errors import CaseError, OutputError, SourceError
from passerby.documents.case_file import CASE_FILE, MAX_FILES, CaseDetails
from passerby.review.errors import ReviewError
from tests.cases.fixtures import DETAILS, add_clip, media


def sources(case):
    return [entry.source for entry in case.case.files]


def test_a_folder_becomes_a_case(case):
    assert ["a.mp4", "b.mp4"] == sources(case)
    assert "case" == case.case.details.number
    paths = case.paths(case.case.files[0])
    assert paths.plan == case.folder / "a.plan.json"
    assert paths.output == case.folder / "release" / "a.redacted.mp4"
    again = CaseFolder.open(case.folder, find_media)
    assert again.case == case.case


def test_what_is_released_is_not_taken_for_a_source(case):
    output = case.paths(case.case.files[0]).output
    output.parent.mkdir()
    shutil.copy(case.folder / "a.mp4", output)
    assert ["a.mp4", "b.mp4"] == sources(CaseFolder.open(case.folder, find_media))


def test_new_files_are_added_and_removed_ones_stay_out(case, clip):
    case.remove("a.mp4")
    add_clip(clip, case.folder, "c.mp4")
    again = CaseFolder.open(case.folder, find_media)
    assert ["b.mp4", "c.mp4"] == sources(again)
    again.add(media(case.folder / "a.mp4"))  # asked for again
    assert ["b.mp4", "c.mp4", "a.mp4"] == sources(CaseFolder.open(case.folder, find_media))


def test_a_case_may_be_moved(case, tmp_path):
    moved = tmp_path / "elsewhere"
    case.folder.rename(moved)
    again = CaseFolder.load(moved)
    assert again.paths(again.case.files[0]).source == moved / "a.mp4"


def test_a_case_cannot_be_made_twice(tmp_path):
    CaseFolder.create(tmp_path / "new", DETAILS)
    with pytest.raises(CaseError, match="already"):
        CaseFolder.create(tmp_path / "new", DETAILS)


def test_a_case_file_that_is_damaged_is_not_overwritten(case):
    path = case.folder / CASE_FILE
    path.write_text(path.read_text()[:50])
    before = path.read_text()
    with pytest.raises(CaseError, match="not a case file"):
        CaseFolder.open(case.folder, find_media)
    assert before == path.read_text()


def test_a_change_that_cannot_be_saved_changes_nothing(case, monkeypatch):
    """Nothing is shown that would be gone after a restart."""

    def full(*_):
        raise OutputError("no room")

    monkeypatch.setattr("passerby.cases.case_folder.save_text", full)
    with pytest.raises(OutputError):
        case.set_details(CaseDetails(number="new"))
    assert "case" == case.case.details.number
    assert "case" == json.loads((case.folder / CASE_FILE).read_text())["details"]["number"]


def test_a_folder_without_films_is_no_case_unless_it_has_one(tmp_path):
    with pytest.raises(SourceError):
        CaseFolder.open(tmp_path, find_media)
    assert not (tmp_path / CASE_FILE).exists()
    CaseFolder.create(tmp_path, DETAILS)
    assert () == CaseFolder.open(tmp_path, find_media).case.files


def test_work_starts_from_the_plan_beside_a_file_elsewhere(case, clip, tmp_path):
    film = add_clip(clip, tmp_path / "elsewhere", "c.mp4")
    (entry,) = case.add(media(film))
    adopted = case.paths(entry).plan
    assert case.folder / "plans" / "c.plan.json" == adopted
    assert film.with_name("c.plan.json").read_text() == adopted.read_text()
    adopted.write_text("{}")
    case.remove(entry.source)
    case.add(media(film))
    assert "{}" == adopted.read_text()  # what was corrected in the case is not replaced


def test_what_another_program_has_changed_is_kept(case):
    """A case is released on the command line while its page is open."""
    other = CaseFolder.load(case.folder)
    other.set_released("a.mp4", "0" * 64, "1" * 64)
    case.set_details(DETAILS)
    again = CaseFolder.load(case.folder)
    assert ("0" * 64, DETAILS) == (again.case.files[0].plan_sha256, again.case.details)
    other.refresh()
    assert DETAILS == other.case.details


def test_a_plan_beside_another_file_is_not_adopted(case, clip, tmp_path):
    film = add_clip(clip, tmp_path / "elsewhere", "c.mp4")
    film.write_bytes(film.read_bytes()[:-1] + b"?")
    (entry,) = case.add(media(film))
    assert not case.paths(entry).plan.exists()


def test_a_folder_with_a_name_of_any_length_becomes_a_case(clip, tmp_path):
    folder = tmp_path / ("x" * 180)
    add_clip(clip, folder, "a.mp4")
    assert "x" * 100 == CaseFolder.open(folder, find_media).case.details.number


def test_a_case_that_would_be_too_large_to_be_opened_again_is_not_saved(case):
    with pytest.raises(CaseError, match="up to 10000 files"):
        case.add(media(*(case.folder / f"{number}.mp4" for number in range(MAX_FILES))))
    assert ["a.mp4", "b.mp4"] == sources(CaseFolder.load(case.folder))


def test_programs_that_change_a_case_at_the_same_time_lose_nothing(case, monkeypatch):
    """Between reading the file and replacing it, another program replaced it."""
    folders = [CaseFolder.load(case.folder) for _ in range(6)]
    save = case_folder.save_text

    def slowly(path, text):
        time.sleep(0.02)
        save(path, text)

    monkeypatch.setattr(case_folder, "save_text", slowly)
    threads = [
        threading.Thread(target=one.add, args=(media(case.folder / f"{number}.mp4"),))
        for number, one in enumerate(folders)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {"a.mp4", "b.mp4", *(f"{n}.mp4" for n in range(6))} == set(sources(CaseFolder.load(case.folder)))


def test_details_that_another_page_has_changed_are_not_overwritten(case):
    seen = case.case.details
    other = CaseFolder.load(case.folder)
    other.set_details(DETAILS, seen)
    with pytest.raises(ReviewError, match="details changed"):
        case.set_details(CaseDetails(number="mine"), seen)
    assert DETAILS == CaseFolder.load(case.folder).case.details
    case.set_details(CaseDetails(number="mine"), DETAILS)
    assert "mine" == CaseFolder.load(case.folder).case.details.number
