"""What was recorded is there, with the right times."""

import os
import shutil

import pytest

from passerby.core.errors import DataFolderMissing, StoreError, UsageError
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.retention import RetentionPolicy
from tests.store.db_helpers import all_play, everything, files, frames_in
from tests.store.footage import DAY, WALL, parts


def record(recordings, clock, count=3, camera="yard"):
    writer = recordings.writer(camera)
    for part in parts(clock, camera, count):
        writer.append(part)
    writer.close()


def test_parts_become_one_segment_that_plays(recordings, clock):
    record(recordings, clock)
    (segment,) = everything(recordings)
    assert 30 == frames_in(recordings, segment)
    assert (30, 0, False) == (segment.frames, segment.covered, segment.open)
    assert [segment.path] == files(recordings)
    assert (WALL, WALL + 3) == (segment.wall_start / 1e6, segment.wall_end / 1e6)


def test_each_part_is_there_when_it_was_appended(recordings, clock):
    writer = recordings.writer("yard")
    for number, part in enumerate(parts(clock), 1):
        writer.append(part)
        (segment,) = everything(recordings)
        assert number * 10 == frames_in(recordings, segment)
        assert segment.open


def test_a_segment_lasts_a_minute(recordings, clock):
    record(recordings, clock, 65)
    assert [600, 50] == [segment.frames for segment in everything(recordings)]
    assert all_play(recordings)


def test_what_does_not_go_on_begins_a_segment(recordings, clock):
    writer = recordings.writer("yard")
    for part in [*parts(clock), *parts(clock)]:  # the first of each is fresh
        writer.append(part)
    assert [(30, False), (30, True)] == [(segment.frames, segment.open) for segment in everything(recordings)]


def test_between_finds_what_overlaps(recordings, clock):
    record(recordings, clock, 65)
    for start, end, expected in ((0, 1, 1), (59, 61, 2), (59.9, 60, 1), (-5, 0, 0), (65, 70, 0), (-5, 500, 2)):
        assert expected == len(recordings.between("yard", WALL + start, WALL + end)), (start, end)
    assert [] == recordings.between("hall", 0, 1e11)


def test_cameras_are_separate(recordings, clock):
    record(recordings, clock)
    record(recordings, clock, camera="hall")
    hall, yard = recordings.cameras()
    assert ("hall", WALL + 3, WALL + 6, 3.0, True) == (
        hall.camera,
        hall.oldest / 1e6,
        hall.newest / 1e6,
        hall.seconds,
        hall.trusted,
    )
    assert ("yard", WALL, 1, sum(segment.size for segment in everything(recordings)) - hall.bytes) == (
        yard.camera,
        yard.oldest / 1e6,
        yard.segments,
        yard.bytes,
    )


@pytest.mark.parametrize("name", ["", "../yard", "Yard", "a/b", ".", "a" * 64])
def test_names_that_lead_elsewhere_are_refused(recordings, name):
    with pytest.raises(UsageError, match="is not a valid camera name"):
        recordings.writer(name)


def test_times_that_were_not_trusted_are_put_right(recordings, clock):
    clock.wall, clock.trusted = 0.0, False  # 1970
    record(recordings, clock)
    (segment,) = everything(recordings)
    assert (0.0, False) == (segment.wall_start / 1e6, segment.boot_session.trusted)
    clock.wall, clock.trusted = WALL, True  # the network is there
    record(recordings, clock)
    first, second = everything(recordings)
    assert (WALL - 3, WALL) == (first.wall_start / 1e6, second.wall_start / 1e6)
    assert first.boot_session.trusted
    assert [first, second] == recordings.between("yard", WALL - 4, WALL + 4)


def test_a_clock_set_by_hand_changes_nothing_that_was_trusted(recordings, clock):
    record(recordings, clock)
    clock.wall, clock.trusted = clock.wall + DAY, False  # the kernel no longer trusts it
    record(recordings, clock)
    assert [WALL, WALL + 3] == [segment.wall_start / 1e6 for segment in everything(recordings)]


