"""The health message of a site: what is in it, and that it is queued for the fleet alone."""

import json

import pytest
from sqlalchemy import select, text

from passerby.config.uplink_destination import DestinationSettings
from passerby.core.clock import Moment
from passerby.documents.fleet_messages import AttestedRetention, parse_message
from passerby.documents.status import CameraHealth, CameraState, SiteStatus
from passerby.store.audit.log import AuditAction, AuditEntry, write
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.counts.tables import outbox
from passerby.store.database import Database
from passerby.uplink.fleet.health import CoveredShares, HealthReporter
from tests.uplink.program import BEGIN, minute

NOW = Moment(50.0, BEGIN + 90.0, True)


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", create=True) as database:
        yield database


@pytest.fixture
def reporter(database):
    return HealthReporter(database, "north", "Europe/Berlin", {"centerface": "a" * 64}, DestinationSettings())


def status(**cameras):
    return SiteStatus(name="x", started=0, now=NOW.wall, clock_trusted=True, cameras=cameras, disk={"days_left": 8.25})


def log(database, what):
    entry = AuditEntry.of("system:me", AuditAction.CHANGED, {"subject": what}, NOW, "boot", "a test")
    return write(database, entry)


def test_it_says_how_the_site_is(database, reporter):
    CountStore(database, "site", {}, boot="a").add([minute("gate", 0)], [], NOW)
    head = log(database, "x")
    reporter.retention = AttestedRetention(created=1.0, verdict="compliant", overdue=0, sha256="b" * 64)
    cameras = {
        "gate": CameraHealth(state=CameraState.LIVE, output_frames=200, covered={"late": 50}),
        "yard": CameraHealth(state=CameraState.LOST),
    }
    found = reporter.report(status(**cameras), NOW)
    assert [("gate", True, {"late": 0.25}), ("yard", False, {})] == [
        (camera.camera, camera.up, camera.covered) for camera in found.cameras
    ]
    assert (8.25, 0, 90.0, True) == (found.disk_days, found.backlog, found.newest_minute_age_s, found.clock_trusted)
    assert (head.number, head.hash, None) == (found.log.number, found.log.hash, found.earlier)
    assert ("compliant", "centerface") == (found.retention.verdict, found.weights[0].model)
    with database.read_transaction() as connection:
        [row] = connection.execute(select(outbox)).all()
    assert ("fleet", "health", found.id) == (row.destination, row.topic, row.key)
    assert found == parse_message("health", row.body)


def test_numbers_grow_and_the_row_before_is_stated_again(database, reporter):
    before = log(database, "x")
    first = reporter.report(status(), NOW)
    after = log(database, "y")
    second = reporter.report(status(), NOW)
    assert (1, 2) == (first.number, second.number)
    assert (before.number, before.hash) == (second.earlier.number, second.earlier.hash)
    assert after.hash == second.log.hash
    assert 1 == second.backlog


def test_a_log_that_was_rewritten_is_stated_with_another_hash(database, reporter):
    before = log(database, "x")
    reporter.report(status(), NOW)
    with database.write_transaction() as connection:
        for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE audit SET hash = 'forged'"))
    found = reporter.report(status(), NOW)
    assert (before.number, "0" * 64) == (found.earlier.number, found.earlier.hash)


def test_shares_are_those_since_the_report_before(reporter):
    shares = CoveredShares()
    camera = CameraHealth(output_frames=100, covered={"late": 10})
    assert {"gate": {"late": 0.1}} == shares.update({"gate": camera})
    assert {"gate": {}} == shares.update({"gate": camera})
    later = CameraHealth(output_frames=150, covered={"late": 20, "start": 5})
    assert {"gate": {"late": 0.2, "start": 0.1}} == shares.update({"gate": later})
    # Its process was restarted, and counts from 0.
    assert {"gate": {"start": 0.5}} == shares.update({"gate": CameraHealth(output_frames=10, covered={"start": 5})})


def test_there_are_no_counts_in_it(database, reporter):
    CountStore(database, "site", {}, boot="a").add([minute("gate", n) for n in range(9)], [], NOW)
    found = json.loads(reporter.report(status(gate=CameraHealth()), NOW).model_dump_json())
    assert {"camera", "up", "covered"} == set(found["cameras"][0])
    assert not {"zones", "lines", "cells", "entries", "forward"} & set(found)
