"""A statement of retention claims what is so and nothing more: across restarts, jumps of the clock, and full disks."""

import os
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from passerby.store.audit.log import Deed, Entry, write
from passerby.store.database import NAME, Database
from passerby.store.recordings.boot_sessions import Run
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.retention import Retention
from passerby.store.recordings.retention_attestation import DAY as DAY_MICROS
from passerby.store.recordings.retention_attestation import Ages, Verdict, statement
from tests.store.db_helpers import everything
from tests.store.footage import DAY, WALL
from tests.store.recordings.test_index import record
from tests.store.test_full_disk import fill, small, tried  # noqa: F401  small is a fixture

HOUR = 3600
LIMIT = Retention(days=2, free=0)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


def opened(folder, kept=LIMIT, boot="first"):
    return Recordings(Database.open(folder, make=True), kept, boot=boot)


def stated(recordings, clock, boot="first", limits=LIMIT):
    return statement(recordings.database, limits, boot, clock.now())


def test_nothing_is_too_old_where_old_ones_went(folder, clock):
    with opened(folder) as recordings:
        record(recordings, clock)
        clock.go(DAY)
        record(recordings, clock)
        clock.go(DAY)
        recordings.expire(clock.now())
        told = stated(recordings, clock)
        (yard,) = told.cameras
        size = sum(one.size for one in everything(recordings))
        assert (Verdict.KEPT, ()) == (told.verdict, told.reasons)
        assert (2, 1, size, 0, 0) == (yard.days, yard.segments, yard.bytes, yard.older, yard.perhaps)
        assert (1.0, 1.0, True) == (yard.at_least, yard.at_most, yard.trusted)
        assert round((WALL + DAY + 3) * 1e6) == yard.oldest
        (gone,) = told.deleted  # not in the log yet
        assert ("yard", "age", 1, None) == (gone.camera, gone.why, gone.segments, gone.first)
        clock.go(HOUR)
        recordings.expire(clock.now())
        (gone,) = stated(recordings, clock).deleted
        assert (clock.wall * 1e6, clock.wall * 1e6) == (gone.first, gone.last)
        assert 2 < gone.youngest < 2.1
        assert 1 == stated(recordings, clock).log.rows


def test_what_nobody_deletes_is_too_old(folder, clock):
    with opened(folder) as recordings:
        record(recordings, clock)
        clock.go(2 * DAY + 200)
        assert Verdict.KEPT == stated(recordings, clock).verdict  # it is looked for once a minute
        clock.go(200)
        told = stated(recordings, clock)
        assert (Verdict.BROKEN, ("older",), 1) == (told.verdict, told.reasons, told.cameras[0].older)
        recordings.expire(clock.now())
        assert Verdict.KEPT == stated(recordings, clock).verdict


def test_each_camera_has_its_own_limit(folder, clock):
    limits = Retention(days=2, days_of={"hall": 1}, free=0)
    with opened(folder, limits) as recordings:
        for camera in ("hall", "yard"):
            record(recordings, clock, camera=camera)
        clock.go(1.5 * DAY)
        told = stated(recordings, clock, limits=limits)
        assert {"hall": 1, "yard": 0} == {camera.camera: camera.older for camera in told.cameras}


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "not trusted"])
@pytest.mark.parametrize("step", [DAY, -DAY, 400 * DAY], ids=["a day forward", "a day back", "a year forward"])
def test_a_jump_makes_nothing_too_old_and_hides_nothing(folder, clock, step, trusted):
    with opened(folder) as recordings:
        record(recordings, clock)
        recordings.expire(clock.now())
        clock.wall, clock.trusted = clock.wall + step, trusted
        clock.go(DAY)
        recordings.expire(clock.now())
        told = stated(recordings, clock)
        assert (Verdict.KEPT, 1.0, 1.0) == (told.verdict, told.cameras[0].at_least, told.cameras[0].at_most)
        clock.go(DAY + HOUR)
        assert ("older",) == stated(recordings, clock).reasons  # whatever the wall says
        recordings.expire(clock.now())
        assert Verdict.KEPT == stated(recordings, clock).verdict


def test_time_that_the_machine_was_off_is_known_to_a_trusted_clock(folder, clock):
    with opened(folder) as recordings:
        record(recordings, clock)
    clock.monotonic, clock.wall = 10.0, clock.wall + DAY
    with opened(folder, boot="second") as recordings:
        recordings.expire(clock.now())
        told = stated(recordings, clock, "second")
        assert (Verdict.KEPT, 1.0, 1.0) == (told.verdict, told.cameras[0].at_least, told.cameras[0].at_most)
        clock.go(DAY + HOUR)
        assert ("older",) == stated(recordings, clock, "second").reasons
        assert 1 == recordings.expire(clock.now())


