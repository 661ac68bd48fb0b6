"""Access counts come from the audit log: what was viewed and exported, not what was requested or changed."""

import json

from sqlalchemy import text

from passerby.notice.access_counts import ACCESS_WINDOW_S, AccessCounts, access_counts
from passerby.store.audit.log import AuditAction, AuditEntry, write


def counts(recordings, clock):
    since_us = round((clock.now().wall - ACCESS_WINDOW_S) * 1e6)
    with recordings.database.read_transaction() as connection:
        return access_counts(connection, since_us)


def log_access(recordings, clock, action, camera="yard", times=1, **details):
    for _ in range(times):
        entry = AuditEntry.of("web:ada", action, {"camera": camera, **details}, clock.now(), "first", "case 7")
        write(recordings.database, entry)


def test_viewings_and_exports_are_counted_by_camera(recordings, clock):
    log_access(recordings, clock, AuditAction.VIEWED, kind="recording", times=5)  # long ago
    clock.go(31 * 86400)
    log_access(recordings, clock, AuditAction.VIEWED, kind="recording", times=2)
    log_access(recordings, clock, AuditAction.VIEWED, "hall", kind="thumbnail")
    log_access(recordings, clock, AuditAction.VIEWED, kind="live", times=4)
    log_access(recordings, clock, AuditAction.VIEWED, kind="counts", times=9)  # counts show nobody
    log_access(recordings, clock, AuditAction.EXPORT_REQUESTED)  # requested, but not done
    log_access(recordings, clock, AuditAction.EXPORT_COMPLETED, "hall")
    log_access(recordings, clock, AuditAction.CHANGED, times=3)
    expected = {"yard": AccessCounts(viewed=2, live=4), "hall": AccessCounts(viewed=1, exported=1)}
    assert expected == counts(recordings, clock)


def insert_row(recordings, body):
    """A row as it may be in the file: of an earlier revision, or damaged."""
    with recordings.database.write_transaction() as connection:
        last = connection.execute(text("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")).first()
        number, previous = (0, "0" * 64) if last is None else last
        connection.execute(
            text("INSERT INTO audit (number, previous, body, hash) VALUES (:number, :previous, :body, :hash)"),
            {"number": number + 1, "previous": previous, "body": body, "hash": f"{number:064x}"},
        )


def test_rows_of_earlier_revisions_are_counted(recordings, clock):
    wall = round(clock.wall * 1e6)
    for what, on in (("viewed", {"camera": "yard", "kind": "live"}), ("exported", {"camera": "yard"})):
        insert_row(recordings, json.dumps({"who": "web:ada", "what": what, "on": on, "wall": wall}))
    assert {"yard": AccessCounts(live=1, exported=1)} == counts(recordings, clock)


def test_a_damaged_row_does_not_stop_the_count(recordings, clock):
    log_access(recordings, clock, AuditAction.VIEWED, kind="recording")
    insert_row(recordings, "garbage")
    assert {"yard": AccessCounts(viewed=1)} == counts(recordings, clock)


def test_counts_of_all_cameras_add_up():
    assert AccessCounts(3, 4, 1) == AccessCounts(viewed=2, live=4) + AccessCounts(viewed=1, exported=1)
