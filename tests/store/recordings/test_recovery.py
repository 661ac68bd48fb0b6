"""Torn on purpose: files, the write-ahead log, the database. What comes back plays, and nothing comes back that was
deleted."""

import os
import shutil

import pytest

from passerby.store.database import NAME, Database
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.retention import Retention
from tests.store.db_helpers import all_play, everything, files, frames_in
from tests.store.footage import DAY, WALL, Clock, parts
from tests.store.recordings.test_index import record


def torn(recordings, clock, count=3):
    """A crash while the camera is being written: nothing is closed."""
    writer = recordings.writer("yard")
    for part in parts(clock, count=count):
        writer.append(part)
    return writer


def file_of(recordings, segment):
    return recordings.database.folder.path / segment.path


def test_nothing_is_found_where_all_is_well(recordings, clock):
    record(recordings, clock)
    assert recordings.recover().sound
    assert recordings.check().sound


def test_a_part_that_was_being_written_is_cut_off(recordings, clock):
    torn(recordings, clock)
    (segment,) = everything(recordings)
    (half,) = parts(clock, count=1)
    with file_of(recordings, segment).open("ab") as file:
        file.write(half.body[:500])
    assert ["long"] == [finding.what for finding in recordings.recover().findings]
    assert segment.size == file_of(recordings, segment).stat().st_size
    assert [(30, False)] == [(one.frames, one.open) for one in everything(recordings)]
    assert recordings.check().sound


@pytest.mark.parametrize("how", ["cut", "zeros", "scribbled"])
def test_a_torn_file_keeps_its_whole_parts(recordings, clock, how):
    torn(recordings, clock)
    (segment,) = everything(recordings)
    path = file_of(recordings, segment)
    with path.open("r+b") as file:
        if how == "cut":
            file.truncate(segment.size - 50)
        else:
            file.seek(segment.size - 200)
            file.write(b"\0" * 200 if how == "zeros" else os.urandom(8) + b"\xff" * 192)
    assert 1 == recordings.recover().count("broken")
    (cut,) = everything(recordings)
    assert (25, 25, WALL + 2.5) == (cut.frames, frames_in(recordings, cut), cut.ends / 1e6)
    assert cut.size == path.stat().st_size == recordings.keeper.used()
    assert recordings.recover().sound


def test_a_file_torn_in_its_head_goes(recordings, clock):
    torn(recordings, clock)
    (segment,) = everything(recordings)
    os.truncate(file_of(recordings, segment), 100)
    recordings.recover()
    assert ([], [], 0) == (everything(recordings), files(recordings), recordings.keeper.used())


def test_a_row_without_a_file_goes(recordings, clock):
    record(recordings, clock)
    record(recordings, clock)
    first, second = everything(recordings)
    file_of(recordings, first).unlink()
    assert 1 == recordings.recover().count("missing")
    assert [second] == everything(recordings)
    assert second.size == recordings.keeper.used()


def test_a_file_whose_row_was_deleted_does_not_come_back(recordings, clock):
    record(recordings, clock)
    (old,) = everything(recordings)
    copy = file_of(recordings, old).read_bytes()
    record(recordings, clock)
    recordings.keeper.remove([old], "age")
    file_of(recordings, old).write_bytes(copy)  # the crash came before the file was gone
    assert 1 == recordings.recover().count("left")
    assert [segment.path for segment in everything(recordings)] == files(recordings)
    assert 1 == len(files(recordings))


def test_files_of_others_are_left_alone(recordings, clock):
    record(recordings, clock)
    letter = recordings.database.folder.path / "recordings" / "yard" / "letter.txt"
    letter.write_text("mine")
    assert recordings.recover().sound
    assert letter.exists()


def test_a_wrong_sum_is_put_right(recordings, clock):
    record(recordings, clock)
    with recordings.database.writing() as connection:
        connection.exec_driver_sql("UPDATE usage SET bytes = 5")
    assert not recordings.recover().used
    assert recordings.check().sound


def crashed(source, target):
    """The data folder as a power cut leaves it: database and log as they lie on the disk, nothing closed."""
    shutil.copytree(source, target)
    (target / f"{NAME}-shm").unlink()
    return target


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9, 1.0])
@pytest.mark.parametrize("how", ["cut", "scribbled"])
def test_a_torn_log_loses_no_recording(recordings, clock, tmp_path, share, how):
    for _ in range(4):
        torn(recordings, clock)
    folder = crashed(recordings.database.folder.path, tmp_path / "crashed")
    log = folder / f"{NAME}-wal"
    whole = log.stat().st_size
    with log.open("r+b") as file:
        if how == "cut":
            file.truncate(int(whole * share))
        else:
            file.seek(int(whole * share))
            file.write(os.urandom(whole - int(whole * share)))
    with Recordings(Database.open(folder), Retention(free=0), boot="first") as again:
        again.recover()
        assert [30, 30, 30, 30] == [segment.frames for segment in everything(again)]
        assert [30, 30, 30, 30] == [frames_in(again, segment) for segment in everything(again)]
        assert again.check().sound
        later = Clock(monotonic=clock.monotonic + 60, wall=clock.wall + 60)
        record(again, later)
        assert 5 == len(everything(again))


def test_recordings_are_found_again_without_the_database(recordings, clock):
    record(recordings, clock, 2)
    record(recordings, clock, 3, camera="hall")
    clock.monotonic, clock.wall = 10, WALL + DAY
    folder = recordings.database.folder.path
    for name in os.listdir(folder):
        if name.startswith(NAME):
            (folder / name).unlink()
    with Recordings(Database.open(folder), Retention(days=1, free=0), boot="second") as again:
        assert 2 == again.recover().count("lost")
        found = everything(again)
        assert [("hall", 30), ("yard", 20)] == [(one.camera, one.frames) for one in found]
        assert [(False, None, 128, 96)] * 2 == [(one.run.trusted, one.covered, one.width, one.height) for one in found]
        written = os.stat(folder / found[0].path).st_mtime
        assert written == pytest.approx(found[0].ends / 1e6, abs=30)
        assert all_play(again)
        record(again, clock)
        assert all_play(again)
        clock.go(DAY)
        assert 3 == again.expire(clock.now())
        assert [] == files(again)
