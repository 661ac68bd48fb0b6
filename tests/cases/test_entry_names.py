"""Names of plans and released copies: each file has its own, whatever the names of others are and were."""

import os
import time

from passerby.cases.case_folder import CaseFolder
from passerby.cases.entry_names import EntryNames
from passerby.cli.common.case_files import find_media
from passerby.documents.case_file import CaseFile
from tests.cases.fixtures import add_clip, media


def test_files_elsewhere_have_their_plans_in_the_case(case, tmp_path):
    other, third = tmp_path / "x" / "a.mp4", tmp_path / "y" / "a.mp4"
    added = case.add(media(other, third, other))
    assert [other.as_posix(), third.as_posix()] == [entry.source for entry in added]
    assert ["plans/a.plan.json", "plans/a.mp4.plan.json"] == [entry.plan for entry in added]
    assert ["a-2.redacted.mp4", "a-3.redacted.mp4"] == [entry.output for entry in added]


def test_a_photo_and_a_video_of_one_moment_are_two_files(case):
    (case.folder / "IMG_1.jpg.plan.json").write_text("{}")
    added = case.add(media(case.folder / "IMG_1.jpg", case.folder / "IMG_1.mp4"))
    assert ["IMG_1.jpg.plan.json", "IMG_1.plan.json"] == [entry.plan for entry in added]


def test_released_names_differ_on_file_systems_that_ignore_case_too(case, clip, tmp_path):
    case.add(
        [*media(add_clip(clip, tmp_path / "north", "Cam.mp4")), *media(add_clip(clip, tmp_path / "south", "cam.mp4"))]
    )
    names = [entry.output.lower() for entry in case.case.files]
    assert len({*names}) == len(names) == 4


def test_a_plan_of_a_file_that_was_removed_is_not_that_of_another_of_its_name(case, clip, tmp_path):
    north, south = add_clip(clip, tmp_path / "north", "cam.mp4"), tmp_path / "south" / "cam.mp4"
    (entry,) = case.add(media(north))
    assert "plans/cam.plan.json" == entry.plan
    case.remove(entry.source)
    south.parent.mkdir()
    south.write_bytes(clip.read_bytes()[:-1] + b"?")  # of the same size
    (other,) = case.add(media(south))
    assert "plans/cam.mp4.plan.json" == other.plan
    assert not case.paths(other).plan.exists()  # it is searched
    case.remove(other.source)
    (again,) = case.add(media(north))
    assert "plans/cam.plan.json" == again.plan


def test_a_file_that_takes_the_place_of_a_removed_one_has_a_plan_of_its_own(case):
    case.remove("a.mp4")
    path = case.folder / "a.mp4"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    (entry,) = case.add(media(path))
    assert "a.mp4.plan.json" == entry.plan


def test_the_released_copy_of_a_file_that_was_removed_is_not_that_of_another(case, clip, tmp_path):
    (entry,) = case.add(media(add_clip(clip, tmp_path / "north", "cam.mp4")))
    case.paths(entry).output.parent.mkdir()
    case.paths(entry).output.write_bytes(b"released")
    case.remove(entry.source)
    (other,) = case.add(media(add_clip(clip, tmp_path / "south", "cam.mp4")))
    assert "cam-2.redacted.mp4" == other.output


def test_names_as_long_as_a_disk_takes_leave_room_for_those_beside_them(case, clip, tmp_path):
    films = [add_clip(clip, tmp_path / folder, "y.mp4") for folder in ("north", "south")]
    long = [film.rename(film.with_name("\u76e3" * 83 + ".mp4")) for film in films]  # 253 bytes
    added = case.add(media(*long))
    names = [name for entry in added for name in (entry.plan, entry.output)]
    assert 4 == len(set(names))
    for name in names:
        assert len(os.fsencode(name.rpartition("/")[2])) <= 213
        (case.folder / name).parent.mkdir(exist_ok=True)
        (case.folder / name).with_name(name.rpartition("/")[2] + ".verification").mkdir()
    assert all(entry.output.endswith(".redacted.mp4") for entry in added)


def test_names_of_the_release_can_be_unpacked_on_windows(clip, tmp_path):
    folder = tmp_path / "case"
    for name in ("CON.mp4", "a:b?.mp4", "nul.tar.mp4", "dot..mp4", "aux /x.mp4", "end./x.mp4"):
        add_clip(clip, (folder / name).parent, name.rpartition("/")[2])
    outputs = {entry.source: entry.output for entry in CaseFolder.open(folder, find_media).case.files}
    assert {
        "CON.mp4": "_CON.redacted.mp4",
        "a:b?.mp4": "a_b_.redacted.mp4",
        "nul.tar.mp4": "_nul.tar.redacted.mp4",
        "dot..mp4": "dot..redacted.mp4",
        "aux /x.mp4": "aux_/x.redacted.mp4",
        "end./x.mp4": "end_/x.redacted.mp4",
    } == outputs


def test_two_names_that_are_one_on_windows_stay_two(clip, tmp_path):
    folder = tmp_path / "case"
    for name in ("a:b.mp4", "a?b.mp4"):
        add_clip(clip, folder, name)
    outputs = [entry.output for entry in CaseFolder.open(folder, find_media).case.files]
    assert {"a_b.redacted.mp4", "a_b-2.redacted.mp4"} == set(outputs)


def test_thousands_of_files_are_named_at_once(tmp_path):
    names = EntryNames(tmp_path, CaseFile(created="2026-03-01T10:30:00+00:00"))
    start = time.process_time()
    made = [names.entry(f"/films/{number}/{number % 5000}.mp4", f"{number % 5000}.mp4") for number in range(10_000)]
    assert 10_000 == len({entry.plan for entry in made}) == len({entry.output for entry in made})
    assert time.process_time() - start < 10  # it took minutes when each looked through all others
