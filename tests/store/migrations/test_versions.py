"""A data folder of an older version opens: its tables are brought up to date, and everything in it is still there."""

import hashlib
import json

import pytest
from alembic import command

from passerby.config.roles import Role
from passerby.config.uplink_destination import DestinationSettings, Priority
from passerby.core.clock import Moment
from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import EventState
from passerby.store.accounts.accounts import Accounts
from passerby.store.accounts.approvals import Approvals, ApprovalStage
from passerby.store.accounts.passwords import hash_password
from passerby.store.accounts.sessions import Sessions
from passerby.store.audit.log import GENESIS_HASH, AuditEntry, check, digest, read
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.counts.retention import CountsRetentionEnforcer
from passerby.store.data_folder import IDENTITY_FILE, DataFolder
from passerby.store.database import Database, _alembic_config
from passerby.store.outbox import Outbox
from passerby.store.recordings.approval_clips import needs_dual_approval
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.retention_limit import read_retention_limit

COOKIE = "a cookie"
MINUTE = 1_800_000_000
BIN = {
    "camera": "gate",
    "start": MINUTE,
    "covered": 58.5,
    "trusted": True,
    "zones": [
        {
            "zone": "hall",
            "sort": "person",
            "mean": 1.5,
            "most": 3,
            "came": 4,
            "left": 2,
            "dwell": [1, 0, 0, 0, 0, 0, 0, 0],
            "cut": 1,
        }
    ],
    "lines": [{"line": "door", "sort": "car", "forward": 5, "back": 6}],
}
EVENT = {
    "id": "gate/entry/1",
    "camera": "gate",
    "rule": "entry",
    "kind": "crossing",
    "at": MINUTE + 7.0,
    "trusted": True,
    "start": MINUTE + 2.0,
    "end": MINUTE + 17.0,
    "place": "door",
    "count": 2,
    "detail": "forward, back",
}
AUDIT = {
    "who": "account:jo",
    "what": "export",
    "on": {"camera": "gate", "begins": 1, "ends": 2, "waits": True},
    "purpose": "case 7",
    "wall": 3_000_000,
    "trusted": True,
    "boot": "first",
    "monotonic": 4,
}


def message(kind, **part):
    return json.dumps({"id": f"school/{kind}", "type": kind, "site": "school", **part})


def rows():
    """A row or more for each table of revision 0006."""
    body = json.dumps(AUDIT)
    return {
        "runs": [{"id": 1, "boot": "first", "began": 0, "seen": 90_000_000, "offset": MINUTE * 1_000_000, "least": 5,
                  "most": 6, "trusted": True}],
        "segments": [{"id": 1, "camera": "gate", "run": 1, "start": 0, "end": 60_000_000, "size": 1000, "head": 700,
                      "frames": 1500, "covered": 30, "width": 640, "height": 360, "open": False}],
        "covered": [{"segment": 1, "after": 2_000_000, "frames": 30}],
        "counts": [{"id": 1, "camera": "gate", "start": MINUTE, "piece": 0, "covered": 58.5, "trusted": True,
                    "body": message("counts", bin=BIN), "run": 1, "added": 80_000_000}],
        "counters": [{"camera": "gate", "newest": 1, "gone": MINUTE - 60}],
        "tallies": [{"camera": "gate", "line": "door", "sort": "car", "forward": 50, "back": 60}],
        "events": [{"id": EVENT["id"], "camera": "gate", "kind": "crossing", "at": EVENT["at"], "state": "seen",
                    "changed": MINUTE + 9.0, "body": message("event", event=EVENT), "run": 1, "added": 80_000_000}],
        "outbox": [
            {"key": "school/counts", "destination": "mqtt", "rank": 1, "topic": "gate/counts", "made": MINUTE,
             "body": message("counts", bin=BIN).encode(), "tries": 2, "not_before": 0.0, "told": True, "problem": "x"},
            {"key": "school/event", "destination": "mqtt", "rank": 0, "topic": "gate/event", "made": MINUTE,
             "body": message("event", event=EVENT).encode(), "tries": 0, "not_before": 0.0, "told": False,
             "problem": None},
        ],
        "sent": [{"destination": "mqtt", "day": 20833, "rank": 1, "bytes": 400, "messages": 2}],
        "audit": [{"number": 1, "previous": GENESIS_HASH, "body": body,
                   "hash": digest(1, GENESIS_HASH.encode(), body.encode())}],
        "receipts": [{"camera": "gate", "boot": "first", "why": "age", "begins": 1, "ends": 2, "trusted": True,
                      "segments": 3, "bytes": 4, "noted_in": "first", "noted": 5}],
        "accounts": [{"id": 1, "name": "jo", "role": "auditor", "password": hash_password("correct horse battery"),
                      "totp": None, "step": 0, "oidc": "jo@example.org", "active": True, "first": True,
                      "made": 1.0, "changed": 2.0}],
        "sessions": [{"mark": hashlib.sha256(COOKIE.encode()).hexdigest(), "account": 1, "who": "account:jo",
                      "by": "password", "purpose": "a round", "began": 100.0, "used": 110.0}],
        "consents": [{"id": 7, "kind": "export", "who": "account:jo", "asked": 5.0, "purpose": "case 7",
                      "body": '{"camera":"gate","begins":1.0,"ends":2.0,"row":1}', "state": "agreed",
                      "by": "account:al", "decided": 6.0,
                      "told": '{"files":[]}'}],
    }  # fmt: skip


