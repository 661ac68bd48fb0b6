"""Whatever recordings are deleted, the log says so: which camera, from when to when, how much, and why."""

import os

import pytest

from passerby.store.audit.log import check, read
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.retention import RetentionPolicy
from tests.store.db_helpers import everything
from tests.store.footage import DAY, WALL
from tests.store.recordings.test_index import record

HOUR = 3600


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


def opened(folder, kept, boot="first"):
    return Recordings(Database.open(folder, create=True), kept, boot=boot)


def receipts(recordings):
    with recordings.database.read_transaction() as connection:
        assert [] == check(connection).flaws
        return [entry for _, entry in read(connection)]


def test_deletions_by_age_are_summed_up_by_the_hour(folder, clock):
    with opened(folder, RetentionPolicy(days=1, min_free_bytes=0)) as recordings:
        for _ in range(3):
            record(recordings, clock)
        record(recordings, clock, camera="hall")
        size = sum(one.size for one in everything(recordings) if one.camera == "yard")
        clock.go(DAY)
        assert 4 == recordings.expire(clock.now())
        assert [] == receipts(recordings)  # more may come
        clock.go(HOUR - 1)
        recordings.expire(clock.now())
        assert [] == receipts(recordings)
        clock.go(1)
        recordings.expire(clock.now())
        hall, yard = receipts(recordings)
        recordings.expire(clock.go(2 * HOUR))
        assert 2 == len(receipts(recordings))  # and not again
    assert ("passerby", "recordings_deleted", None) == (yard.actor, yard.action, yard.purpose)
    assert {
        "camera": "yard",
        "start": round(WALL * 1e6),
        "end": round((WALL + 9) * 1e6),
        "trusted": True,
        "segments": 3,
        "bytes": size,
        "reason": "age",
        "boot": "first",
    } == yard.details
    assert ("hall", 1) == (hall.details["camera"], hall.details["segments"])


def test_a_restart_of_the_machine_loses_none(folder, clock):
    with opened(folder, RetentionPolicy(days=1, min_free_bytes=0)) as recordings:
        record(recordings, clock)
        clock.go(DAY)
        recordings.expire(clock.now())
    clock.monotonic = 10.0
    with opened(folder, RetentionPolicy(days=1, min_free_bytes=0), boot="second") as recordings:
        recordings.expire(clock.now())
        assert [("first", 1)] == [(entry.details["boot"], entry.details["segments"]) for entry in receipts(recordings)]


def test_times_that_may_be_wrong_are_marked(folder, clock):
    clock.trusted = False
    with opened(folder, RetentionPolicy(days=1, min_free_bytes=0)) as recordings:
        record(recordings, clock)
        for seconds in (DAY, HOUR):
            clock.go(seconds)
            recordings.expire(clock.now())
        (entry,) = receipts(recordings)
        assert (False, False) == (entry.trusted, entry.details["trusted"])


def test_deletions_for_space_have_their_reason(folder, clock):
    with opened(folder, RetentionPolicy(min_free_bytes=0)) as recordings:
        record(recordings, clock)
        recordings.retention.free(1)
        for seconds in (1, HOUR):
            clock.go(seconds)
            recordings.expire(clock.now())
        assert ["room"] == [entry.details["reason"] for entry in receipts(recordings)]


def test_a_file_that_somebody_took_away_is_written_down(folder, clock):
    with opened(folder, RetentionPolicy(min_free_bytes=0)) as recordings:
        record(recordings, clock)
        (segment,) = everything(recordings)
    os.unlink(folder / segment.path)
    with opened(folder, RetentionPolicy(min_free_bytes=0)) as recordings:
        recordings.recover()
        for seconds in (1, HOUR):
            clock.go(seconds)
            recordings.expire(clock.now())
        (entry,) = receipts(recordings)
        assert ("missing", segment.size) == (entry.details["reason"], entry.details["bytes"])


def test_what_two_delete_at_once_has_one_receipt(folder, clock):
    with opened(folder, RetentionPolicy(min_free_bytes=0)) as recordings:
        record(recordings, clock)
        gone = everything(recordings)
        for _ in range(2):
            recordings.retention.delete(gone, "age")
        for seconds in (1, HOUR):
            clock.go(seconds)
            recordings.expire(clock.now())
        assert [1] == [entry.details["segments"] for entry in receipts(recordings)]
        assert 0 == recordings.retention.used()
