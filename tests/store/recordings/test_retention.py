"""What is too old or too much goes, the oldest first; nothing goes because a clock was wrong."""

import pytest

from passerby.core.errors import DiskFull
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.retention import RetentionPolicy
from tests.store.db_helpers import all_play, everything, files
from tests.store.footage import DAY, WALL, parts
from tests.store.recordings.test_index import record


def opened(folder, kept, boot="first"):
    return Recordings(Database.open(folder, create=True), kept, boot=boot)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


def starts(recordings):
    return [segment.wall_start / 1e6 - WALL for segment in everything(recordings)]


def test_old_ones_go_by_age(folder, clock):
    with opened(folder, RetentionPolicy(days=2, min_free_bytes=0)) as recordings:
        record(recordings, clock)
        clock.go(DAY)
        record(recordings, clock)
        assert 0 == recordings.expire(clock.now())
        clock.go(DAY - 4)
        assert 0 == recordings.expire(clock.now())  # its end is just less than two days ago
        clock.go(1)
        assert 1 == recordings.expire(clock.now())
        assert [DAY + 3] == starts(recordings)
        assert 1 == len(files(recordings))
        assert all_play(recordings)


def test_cameras_may_be_kept_for_longer_or_less(folder, clock):
    with opened(folder, RetentionPolicy(days=2, days_by_camera={"hall": 1, "yard": 3}, min_free_bytes=0)) as recordings:
        for camera in ("gate", "hall", "yard"):
            record(recordings, clock, camera=camera)
        seen = []
        for _ in range(4):
            seen.append([camera.camera for camera in recordings.cameras()])
            clock.go(DAY)
            recordings.expire(clock.now())
        assert [["gate", "hall", "yard"], ["gate", "yard"], ["yard"], []] == seen


def test_space_is_freed_before_writing(folder, clock):
    with opened(folder, RetentionPolicy(max_bytes=300_000, min_free_bytes=0)) as recordings:
        writer = recordings.writer("yard")
        for part in parts(clock, count=200):
            writer.append(part)
            used = sum((folder / name).stat().st_size for name in files(recordings))
            assert recordings.retention.used() == used <= 300_000
        found = starts(recordings)
        assert 1 < len(found) < 4
        assert [0, 60, 120, 180][-len(found) :] == found
        assert all_play(recordings)


def test_the_oldest_of_all_cameras_is_deleted_first(folder, clock):
    with opened(folder, RetentionPolicy(min_free_bytes=0)) as recordings:
        for camera in ("yard", "hall", "yard", "hall"):
            record(recordings, clock, camera=camera)
        segments = sorted(everything(recordings), key=lambda one: one.start)
        recordings.retention.free(segments[0].size + 1)
        assert {one.id for one in segments[2:]} == {one.id for one in everything(recordings)}


def test_open_segments_are_not_deleted_for_space(folder, clock):
    with opened(folder, RetentionPolicy(max_bytes=20_000, min_free_bytes=0)) as recordings:
        with pytest.raises(DiskFull, match="no old recording left to delete"):
            record(recordings, clock, 20)
        (segment,) = everything(recordings)
        assert 50 <= segment.frames < 200
        assert all_play(recordings)


def test_min_free_space_is_kept_on_the_disk(folder, clock):
    with opened(folder, RetentionPolicy(min_free_bytes=1 << 60)) as recordings:
        with pytest.raises(DiskFull, match="Free space on this disk"):
            record(recordings, clock)
        assert [] == files(recordings)


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "not trusted"])
@pytest.mark.parametrize("step", [DAY, -DAY, 400 * DAY], ids=["a day forward", "a day back", "a year forward"])
def test_a_jump_deletes_nothing_early(folder, clock, step, trusted):
    with opened(folder, RetentionPolicy(days=1, min_free_bytes=0)) as recordings:
        record(recordings, clock)
    clock.monotonic, clock.wall = 10.0, clock.wall + 10
    with opened(folder, RetentionPolicy(days=1, min_free_bytes=0), boot="second") as recordings:
        recordings.expire(clock.now())  # the clock is seen as it should be
        record(recordings, clock)
        clock.wall, clock.trusted = clock.wall + step, trusted
        assert 0 == recordings.expire(clock.now())
        record(recordings, clock)
        clock.go(3600)
        assert 0 == recordings.expire(clock.now())
        clock.wall, clock.trusted = clock.wall - step, True
        assert 0 == recordings.expire(clock.now())
        clock.go(DAY)
        assert 2 <= recordings.expire(clock.now())
        assert all_play(recordings)


def test_time_that_the_machine_was_off_counts_when_the_clock_is_trusted(folder, clock):
    with opened(folder, RetentionPolicy(days=2, min_free_bytes=0)) as recordings:
        record(recordings, clock)
    clock.monotonic, clock.wall, clock.trusted = 10.0, clock.wall + 3 * DAY, False
    with opened(folder, RetentionPolicy(days=2, min_free_bytes=0), boot="second") as recordings:
        assert 0 == recordings.expire(clock.now())  # who knows
        clock.trusted = True
        assert 1 == recordings.expire(clock.now())


def test_without_a_trusted_clock_the_time_that_the_machine_ran_counts(folder, clock):
    clock.wall, clock.trusted = 0.0, False
    for boot in ("first", "second", "third", "fourth"):
        with opened(folder, RetentionPolicy(days=2.5, min_free_bytes=0), boot=boot) as recordings:
            record(recordings, clock)
            clock.go(DAY)
            recordings.expire(clock.now())
        clock.monotonic, clock.wall = 10.0, 0.0  # and starts again in 1970
    with opened(folder, RetentionPolicy(days=2.5, min_free_bytes=0), boot="fifth") as recordings:
        assert ["third", "fourth"] == [segment.boot_session.boot for segment in everything(recordings)]
        assert not (folder / "recordings/yard/second").exists()


def test_many_go_at_once(folder, clock):
    with opened(folder, RetentionPolicy(days=1, min_free_bytes=0)) as recordings:
        writer = recordings.writer("yard")
        for _ in range(105):
            for part in parts(clock, count=1):
                writer.append(part)
        clock.go(2 * DAY)
        assert 105 == recordings.expire(clock.now())
        assert (0, []) == (recordings.retention.used(), files(recordings))


def test_a_writer_continues_when_its_segment_was_deleted(folder, clock):
    with opened(folder, RetentionPolicy(min_free_bytes=0)) as recordings:
        writer = recordings.writer("yard")
        first, *rest = parts(clock, count=4)
        writer.append(first)
        recordings.retention.delete(everything(recordings), "age")
        with pytest.raises(Exception, match="deleted while it was being written"):
            writer.append(rest[0])
        for part in rest[1:]:
            writer.append(part)
        assert [20] == [segment.frames for segment in everything(recordings)]
        assert all_play(recordings)