def old_database(path, revision, rows):
    """A data folder whose tables are at `revision`, with these rows."""
    database = Database(DataFolder.create(path))
    with database.write_transaction() as connection:
        config = _alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    with database.write_transaction() as connection:
        for table, values in rows.items():
            for row in values:
                columns = ", ".join(f'"{name}"' for name in row)
                marks = ", ".join("?" for _ in row)
                connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(row.values()))
    return database


@pytest.fixture
def old_folder(tmp_path):
    database = old_database(tmp_path / "data", "0006", rows())
    with database.write_transaction() as connection:
        connection.exec_driver_sql("UPDATE usage SET bytes = 1000")
        connection.exec_driver_sql("UPDATE ceiling SET days = 9.0, who = 'account:jo', \"set\" = 8.0")
        connection.exec_driver_sql("UPDATE exporting SET two_persons = 1")
    database.close()
    return tmp_path / "data"


@pytest.fixture
def database(old_folder):
    with Database.open(old_folder) as opened:
        yield opened


def test_recordings_are_read(database):
    recordings = Recordings(database, boot="second")
    (segment,) = recordings.between("gate", 0, 1e11)
    assert ("first", 700, 1500, 30) == (
        segment.boot_session.boot,
        segment.init_size,
        segment.frames,
        segment.covered,
    )
    assert (0, 90_000_000, 5, 6) == (
        segment.boot_session.first_seen,
        segment.boot_session.last_seen,
        segment.boot_session.min_offset,
        segment.boot_session.max_offset,
    )
    assert 30 == recordings.covered_frames(segment, 0, 60_000_000)
    assert 1000 == recordings.retention.used()


def test_counts_are_read(database):
    store = CountStore(database, "school")
    (bin,) = store.between(0, 2e9)
    (zone,), (line,) = bin.zones, bin.lines
    assert (58.5, ObjectClass.PERSON, 3, 4, 2, 1) == (
        bin.observed_seconds,
        zone.object_class,
        zone.peak,
        zone.entries,
        zone.exits,
        zone.censored,
    )
    assert (ObjectClass.CAR, 5, 6) == (line.object_class, line.forward, line.backward)
    assert {"gate": {"door": {"car": {"forward": 50, "backward": 60}}}} == store.snapshot().totals


def test_events_are_read(database):
    (stored,) = CountStore(database, "school").events()
    assert (EventState.ACKNOWLEDGED, MINUTE + 9.0) == (stored.state, stored.changed)
    assert (MINUTE + 7.0, "door", "forward, backward") == (
        stored.event.time,
        stored.event.location,
        stored.event.detail,
    )


def test_the_outbox_sends_in_the_new_names(database):
    outbox = Outbox(database)
    budget = DestinationSettings(send=tuple(Priority))
    event, counts = outbox.due("mqtt", budget, MINUTE)
    assert [Priority.EVENTS, Priority.COUNTS] == [event.priority, counts.priority]
    assert "door" == json.loads(event.body)["event"]["location"]
    (zone,) = json.loads(counts.body)["bin"]["zones"]
    assert {"class", "entries", "exits", "peak", "censored"} <= set(zone)
    assert ("school/counts", 2) == (counts.key, counts.attempts)
    assert 1 == outbox.acknowledged("mqtt", ["school/counts"])


