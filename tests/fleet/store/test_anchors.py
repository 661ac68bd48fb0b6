"""A site that rewrites or truncates its audit log is found out."""

import json
import subprocess
import sys

import pytest
from sqlalchemy import text

from passerby.config.uplink_destination import DestinationSettings
from passerby.core.clock import Moment
from passerby.core.errors import UsageError
from passerby.documents.fleet_messages import AttestedRetention, LogRow
from passerby.fleet.store.anchors import AnchorFlaw, LogCopy, site_anchors
from passerby.fleet.store.intake import Intake, site_ids_of
from passerby.fleet.store.sites import FleetSites
from passerby.store.audit.log import AuditAction, AuditEntry, rows_after, write
from passerby.store.database import Database
from passerby.uplink.fleet.health import HealthReporter
from tests.fleet.messages import NOW, hash_of, health
from tests.fleet.running import status_of

ATTESTED = AttestedRetention(created=NOW, verdict="compliant", overdue=0, sha256=hash_of(7))


@pytest.fixture
def take(fleet):
    with fleet.reading() as connection:
        ids = site_ids_of(connection)
    return lambda *messages, now=NOW: Intake(fleet).store(messages, ids, now)


def flaws(fleet, now=NOW, copy=None, site="north"):
    found = site_anchors(fleet, FleetSites(fleet).find(site), now, copy)
    return [(finding.flaw, finding.row) for finding in found.findings]


def row(number, hash=None):
    return LogRow(number=number, hash=hash_of(hash or number))


def test_a_log_that_only_grows_is_fine(fleet, take):
    take(health(number=1, log=row(10), retention=ATTESTED))
    take(health(number=2, log=row(10), earlier=row(10), retention=ATTESTED))
    take(health(number=3, log=row(14), earlier=row(10), retention=ATTESTED))
    assert [] == flaws(fleet)
    assert (14, hash_of(14)) == site_anchors(fleet, FleetSites(fleet).find("north"), NOW).newest


def test_a_row_with_two_hashes_is_a_log_that_was_rewritten(fleet, take):
    take(health(number=1, log=row(10), retention=ATTESTED))
    take(health(number=2, log=row(12), earlier=row(10, 99), retention=ATTESTED))
    assert (AnchorFlaw.REWRITTEN, 10) in flaws(fleet)


def test_a_head_that_goes_back_is_a_log_that_was_truncated(fleet, take):
    take(health(number=1, log=row(10), retention=ATTESTED))
    take(health(number=2, log=row(7), retention=ATTESTED), now=NOW + 60)
    assert [(AnchorFlaw.TRUNCATED, 7)] == flaws(fleet)


def test_what_the_site_attests_itself_is_told(fleet, take):
    take(health(retention=ATTESTED.model_copy(update={"verdict": "violated", "overdue": 3})))
    assert [(AnchorFlaw.RETENTION_VIOLATED, 0)] == flaws(fleet)
    take(health("south"))
    assert [(AnchorFlaw.NOT_ATTESTED, 0)] == flaws(fleet, site="south")
    assert [] == flaws(fleet, site="west")  # it has never sent anything
    take(health("west", retention=ATTESTED))
    assert [(AnchorFlaw.NOT_ATTESTED, 0)] == flaws(fleet, now=NOW + 4 * 86400, site="west")


def log_lines(database):
    with database.read_transaction() as connection:
        rows = rows_after(connection, 0, -1)
    return [
        json.dumps({"number": r.number, **{n: getattr(r, n).decode() for n in ("previous", "body", "hash")}})
        for r in rows
    ]


def entry(n):
    return AuditEntry.of("system:me", AuditAction.CHANGED, {"subject": str(n)}, Moment(1.0, NOW, True), "b", "x")


def rewrite(folder):
    """A log of the same length from the second row on, by somebody who can write the folder: a chain in itself."""
    program = f"""
import sqlite3
from passerby.store.audit.log import digest
db = sqlite3.connect({str(folder / "passerby.db")!r})
for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
    db.execute(f"DROP TRIGGER {{name}}")
before = "0" * 64
for number, body in db.execute("SELECT number, body FROM audit ORDER BY number").fetchall():
    body = body.replace("export", "nothing").replace('"2"', '"other"')
    hash = digest(number, before.encode(), body.encode())
    db.execute("UPDATE audit SET previous = ?, body = ?, hash = ? WHERE number = ?", (before, body, hash, number))
    before = hash
db.commit()
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_site_that_rewrites_its_log_is_found_out(fleet, take, tmp_path):
    """With the log itself: rewritten as a chain that its own check cannot fault but for the triggers, and told by the
    fleet; also in a copy that somebody hands in."""
    with Database.open(tmp_path / "data", create=True) as database:
        reporter = HealthReporter(database, "north", "UTC", {}, DestinationSettings())
        reporter.retention = ATTESTED
        now = Moment(1.0, float(NOW), True)
        for n in range(1, 5):
            write(database, entry(n))
        take(reporter.report(status_of(), now))
        honest = LogCopy.parse(log_lines(database))
        assert [] == flaws(fleet, copy=honest)
    rewrite(tmp_path / "data")
    with Database.open(tmp_path / "data") as database:
        reporter = HealthReporter(database, "north", "UTC", {}, DestinationSettings())
        reporter.retention = ATTESTED
        forged = LogCopy.parse(log_lines(database))
        assert 0 == forged.broken_at
        assert [(AnchorFlaw.ROW_CHANGED, 4)] == flaws(fleet, copy=forged)
        take(reporter.report(status_of(), now))
        assert (AnchorFlaw.REWRITTEN, 4) in flaws(fleet)


def test_a_copy_that_is_cut_or_altered_is_found(fleet, take, tmp_path):
    with Database.open(tmp_path / "data", create=True) as database:
        heads = [write(database, entry(n)) for n in range(1, 5)]
        lines = log_lines(database)
    take(health(log=LogRow(number=4, hash=heads[3].hash), retention=ATTESTED))
    assert [(AnchorFlaw.ROW_MISSING, 4)] == flaws(fleet, copy=LogCopy.parse(lines[:3]))
    altered = [lines[0], lines[1].replace("CHANGED", "x").replace('\\"2\\"', '\\"3\\"'), *lines[2:]]
    assert [(AnchorFlaw.BROKEN_CHAIN, 2)] == flaws(fleet, copy=LogCopy.parse(altered))


@pytest.mark.parametrize("line", ["x", "[]", '{"number": 1}', '{"number": "a", "previous": 1, "body": 1, "hash": 1}'])
def test_what_is_no_copy_is_told(line):
    with pytest.raises(UsageError, match="passerby audit follow"):
        LogCopy.parse([line])


def test_the_columns_cannot_be_changed_from_outside(fleet, take):
    """Heads are only ever inserted: the same head again changes nothing."""
    take(health(number=1, log=row(10), retention=ATTESTED))
    take(health(number=2, log=row(10), retention=ATTESTED), now=NOW + 99)
    with fleet.reading() as connection:
        assert [(1, NOW)] == connection.execute(text("SELECT stated, received FROM heads")).all()
