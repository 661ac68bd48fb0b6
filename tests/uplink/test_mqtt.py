"""What is at the broker: announcements, states, the last will; events, counts and pictures. With mosquitto itself."""

import json
import time
import urllib.request

import pytest

from passerby.config.counting_config import Counting, EventKind
from passerby.config.uplink import Metrics, Mqtt, Priority, UplinkSettings
from passerby.core.clock import Moment
from passerby.documents.count_records import Event
from passerby.store.counts.events_and_counts import Counts
from passerby.store.database import Database
from passerby.store.outbox import Outbox
from passerby.uplink import mqtt
from passerby.uplink.service import Uplink
from tests.uplink.broker import Broker, Receiver, needs_broker, until
from tests.uplink.homeassistant import accepted
from tests.uplink.program import minute

pytestmark = needs_broker
NOW = Moment(1.0, time.time(), True)
CAMERAS = {
    "gate": Counting(lines=({"name": "door", "points": ((0, 0.5), (1, 0.5)), "count": ("person", "car")},)),
    "hall": Counting(zones=({"name": "room", "polygon": ((0, 0), (1, 0), (1, 1))},)),
}


@pytest.fixture
def broker(tmp_path):
    broker = Broker(tmp_path)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def receiver(broker):
    receiver = Receiver(broker.port)
    yield receiver
    receiver.close()


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", make=True) as database:
        yield database


def uplink(broker, database, pictures=None, **settings):
    told = UplinkSettings(mqtt=Mqtt(host="127.0.0.1", port=broker.port, **settings), prometheus=Metrics(port=0))
    return told, Uplink("school", told, CAMERAS, database, pictures=pictures, pause=0.05)


class Shelf:
    """Recordings of the camera at the gate alone."""

    def read(self, what, camera, start, end, at):
        return f"{what} {camera} {end - start:.0f}".encode() if camera == "gate" else None


def event(camera="gate", at=None):
    at = at or NOW.wall - 100
    return Event(
        id=f"{camera}/full/{at}",
        camera=camera,
        rule="full",
        kind=EventKind.CROWD,
        at=at,
        trusted=True,
        start=at - 5,
        end=at + 10,
    )


def test_a_site_at_the_broker(broker, receiver, database):
    settings, way = uplink(broker, database, Shelf(), send=tuple(Priority))
    counts = Counts(database, "school", settings.destinations())
    counts.add([minute("gate", 1), minute("hall", 1)], [event("gate"), event("hall")], NOW)
    with way:
        until(lambda: {} == Outbox(database).waiting())
        until(lambda: "passerby/school/hall/clip" in receiver.plain and 4 <= len(receiver.kept))
        assert [] == way.problems
        with urllib.request.urlopen(f"http://127.0.0.1:{way.metrics_port}/metrics") as answer:
            metrics = answer.read().decode()
    found = receiver.plain
    assert 'passerby_crossed_total{camera="gate",line="door",site="school",sort="person",way="forward"} 1.0' in metrics
    # What Home Assistant is told is retained, as is the state, for whoever comes later.
    late = Receiver(broker.port, "passerby/school/+/state")
    until(lambda: 2 <= len([topic for topic in late.plain if topic.startswith("homeassistant/device/")]))
    until(lambda: "passerby/school/gate/state" in late.plain)
    late.close()
    for topic in ("passerby_school_gate", "passerby_school_hall"):
        payload, retained = late.plain[f"homeassistant/device/{topic}/config"]
        assert retained
        accepted(json.loads(payload))
    state = json.loads(late.plain["passerby/school/gate/state"][0])
    assert {"picture": {"person": 0}} == state["zones"] or state["zones"]["picture"]["person"] >= 0
    assert {"door": {"person": {"forward": 1, "back": 1}}} == state["lines"]
    # The pictures: of the gate there is a recording, of the hall there is none.
    assert b"thumbnail gate 15" == found["passerby/school/gate/thumbnail"][0]
    assert b"clip gate 15" == found["passerby/school/gate/clip"][0]
    assert "gate/full" in json.loads(found["passerby/school/gate/clip/about"][0])["id"]
    assert json.loads(found["passerby/school/hall/clip"][0])["missing"] is True


def test_it_is_known_when_the_line_breaks(broker, receiver, database):
    _, way = uplink(broker, database)
    with way:
        until(lambda: receiver.plain.get("passerby/school/status", (b"",))[0] == b"online")
    until(lambda: receiver.plain["passerby/school/status"][0] == b"offline")


def test_all_is_told_again_when_home_assistant_starts(broker, receiver, database):
    _, way = uplink(broker, database)
    with way:
        until(lambda: len([topic for topic in receiver.plain if topic.startswith("homeassistant/device/")]) == 2)
        receiver.plain.clear()
        receiver.publish("homeassistant/status", "online")
        until(lambda: len([topic for topic in receiver.plain if topic.startswith("homeassistant/device/")]) == 2)


def test_home_assistant_is_told_nothing_where_that_is_not_wanted(broker, receiver, database):
    _, way = uplink(broker, database, home_assistant=False)
    with way:
        until(lambda: "passerby/school/status" in receiver.plain)
    assert [] == [topic for topic in receiver.plain if topic.startswith("homeassistant/device/")]


def test_a_broker_that_is_not_there_is_a_problem_and_no_end(database, tmp_path, monkeypatch):
    monkeypatch.setattr(mqtt, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(mqtt, "LONGEST_PAUSE", 0.2)
    broker = Broker(tmp_path)
    _, way = uplink(broker, database)
    with way:
        until(lambda: way.problems and f"127.0.0.1:{broker.port}" in way.problems[0])
        broker.start()
        until(lambda: [] == way.problems)
    broker.kill()
