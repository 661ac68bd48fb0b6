"""The retention attestation claims no more than is certain: across restarts, clock changes, and full disks."""

import os
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from passerby.store.audit.log import AuditAction, AuditEntry, write
from passerby.store.database import DATABASE_FILE, Database
from passerby.store.recordings.boot_sessions import BootSession
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.retention import RetentionPolicy
from passerby.store.recordings.retention_attestation import DAY_US, RecordingAges, RetentionVerdict, attest_retention
from tests.store.db_helpers import everything
from tests.store.footage import DAY, WALL
from tests.store.recordings.test_index import record
from tests.store.small_disk import fill, small, tried  # noqa: F401  small is a fixture

HOUR = 3600
LIMIT = RetentionPolicy(days=2, min_free_bytes=0)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


def opened(folder, kept=LIMIT, boot="first"):
    return Recordings(Database.open(folder, create=True), kept, boot=boot)


def attested(recordings, clock, boot="first", limits=LIMIT):
    return attest_retention(recordings.database, limits, boot, clock.now())


def test_nothing_is_too_old_where_old_ones_went(folder, clock):
    with opened(folder) as recordings:
        record(recordings, clock)
        clock.go(DAY)
        record(recordings, clock)
        clock.go(DAY)
        recordings.expire(clock.now())
        attestation = attested(recordings, clock)
        (yard,) = attestation.cameras
        size = sum(one.size for one in everything(recordings))
        assert (RetentionVerdict.COMPLIANT, ()) == (attestation.verdict, attestation.reasons)
        assert (2, 1, size, 0, 0) == (yard.max_days, yard.segments, yard.bytes, yard.overdue, yard.possibly_overdue)
        assert (1.0, 1.0, True) == (yard.min_age_days, yard.max_age_days, yard.trusted)
        assert round((WALL + DAY + 3) * 1e6) == yard.oldest
        (gone,) = attestation.deleted  # not in the log yet
        assert ("yard", "age", 1, None) == (gone.camera, gone.reason, gone.segments, gone.first_receipt)
        clock.go(HOUR)
        recordings.expire(clock.now())
        (gone,) = attested(recordings, clock).deleted
        assert (clock.wall * 1e6, clock.wall * 1e6) == (gone.first_receipt, gone.last_receipt)
        assert 2 < gone.min_age_days < 2.1
        assert 1 == attested(recordings, clock).log.rows


def test_what_nobody_deletes_is_too_old(folder, clock):
    with opened(folder) as recordings:
        record(recordings, clock)
        clock.go(2 * DAY + 200)
        assert RetentionVerdict.COMPLIANT == attested(recordings, clock).verdict  # it is looked for once a minute
        clock.go(200)
        attestation = attested(recordings, clock)
        assert (RetentionVerdict.VIOLATED, ("overdue",), 1) == (
            attestation.verdict,
            attestation.reasons,
            attestation.cameras[0].overdue,
        )
        recordings.expire(clock.now())
        assert RetentionVerdict.COMPLIANT == attested(recordings, clock).verdict


def test_each_camera_has_its_own_limit(folder, clock):
    limits = RetentionPolicy(days=2, days_by_camera={"hall": 1}, min_free_bytes=0)
    with opened(folder, limits) as recordings:
        for camera in ("hall", "yard"):
            record(recordings, clock, camera=camera)
        clock.go(1.5 * DAY)
        attestation = attested(recordings, clock, limits=limits)
        assert {"hall": 1, "yard": 0} == {camera.camera: camera.overdue for camera in attestation.cameras}


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "not trusted"])
@pytest.mark.parametrize("step", [DAY, -DAY, 400 * DAY], ids=["a day forward", "a day back", "a year forward"])
def test_a_jump_makes_nothing_too_old_and_hides_nothing(folder, clock, step, trusted):
    with opened(folder) as recordings:
        record(recordings, clock)
        recordings.expire(clock.now())
        clock.wall, clock.trusted = clock.wall + step, trusted
        clock.go(DAY)
        recordings.expire(clock.now())
        attestation = attested(recordings, clock)
        assert (RetentionVerdict.COMPLIANT, 1.0, 1.0) == (
            attestation.verdict,
            attestation.cameras[0].min_age_days,
            attestation.cameras[0].max_age_days,
        )
        clock.go(DAY + HOUR)
        assert ("overdue",) == attested(recordings, clock).reasons  # whatever the wall says
        recordings.expire(clock.now())
        assert RetentionVerdict.COMPLIANT == attested(recordings, clock).verdict


def test_time_that_the_machine_was_off_is_known_to_a_trusted_clock(folder, clock):
    with opened(folder) as recordings:
        record(recordings, clock)
    clock.monotonic, clock.wall = 10.0, clock.wall + DAY
    with opened(folder, boot="second") as recordings:
        recordings.expire(clock.now())
        attestation = attested(recordings, clock, "second")
        assert (RetentionVerdict.COMPLIANT, 1.0, 1.0) == (
            attestation.verdict,
            attestation.cameras[0].min_age_days,
            attestation.cameras[0].max_age_days,
        )
        clock.go(DAY + HOUR)
        assert ("overdue",) == attested(recordings, clock, "second").reasons
        assert 1 == recordings.expire(clock.now())


