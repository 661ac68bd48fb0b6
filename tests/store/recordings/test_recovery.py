"""Torn on purpose: files, the write-ahead log, the database. What comes back plays, and nothing comes back that was
deleted."""

import os
import shutil

import pytest

from passerby.store.database import DATABASE_FILE, Database
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.retention import RetentionPolicy
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


def test_a_consistent_folder_has_no_findings(recordings, clock):
    record(recordings, clock)
    assert recordings.recover().is_consistent
    assert recordings.check().is_consistent


def test_an_unfinished_part_is_truncated(recordings, clock):
    torn(recordings, clock)
    (segment,) = everything(recordings)
    (half,) = parts(clock, count=1)
    with file_of(recordings, segment).open("ab") as file:
        file.write(half.body[:500])
    assert ["long"] == [finding.kind for finding in recordings.recover().findings]
    assert segment.size == file_of(recordings, segment).stat().st_size
    assert [(30, False)] == [(one.frames, one.open) for one in everything(recordings)]
    assert recordings.check().is_consistent


@pytest.mark.parametrize("how", ["cut", "zeros", "scribbled"])
def test_a_damaged_file_keeps_its_intact_parts(recordings, clock, how):
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
    assert (28, 28, WALL + 2.8) == (cut.frames, frames_in(recordings, cut), cut.wall_end / 1e6)
    assert cut.size == path.stat().st_size == recordings.retention.used()
    assert recordings.recover().is_consistent


def test_a_file_without_initialisation_section_is_deleted(recordings, clock):
    torn(recordings, clock)
    (segment,) = everything(recordings)
    os.truncate(file_of(recordings, segment), 100)
    recordings.recover()
    assert ([], [], 0) == (everything(recordings), files(recordings), recordings.retention.used())


def test_a_row_without_a_file_is_deleted(recordings, clock):
    record(recordings, clock)
    record(recordings, clock)
    first, second = everything(recordings)
    file_of(recordings, first).unlink()
    assert 1 == recordings.recover().count("missing")
    assert [second] == everything(recordings)
    assert second.size == recordings.retention.used()


def test_a_file_whose_row_was_deleted_does_not_come_back(recordings, clock):
    record(recordings, clock)
    (old,) = everything(recordings)
    copy = file_of(recordings, old).read_bytes()
    record(recordings, clock)
    recordings.retention.delete([old], "age")
    file_of(recordings, old).write_bytes(copy)  # the crash came before the file was gone
    assert 1 == recordings.recover().count("orphaned")
    assert [segment.path for segment in everything(recordings)] == files(recordings)
    assert 1 == len(files(recordings))


def test_other_files_are_ignored(recordings, clock):
    record(recordings, clock)
    letter = recordings.database.folder.path / "recordings" / "yard" / "letter.txt"
    letter.write_text("mine")
    assert recordings.recover().is_consistent
    assert letter.exists()


def test_a_wrong_sum_is_corrected(recordings, clock):
    record(recordings, clock)
    with recordings.database.write_transaction() as connection:
        connection.exec_driver_sql("UPDATE usage SET bytes = 5")
    assert not recordings.recover().usage_correct
    assert recordings.check().is_consistent


def crashed(source, target):
    """The data folder as a power cut leaves it: database and log as they lie on the disk, nothing closed."""
    shutil.copytree(source, target)
    (target / f"{DATABASE_FILE}-shm").unlink()
    return target


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9, 1.0])
@pytest.mark.parametrize("how", ["cut", "scribbled"])
def test_a_torn_log_loses_no_recording(recordings, clock, tmp_path, share, how):
    for _ in range(4):
        torn(recordings, clock)
    folder = crashed(recordings.database.folder.path, tmp_path / "crashed")
    log = folder / f"{DATABASE_FILE}-wal"
    whole = log.stat().st_size
    with log.open("r+b") as file:
        if how == "cut":
            file.truncate(int(whole * share))
        else:
            file.seek(int(whole * share))
            file.write(os.urandom(whole - int(whole * share)))
    with Recordings(Database.open(folder), RetentionPolicy(min_free_bytes=0), boot="first") as again:
        again.recover()
        assert [30, 30, 30, 30] == [segment.frames for segment in everything(again)]
        assert [30, 30, 30, 30] == [frames_in(again, segment) for segment in everything(again)]
        assert again.check().is_consistent
        later = Clock(monotonic=clock.monotonic + 60, wall=clock.wall + 60)
        record(again, later)
        assert 5 == len(everything(again))


def test_recordings_are_recovered_without_the_database(recordings, clock):
    record(recordings, clock, 2)
    record(recordings, clock, 3, camera="hall")
    clock.monotonic, clock.wall = 10, WALL + DAY
    folder = recordings.database.folder.path
    for name in os.listdir(folder):
        if name.startswith(DATABASE_FILE):
            (folder / name).unlink()
    with Recordings(Database.open(folder), RetentionPolicy(days=1, min_free_bytes=0), boot="second") as again:
        assert 2 == again.recover().count("unindexed")
        found = everything(again)
        assert [("hall", 30), ("yard", 20)] == [(one.camera, one.frames) for one in found]
        assert [(False, None, 128, 96)] * 2 == [
            (one.boot_session.trusted, one.covered, one.width, one.height) for one in found
        ]
        written = os.stat(folder / found[0].path).st_mtime
        assert written == pytest.approx(found[0].wall_end / 1e6, abs=30)
        assert all_play(again)
        record(again, clock)
        assert all_play(again)
        clock.go(DAY)
        assert 3 == again.expire(clock.now())
        assert [] == files(again)