def test_the_audit_chain_is_whole_and_read_in_the_new_names(database):
    with database.read_transaction() as connection:
        assert [] == check(connection).flaws
        ((number, entry),) = read(connection)
    assert (1, "account:jo", "export_requested") == (number, entry.actor, entry.action)
    assert {"camera": "gate", "start": 1, "end": 2, "needs_approval": True} == entry.details
    assert {"actor", "action", "details"} <= set(AuditEntry.model_fields)


def test_accounts_and_sessions_are_read(database):
    account = Accounts(database).authenticate("jo", "correct horse battery")
    assert (Role.AUDITOR, "jo@example.org", True, 1.0) == (
        account.role,
        account.oidc_subject,
        account.initial_password,
        account.created,
    )
    session = Sessions(database).find(COOKIE, 120.0)
    assert ("account:jo", "password", 100.0) == (session.actor, session.method, session.created)


def test_approvals_and_limits_are_read(database):
    approval = Approvals(database).get(7)
    assert (
        ApprovalStage.APPROVED,
        "account:al",
        {"files": []},
        {"camera": "gate", "start": 1.0, "end": 2.0, "row": 1},
    ) == (
        approval.state,
        approval.decided_by,
        approval.result,
        approval.request,
    )
    limit = read_retention_limit(database)
    assert (9.0, "account:jo", 8.0) == (limit.days, limit.set_by, limit.set_at)
    assert needs_dual_approval(database)


def test_nothing_is_left_of_the_old_tables(database):
    with database.read_transaction() as connection:
        names = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
    assert not {name for name in names if name.startswith("old_")}
    assert not names & {
        "runs",
        "covered",
        "counters",
        "tallies",
        "sent",
        "receipts",
        "consents",
        "ceiling",
        "exporting",
    }


def test_foreign_keys_still_hold(database):
    with database.write_transaction() as connection:
        connection.exec_driver_sql("DELETE FROM segments")
        assert 0 == connection.exec_driver_sql("SELECT count(*) FROM covered_parts").scalar()
        connection.exec_driver_sql("DELETE FROM accounts")
        assert 0 == connection.exec_driver_sql("SELECT count(*) FROM sessions").scalar()
    with database.read_transaction() as connection:
        assert [] == connection.exec_driver_sql("PRAGMA foreign_key_check").all()


def test_an_identity_file_of_before_is_read(old_folder):
    path = old_folder / IDENTITY_FILE
    identity = json.loads(path.read_text())
    created = identity.pop("created")
    path.write_text(json.dumps({**identity, "made": created}))
    folder = DataFolder.open(old_folder)
    assert (identity["id"], created) == (folder.identity.id, folder.identity.created)
    folder.close()


def test_recorded_at_the_same_time(database):
    """What is recorded after the migration joins what was there."""
    with database.write_transaction() as connection:
        from passerby.store.recordings.boot_sessions import record_clock

        assert 2 == record_clock(connection, "second", Moment(1.0, MINUTE + 100.0, True))


def test_counts_of_revision_0003_get_totals_and_an_age(tmp_path):
    """Before revision 0004 no row said when it was added: it ages from the last time that the machine was seen."""
    year_us = 365 * 86_400_000_000
    kept = {name: [{k: v for k, v in row.items() if k not in ("run", "added")} for row in rows()[name]]
            for name in ("counts", "events")}  # fmt: skip
    old_database(tmp_path / "data", "0003", {"runs": rows()["runs"], **kept}).close()
    with Database.open(tmp_path / "data") as database:
        snapshot = CountStore(database, "school").snapshot()
        assert {"gate": {"door": {"car": {"forward": 5, "backward": 6}}}} == snapshot.totals
        assert 1 == snapshot.last_id
        later = Moment((90_000_000 + year_us) / 1e6, MINUTE + 365 * 86_400.0, True)
        assert 2 == CountsRetentionEnforcer(database, 30, 30, "first").expire(later)