def test_time_that_the_machine_was_off_is_not_known_without_one(folder, clock):
    clock.trusted = False
    with opened(folder) as recordings:
        record(recordings, clock)
    clock.monotonic = 10.0
    with opened(folder, boot="second") as recordings:
        record(recordings, clock)
        attestation = attested(recordings, clock, "second")
        assert (RetentionVerdict.UNDETERMINED, ("possibly_overdue",)) == (attestation.verdict, attestation.reasons)
        assert (1, 0, None) == (
            attestation.cameras[0].possibly_overdue,
            attestation.cameras[0].overdue,
            attestation.cameras[0].max_age_days,
        )
        clock.go(2 * DAY + HOUR)
        recordings.expire(clock.now())  # the machine has run for long enough since
        assert RetentionVerdict.COMPLIANT == attested(recordings, clock, "second").verdict


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
        attestation = attested(recordings, clock, "third")
        assert RetentionVerdict.COMPLIANT == attestation.verdict
        assert 0.08 < attestation.cameras[0].max_age_days < 0.1
        clock.wall += 2 * DAY
        assert ("overdue", "possibly_overdue") == attested(recordings, clock, "third").reasons
        assert 1 == recordings.expire(clock.now())
        assert (RetentionVerdict.UNDETERMINED, 1) == (
            attested(recordings, clock, "third").verdict,
            attested(recordings, clock, "third").cameras[0].possibly_overdue,
        )


def test_what_surely_is_never_more_than_what_perhaps_is():
    """For every mixture of clocks: deleting and stating agree on the order of the two bounds."""
    first = BootSession(1, "a", 0, 1000, 10**9, None, None, False)
    for offsets in ((None, None), (10**9, 10**9 + 500)):
        for second in ((None, None), (10**9 + 1200, 10**9 + 5000)):
            known = [
                replace(first, min_offset=offsets[0], max_offset=offsets[1]),
                BootSession(2, "b", 50, 900, 10**9, second[0], second[1], second[0] is not None),
            ]
            ages = RecordingAges(
                known, "b", type("At", (), {"monotonic": 0.0009, "wall": 1000.0021, "trusted": False})()
            )
            for run in known:
                for end in (run.first_seen, (run.first_seen + run.last_seen) // 2, run.last_seen):
                    most = ages.max_age(run, end)
                    assert most is None or ages.min_age(run, end) <= most


def test_a_full_disk_is_reported_and_changes_nothing(small, clock):  # noqa: F811
    with Recordings(Database.open(small, create=True), LIMIT, boot="first") as recordings:
        for _ in range(6):
            record(recordings, clock, 20)
        fill(small)
        assert 40 == tried(recordings.writer("hall"), clock, 40)
        attestation = attested(recordings, clock)
        assert (RetentionVerdict.COMPLIANT, {"room"}) == (
            attestation.verdict,
            {gone.reason for gone in attestation.deleted},
        )
        assert 6 == sum(gone.segments for gone in attestation.deleted) + len(
            [one for one in everything(recordings) if one.camera == "yard"]
        )
        clock.go(3 * DAY)
        assert "overdue" in attested(recordings, clock).reasons
        recordings.expire(clock.now())
        attestation = attested(recordings, clock)
        assert (RetentionVerdict.COMPLIANT, {"room", "age"}) == (
            attestation.verdict,
            {gone.reason for gone in attestation.deleted},
        )


def test_a_file_that_no_index_names_is_seen(folder, clock):
    with opened(folder) as recordings:
        record(recordings, clock)
        (segment,) = everything(recordings)
        copy = folder / segment.path.replace(f"{segment.start:015d}", f"{segment.start - 1:015d}")
        copy.write_bytes((folder / segment.path).read_bytes())
        attestation = attested(recordings, clock)
        assert (RetentionVerdict.VIOLATED, ("unindexed_files",), 1) == (
            attestation.verdict,
            attestation.reasons,
            attestation.unindexed_files,
        )
        copy.unlink()
        os.unlink(folder / segment.path)
        attestation = attested(recordings, clock)
        assert (("missing_files",), 1) == (attestation.reasons, attestation.missing_files)


def test_more_bytes_than_were_allowed_are_seen(folder, clock):
    with opened(folder) as recordings:
        record(recordings, clock)
        attestation = attested(recordings, clock, limits=RetentionPolicy(days=2, max_bytes=10, min_free_bytes=0))
        assert ("bytes",) == attestation.reasons


@pytest.mark.parametrize("body", ["{}", "not even JSON"])
def test_a_log_that_was_changed_has_no_word(folder, clock, body):
    with opened(folder) as recordings:
        for _ in range(2):
            write(
                recordings.database,
                AuditEntry.of("system:ada", AuditAction.EXPORT_REQUESTED, {}, clock.now(), "first", "case 7"),
            )
    with closing(sqlite3.connect(folder / DATABASE_FILE, isolation_level=None)) as plain:
        plain.execute("DROP TRIGGER audit_update")
        plain.execute("UPDATE audit SET body = ? WHERE number = 1", [body])
    with opened(folder) as recordings:
        attestation = attested(recordings, clock)
        assert (RetentionVerdict.VIOLATED, ("audit_log",), ()) == (
            attestation.verdict,
            attestation.reasons,
            attestation.deleted,
        )
        assert ("changed", "unguarded") == attestation.log.flaws


def test_an_empty_folder_keeps_to_everything(folder, clock):
    with opened(folder) as recordings:
        attestation = attested(recordings, clock)
        assert (RetentionVerdict.COMPLIANT, (), (), 0) == (
            attestation.verdict,
            attestation.cameras,
            attestation.deleted,
            attestation.used_bytes,
        )
        assert DAY_US == round(DAY * 1e6)