@pytest.mark.parametrize("step", [DAY, -DAY], ids=["forward", "back"])
def test_time_continues_over_a_clock_jump_within_a_boot_session(recordings, clock, step):
    record(recordings, clock)
    clock.wall += step
    record(recordings, clock)
    first, second = everything(recordings)
    assert first.wall_end == second.wall_start


def test_the_next_run_has_a_clock_of_its_own(recordings, clock):
    record(recordings, clock)
    clock.monotonic, clock.wall = 5.0, WALL + 3600
    with Recordings(Database.open(recordings.database.folder.path), boot="second") as again:
        record(again, clock)
        assert [WALL, WALL + 3600] == [segment.wall_start / 1e6 for segment in everything(again)]
        assert ["first", "second"] == [segment.boot_session.boot for segment in everything(again)]
        assert [WALL + 3600] == [s.wall_start / 1e6 for s in again.between("yard", WALL + 3600, WALL + 3601)]


def test_nothing_is_written_when_the_disk_is_missing(recordings, clock, tmp_path):
    writer = recordings.writer("yard")
    first, second, third = parts(clock)
    writer.append(first)
    os.rename(tmp_path / "data", tmp_path / "elsewhere")
    (tmp_path / "data").mkdir()
    with pytest.raises(DataFolderMissing, match="Nothing is written elsewhere"):
        writer.append(second)
    assert [] == list((tmp_path / "data").iterdir())
    (tmp_path / "data").rmdir()
    os.rename(tmp_path / "elsewhere", tmp_path / "data")
    writer.append(third)
    assert [10, 10] == [segment.frames for segment in everything(recordings)]
    assert all_play(recordings)


def test_recording_continues_when_the_disk_is_back(recordings, clock, tmp_path):
    writer = recordings.writer("yard")
    first, second, third = parts(clock)
    writer.append(first)
    shutil.copytree(tmp_path / "data", tmp_path / "copy")  # another file system, to the program
    os.rename(tmp_path / "data", tmp_path / "pulled")
    with pytest.raises(DataFolderMissing):
        writer.append(second)
    with pytest.raises(DataFolderMissing):
        recordings.expire(clock.now())
    os.rename(tmp_path / "copy", tmp_path / "data")
    writer.append(third)
    assert [10, 10] == [segment.frames for segment in everything(recordings)]
    assert all_play(recordings)
    assert 2 == len(list((tmp_path / "data").rglob("*.mp4")))
    assert 1 == len(list((tmp_path / "pulled").rglob("*.mp4")))


def test_a_deleted_segment_is_an_error_with_advice(recordings, clock):
    record(recordings, clock)
    (segment,) = everything(recordings)
    (recordings.database.folder.path / segment.path).unlink()
    with pytest.raises(StoreError, match="passerby recordings check"):
        recordings.open_segment(segment)


def test_status_reports_days_left(tmp_path, clock):
    kept = RetentionPolicy(days=None, max_bytes=4_000_000, min_free_bytes=0)
    with Recordings(Database.open(tmp_path / "data", create=True), kept, boot="first") as recordings:
        assert (0, None) == (recordings.status(clock.now()).bytes_per_day, recordings.status(clock.now()).days_left)
        record(recordings, clock, 60)
        status = recordings.status(clock.now())
        (segment,) = everything(recordings)
        assert (segment.size, 4_000_000 - segment.size, True) == (status.used, status.available, status.clock_trusted)
        assert segment.size * 24 * 60 == pytest.approx(status.bytes_per_day, abs=1)
        assert status.available / status.bytes_per_day == status.days_left
        assert 4_000_000 == status.limit
        recordings.retention.policy = RetentionPolicy(days=None, min_free_bytes=0)
        assert None is recordings.status(clock.now()).limit


def test_days_left_is_unlimited_when_retention_by_age_applies_first(tmp_path, clock):
    kept = RetentionPolicy(days=2, max_bytes=40_000_000_000, min_free_bytes=0)
    with Recordings(Database.open(tmp_path / "data", create=True), kept, boot="first") as recordings:
        record(recordings, clock, 3)
        assert recordings.status(clock.now()).days_left is None
