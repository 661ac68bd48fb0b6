"""The events of the site itself, and the uplink that is opened with it."""

import pytest
from sqlalchemy import select

from passerby.config.counting_config import EventKind
from passerby.config.site_file import load_site, parse_site
from passerby.config.uplink_destination import DestinationSettings, Priority
from passerby.core.clock import Moment
from passerby.documents.count_records import EventState
from passerby.documents.fleet_messages import parse_message
from passerby.documents.status import SiteStatus
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.counts.tables import outbox
from passerby.store.data_folder import DataFolder
from passerby.store.database import Database
from passerby.store.outbox import Draft, Outbox, enqueue
from passerby.watch.factories import weights_in_use
from passerby.watch.site_monitor import POLL_INTERVAL_S, SiteMonitor
from tests.fleet.running import make_fleet, status_of

SITE = """
cameras:
  gate: {url: 'rtsp://h/a'}
uplink:
  webhooks: [{name: desk, url: 'http://127.0.0.1:9/', secret: '${SECRET}'}]
"""


class Clock:
    def __init__(self):
        self.seconds, self.trusted = 0.0, True

    def now(self):
        return Moment(self.seconds, 1_800_000_000 + self.seconds, self.trusted)


@pytest.fixture
def site(tmp_path):
    DataFolder.create(tmp_path / "data").close()
    return parse_site(SITE, tmp_path / "site.yaml", {"SECRET": "s" * 20})


def status(site):
    return SiteStatus(name=site.name, started=0.0, now=1.0, clock_trusted=True, cameras={})


def test_a_changed_site_reaches_uplink_and_rules_and_repeats_nothing(site, tmp_path):
    """A clock that is not synchronised was an event anew with each change of a setting."""
    clock, told = Clock(), []
    clock.trusted = False
    monitor = SiteMonitor(site, clock)
    monitor._uplink.apply = lambda cameras: told.append(sorted(cameras))
    more = SITE.replace("uplink:", "  attic: {url: 'rtsp://h/attic'}\nuplink:")
    changed = parse_site(more, tmp_path / "site.yaml", {"SECRET": "s" * 20})
    down = {"gate": "its process died"}
    for second in range(0, 3000, 5):
        clock.seconds = float(second)
        if second in (1000, 2000):
            monitor.apply(changed)
            down["attic"] = "its process died"
        monitor.poll(lambda: down, lambda: {"free": 1}, lambda: status(site))
    monitor.close()
    with Database.open(tmp_path / "data") as database:
        found = CountStore(database, site.topic).events()
    assert ["attic", "gate", "site"] == sorted(one.event.camera or "site" for one in found)
    assert [["attic", "gate"]] * 2 == told


def test_a_clock_that_nothing_synchronises_is_told_once_over_all_starts(site, tmp_path):
    clock = Clock()
    clock.trusted = False
    for start in range(3):
        monitor = SiteMonitor(site, clock)
        for second in range(0, 1000, 5):
            clock.seconds = float(10_000 * start + second)
            monitor.poll(dict, lambda: {"free": 1}, lambda: status(site))
        if start == 1:
            (event,) = monitor._counts.events()
            monitor._counts.set_event_state(event.event.id, EventState.RESOLVED, clock.now())
        monitor.close()
    with Database.open(tmp_path / "data") as database:
        found = CountStore(database, site.topic).events()
    assert [EventState.NEW, EventState.RESOLVED] == [one.state for one in found]


def test_a_failing_disk_and_a_camera_without_a_process_raise_events(site, tmp_path):
    clock, checks = Clock(), []
    monitor = SiteMonitor(site, clock)

    def disk():
        checks.append(clock.seconds)
        return {"problem": "the disk is failing"} if clock.seconds > 20 else {"free": 1}

    for second in range(100):
        clock.seconds = float(second)
        monitor.poll(lambda: {"gate": "its process died"} if clock.seconds > 40 else {}, disk, lambda: status(site))
    monitor.close()
    assert 100 / POLL_INTERVAL_S == len(checks)
    with Database.open(tmp_path / "data") as database:
        found = CountStore(database, site.topic).events()
    assert [(EventKind.STORAGE, None), (EventKind.LOST, "gate")] == [(k.event.kind, k.event.camera) for k in found]
    assert "the disk is failing" == found[0].event.detail


def test_messages_for_removed_destinations_are_dropped(site, tmp_path, caplog):
    draft = Draft("clip", Priority.CLIPS, "gate/clip", b"{}", ("gate", 1.0, 2.0))
    with Database.open(tmp_path / "data") as database:
        with database.write_transaction() as connection:
            enqueue(
                connection,
                [draft],
                dict.fromkeys(("mqtt", "webhook:desk"), DestinationSettings(send=tuple(Priority))),
                0.0,
            )
        SiteMonitor(site, Clock()).close()
        assert ["webhook:desk"] == list(Outbox(database).pending())
    assert "dropped 1 queued pictures" in caplog.text


def test_a_site_with_a_fleet_reports_to_it(tmp_path):
    """Health is queued for the fleet, from the status of the site; a fleet that cannot be reached changes nothing."""
    fleet = make_fleet(tmp_path, mqtt=False)
    file = tmp_path / "site.yaml"
    DataFolder.create(tmp_path / "data").close()
    file.write_text(
        "cameras: {gate: {url: 'rtsp://192.0.2.1/'}}\n"
        f"uplink: {{fleet: {{credentials: '{fleet.credentials('north')}', by: https, health_interval: 10}}}}\n"
    )
    clock = SteppedClock()
    monitor = SiteMonitor(load_site(file), clock)
    try:
        for _ in range(12):
            monitor.poll(dict, dict, status_of)
            clock.at += 5.0
        with Database.open(tmp_path / "data") as database, database.read_transaction() as connection:
            rows = connection.execute(select(outbox).order_by(outbox.c.id)).all()
    finally:
        monitor.close()
    assert {("fleet", "health")} == {(row.destination, row.topic) for row in rows}
    messages = [parse_message("health", row.body) for row in rows]
    assert [1, 2, 3, 4] == [message.number for message in messages]
    assert ["gate", "yard"] == [camera.camera for camera in messages[-1].cameras]
    assert weights_in_use(load_site(file)) == {used.model: used.sha256 for used in messages[-1].weights}


class SteppedClock:
    def __init__(self):
        self.at = 1000.0

    def now(self):
        return Moment(self.at, 1.8e9 + self.at, True)