def test_time_that_the_machine_was_off_is_not_known_without_one(folder, clock):
    clock.trusted = False
    with opened(folder) as recordings:
        record(recordings, clock)
    clock.monotonic = 10.0
    with opened(folder, boot="second") as recordings:
        record(recordings, clock)
        told = stated(recordings, clock, "second")
        assert (Verdict.UNSURE, ("perhaps",)) == (told.verdict, told.reasons)
        assert (1, 0, None) == (told.cameras[0].perhaps, told.cameras[0].older, told.cameras[0].at_most)
        clock.go(2 * DAY + HOUR)
        recordings.expire(clock.now())  # the machine has run for long enough since
        assert Verdict.KEPT == stated(recordings, clock, "second").verdict


def test_a_run_before_it_bounds_one_without_a_trusted_clock(folder, clock):
    with opened(folder) as recordings:
        record(recordings, clock)
    clock.monotonic, clock.trusted = 10.0, False
    clock.wall += HOUR
    with opened(folder, boot="second") as recordings:
        record(recordings, clock)
    clock.monotonic, clock.trusted = 10.0, True
    clock.wall += HOUR
    with opened(folder, boot="third") as recordings:
        told = stated(recordings, clock, "third")
        assert Verdict.KEPT == told.verdict
        assert 0.08 < told.cameras[0].at_most < 0.1
        clock.wall += 2 * DAY
        assert ("older", "perhaps") == stated(recordings, clock, "third").reasons
        assert 1 == recordings.expire(clock.now())
        assert (Verdict.UNSURE, 1) == (
            stated(recordings, clock, "third").verdict,
            stated(recordings, clock, "third").cameras[0].perhaps,
        )


def test_what_surely_is_never_more_than_what_perhaps_is():
    """For every mixture of clocks: deleting and stating agree on the order of the two bounds."""
    first = Run(1, "a", 0, 1000, 10**9, None, None, False)
    for offsets in ((None, None), (10**9, 10**9 + 500)):
        for second in ((None, None), (10**9 + 1200, 10**9 + 5000)):
            known = [
                replace(first, least=offsets[0], most=offsets[1]),
                Run(2, "b", 50, 900, 10**9, second[0], second[1], second[0] is not None),
            ]
            ages = Ages(known, "b", type("At", (), {"monotonic": 0.0009, "wall": 1000.0021, "trusted": False})())
            for run in known:
                for end in (run.began, (run.began + run.seen) // 2, run.seen):
                    most = ages.at_most(run, end)
                    assert most is None or ages.at_least(run, end) <= most


def test_a_full_disk_is_told_of_and_changes_nothing(small, clock):  # noqa: F811
    with Recordings(Database.open(small, make=True), LIMIT, boot="first") as recordings:
        for _ in range(6):
            record(recordings, clock, 20)
        fill(small)
        assert 40 == tried(recordings.writer("hall"), clock, 40)
        told = stated(recordings, clock)
        assert (Verdict.KEPT, {"room"}) == (told.verdict, {gone.why for gone in told.deleted})
        assert 6 == sum(gone.segments for gone in told.deleted) + len(
            [one for one in everything(recordings) if one.camera == "yard"]
        )
        clock.go(3 * DAY)
        assert "older" in stated(recordings, clock).reasons
        recordings.expire(clock.now())
        told = stated(recordings, clock)
        assert (Verdict.KEPT, {"room", "age"}) == (told.verdict, {gone.why for gone in told.deleted})


def test_a_file_that_no_index_names_is_seen(folder, clock):
    with opened(folder) as recordings:
        record(recordings, clock)
        (segment,) = everything(recordings)
        copy = folder / segment.path.replace(f"{segment.start:015d}", f"{segment.start - 1:015d}")
        copy.write_bytes((folder / segment.path).read_bytes())
        told = stated(recordings, clock)
        assert (Verdict.BROKEN, ("files",), 1) == (told.verdict, told.reasons, told.files)
        copy.unlink()
        os.unlink(folder / segment.path)
        told = stated(recordings, clock)
        assert (("vanished",), 1) == (told.reasons, told.vanished)


def test_more_bytes_than_were_allowed_are_seen(folder, clock):
    with opened(folder) as recordings:
        record(recordings, clock)
        told = stated(recordings, clock, limits=Retention(days=2, bytes=10, free=0))
        assert ("bytes",) == told.reasons


@pytest.mark.parametrize("body", ["{}", "not even JSON"])
def test_a_log_that_was_changed_has_no_word(folder, clock, body):
    with opened(folder) as recordings:
        for _ in range(2):
            write(recordings.database, Entry.of("system:ada", Deed.EXPORT, {}, clock.now(), "first", "case 7"))
    with closing(sqlite3.connect(folder / NAME, isolation_level=None)) as plain:
        plain.execute("DROP TRIGGER audit_update")
        plain.execute("UPDATE audit SET body = ? WHERE number = 1", [body])
    with opened(folder) as recordings:
        told = stated(recordings, clock)
        assert (Verdict.BROKEN, ("log",), ()) == (told.verdict, told.reasons, told.deleted)
        assert ("changed", "unguarded") == told.log.flaws


def test_an_empty_folder_keeps_to_everything(folder, clock):
    with opened(folder) as recordings:
        told = stated(recordings, clock)
        assert (Verdict.KEPT, (), (), 0) == (told.verdict, told.cameras, told.deleted, told.used)
        assert DAY_MICROS == round(DAY * 1e6)
