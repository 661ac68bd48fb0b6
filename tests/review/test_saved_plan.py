import errno
import os
import threading

import pytest

from passerby.core.errors import DiskFull, OutputError
from passerby.documents.plan import Plan
from passerby.documents.plan_parts.journal import PlanMark, journal_path, mark_line
from passerby.review.errors import ReviewError
from passerby.review.history import Change
from passerby.review.open_file import OpenFile
from passerby.review.saved_plan import SavedPlan
from tests.plans import permanent_track
from tests.review.fixtures import PATCH


def reopened(paths):
    file = OpenFile(0, paths, "J. Doe")
    file.prepare()
    return file


def test_an_edit_does_not_write_the_plan(item, paths):
    """That of an hour has megabytes."""
    before = paths.plan.read_bytes()
    item.file.edit([Change(0, 1, None, "a sign")])
    assert before == paths.plan.read_bytes()
    assert () == Plan.load(paths.plan).tracks(0)
    assert journal_path(paths.plan).stat().st_size < 1000


def test_a_program_that_was_killed_loses_nothing(item, paths):
    item.file.edit([Change(0, 1, None, "a sign")])
    item.file.edit([Change(0, 2, permanent_track(2, PATCH))])
    item.file.undo()
    again = reopened(paths)
    assert ("ready", [], True) == (again.state, again.history.tracks(0), again.history.can_redo)
    again.redo()
    assert [2] == [track.number for track in reopened(paths).history.tracks(0)]


def test_closing_writes_the_plan(item, paths):
    item.file.edit([Change(0, 1, None, "a sign")])
    item.close()
    assert not journal_path(paths.plan).exists()
    assert () == Plan.parse(paths.plan.read_bytes(), paths.plan).tracks(0)
    written = paths.plan.stat()
    item.close()
    assert written == paths.plan.stat()
    item.file.undo()  # and it can be edited on
    assert [1] == [track.number for track in reopened(paths).history.tracks(0)]


def test_a_box_that_is_followed_is_in_the_plan_once(item, paths):
    group, _ = item.file.edit([Change(0, 5, permanent_track(5, PATCH))])
    for left in range(1, 5):
        moved = PATCH.translate(left, 0)
        item.file.edit([Change(0, 5, permanent_track(5, moved))], group)
    assert item.file.history.plan == Plan.load(paths.plan)
    assert 2 == len(Plan.load(paths.plan).corrections)


def test_a_crash_before_the_journal_is_removed(item, paths):
    item.file.edit([Change(0, 1, None)])
    left = journal_path(paths.plan).read_bytes()
    parts = item.file.history.saved_parts()
    item.file.write_plan()
    assert b"".join(parts) == paths.plan.read_bytes()
    # The same, but the program ended before the journal was gone: the line about the new plan was on the disk.
    journal_path(paths.plan).write_bytes(left + mark_line(PlanMark.of(parts)))
    again = reopened(paths)
    assert ("ready", 1) == (again.state, len(again.history.plan.corrections))
    again.undo()
    assert [1] == [track.number for track in reopened(paths).history.tracks(0)]


def test_a_full_disk_leaves_what_was_confirmed(item, paths, monkeypatch):
    item.file.edit([Change(0, 1, None, "a sign")])
    before = journal_path(paths.plan).read_bytes()
    write = os.pwrite

    def half(descriptor, data, offset):
        if len(data) > 20:
            return write(descriptor, data[:20], offset)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("passerby.review.saved_plan.os.pwrite", half)
    with pytest.raises(DiskFull):
        item.file.undo()
    assert before == journal_path(paths.plan).read_bytes()
    assert [] == item.file.history.tracks(0)
    monkeypatch.undo()
    item.file.edit([Change(0, 7, permanent_track(7, PATCH))])
    assert item.file.history.plan == Plan.load(paths.plan)


def test_two_programs_do_not_lose_each_others_corrections(item, paths):
    other = reopened(paths)
    item.file.edit([Change(0, 1, None)])
    for _ in range(2):
        with pytest.raises(ReviewError, match="plan changed"):
            other.edit([Change(0, 2, permanent_track(2, PATCH))])
    item.file.edit([Change(0, 3, permanent_track(3, PATCH))])
    item.file.write_plan()
    with pytest.raises(ReviewError, match="plan changed"):
        other.edit([Change(0, 2, permanent_track(2, PATCH))])
    with pytest.raises(ReviewError, match="plan changed"):
        other._saved.append(b"x\n")
    item.file.undo()
    assert item.file.history.plan == Plan.load(paths.plan)


def test_of_many_programs_at_once_one_edit_wins(paths):
    files = [reopened(paths) for _ in range(6)]
    start, won = threading.Barrier(len(files)), []

    def edit(number, file):
        start.wait()
        try:
            file.edit([Change(0, number, permanent_track(number, PATCH))])
            won.append(number)
        except ReviewError:
            pass

    threads = [threading.Thread(target=edit, args=(10 + n, file)) for n, file in enumerate(files)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert 1 == len(won)
    assert [1, *won] == [track.number for track in Plan.load(paths.plan).tracks(0)]


def test_a_journal_that_is_a_link_is_not_written_to(paths, tmp_path):
    (tmp_path / "elsewhere").write_text("")
    journal_path(paths.plan).symlink_to(tmp_path / "elsewhere")
    saved = SavedPlan(paths.plan)
    with pytest.raises(OutputError):
        saved.append(b"x\n")
    assert "" == (tmp_path / "elsewhere").read_text()


def test_a_plan_that_is_made_anew_has_no_journal(item, paths, monkeypatch):
    item.file.edit([Change(0, 1, None)])
    plan = Plan.parse(paths.plan.read_bytes(), paths.plan)
    paths.plan.unlink()
    monkeypatch.setattr("passerby.review.files.api.analyse", lambda *_, **__: plan)
    assert [1] == [track.number for track in reopened(paths).history.tracks(0)]
