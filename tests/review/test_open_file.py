import os
import threading

import pytest

from passerby.core.errors import OutputError
from passerby.documents.plan import Plan
from passerby.review.errors import ReviewError
from passerby.review.history import Change
from passerby.review.notes import ReviewNotes
from passerby.review.open_file import FileNotReady, OpenFile
from passerby.review.queue import queue_entries


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


def test_an_edit_does_not_wait_for_the_queue(item, monkeypatch):
    """That of an hour takes a while, and the page of a case asks for it again and again."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_, **__):
        begun.set()
        assert go_on.wait(30)
        return []

    monkeypatch.setattr("passerby.review.open_file.queue_entries", slow)
    item.file.edit([Change(0, 1, None, "a sign")])
    other = threading.Thread(target=item.file.plan_entries)
    other.start()
    assert begun.wait(30)
    edit = threading.Thread(target=item.file.undo)
    edit.start()
    edit.join(20)
    waited = edit.is_alive()
    go_on.set()
    other.join(30)
    edit.join(30)
    assert not waited
    monkeypatch.undo()
    assert [entry.track for entry in item.file.plan_entries()] == [entry.track for entry in fresh_entries(item)]


def fresh_entries(item):
    file = item.file
    return queue_entries(0, file.history.plan.videos[0], file.history.tracks(0), file.times(0), file.time_base(0))


def test_notes_are_on_the_disk(item, paths):
    item.file.update_notes(finished=True)
    assert '"finished": true' in paths.notes.read_text()


def test_what_was_reviewed_is_the_file_and_not_its_name(paths, item):
    """Another file under the same name, and a plan that is made anew: nobody has reviewed either."""
    item.file.update_notes(finished=True)
    for of_other in (True, False):
        file = OpenFile(0, paths, "J. Doe")
        if of_other:
            notes = ReviewNotes.load(paths.notes).model_copy(update={"source_sha256": "0" * 64})
            paths.notes.write_text(notes.to_json(), encoding="utf-8")
        file.prepare()
        assert of_other is not file.notes.finished
        item.file.refresh_notes()
        item.file.update_notes(finished=True)


def test_an_edit_that_cannot_be_saved_did_not_happen(item, paths, monkeypatch):
    """What is released would otherwise differ from what is on the disk."""

    def full(*_):
        raise OutputError("No room left.")

    item.file.edit([Change(0, 1, None, "a sign")])
    item.file.undo()
    monkeypatch.setattr("passerby.review.saved_plan.SavedPlan.append", full)
    monkeypatch.setattr("passerby.review.open_file.save_text", full)
    for change in (lambda: item.file.edit([Change(0, 1, None)]), item.file.redo):
        with pytest.raises(OutputError):
            change()
        assert [1] == [track.number for track in item.file.history.tracks(0)]
    with pytest.raises(OutputError):
        item.file.update_notes(finished=True)
    assert not item.file.notes.finished


def test_notes_that_another_program_changed_are_read_again_and_not_overwritten(item, paths):
    """Two programs have one case open: who withdraws a file must not be overruled by who has not seen it."""
    item.file.update_notes(finished=True)
    withdrawn = item.file.notes.model_copy(update={"finished": False})
    paths.notes.unlink()
    paths.notes.write_text(withdrawn.to_json(), encoding="utf-8")
    with pytest.raises(ReviewError, match="plan changed"):
        item.file.update_notes(reviewed=("1",))
    item.file.refresh_notes()
    assert not item.file.notes.finished
    item.file.update_notes(finished=True)
    assert ReviewNotes.load(paths.notes).finished
