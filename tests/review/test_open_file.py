import os

import pytest

from passerby.documents.plan import Plan
from passerby.review.errors import ReviewError
from passerby.review.history import Change
from passerby.review.open_file import FileNotReady, OpenFile


def test_until_it_is_open_there_is_nothing_to_see(paths):
    file = OpenFile(0, paths, "J. Doe")
    for attribute in ("history", "viewer", "thumbnail_viewer"):
        with pytest.raises(FileNotReady, match="not open"):
            getattr(file, attribute)
    file.prepare()
    assert ("ready", 24) == (file.state, len(file.times(0)))


def test_a_file_that_cannot_be_opened_raises_its_error_on_each_access(paths):
    paths.source.write_bytes(b"no video")
    file = OpenFile(0, paths, "J. Doe")
    file.prepare()
    assert "failed" == file.state
    with pytest.raises(FileNotReady) as raised:
        _ = file.viewer
    assert file.error == raised.value.info


def test_an_edit_is_on_the_disk(item, paths):
    group, keys = item.file.edit([Change(0, 1, None, "a sign")])
    assert (1, [(0, 1)]) == (group, keys)
    assert () == Plan.load(paths.plan).tracks(0)
    item.file.undo()
    assert [1] == [track.number for track in Plan.load(paths.plan).tracks(0)]


def test_a_plan_that_another_program_changed_is_not_overwritten(item, paths):
    os.utime(paths.plan, (1, 1))
    for change in (lambda: item.file.edit([Change(0, 1, None)]), item.file.undo, item.file.redo):
        with pytest.raises(ReviewError, match="plan changed"):
            change()


def test_queue_entries_are_recomputed_after_a_change(item):
    first = item.file.plan_entries()
    assert first is item.file.plan_entries()
    item.file.edit([Change(0, 1, None)])
    assert first is not item.file.plan_entries()


def test_notes_are_on_the_disk(item, paths):
    item.file.update_notes(finished=True)
    assert '"finished": true' in paths.notes.read_text()
