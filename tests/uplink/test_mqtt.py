"""What the broker has: discovery, states, the last will; events, counts and event media. With mosquitto itself."""

import json
import time
import urllib.request

import pytest

from passerby.config.counting_config import CountingSettings, EventKind
from passerby.config.uplink import MqttSettings, PrometheusSettings, UplinkSettings
from passerby.config.uplink_destination import Priority
from passerby.core.clock import Moment
from passerby.documents.count_records import Event
from passerby.documents.status import CameraHealth, CameraState
from passerby.store.counts.events_and_counts import CountStore
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
    "gate": CountingSettings(lines=({"name": "door", "points": ((0, 0.5), (1, 0.5)), "count": ("person", "car")},)),
    "hall": CountingSettings(zones=({"name": "room", "polygon": ((0, 0), (1, 0), (1, 1))},)),
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
    with Database.open(tmp_path / "data", create=True) as database:
        yield database


def uplink(broker, database, media=None, **settings):
    config = UplinkSettings(
        mqtt=MqttSettings(host="127.0.0.1", port=broker.port, **settings), prometheus=PrometheusSettings(port=0)
    )
    return config, Uplink("school", config, CAMERAS, database, media=media, poll_interval_s=0.05)


class GateRecordings:
    """Recordings of the camera at the gate alone."""

    def read(self, kind, camera, start, end, at):
        return f"{kind} {camera} {end - start:.0f}".encode() if camera == "gate" else None


def event(camera="gate", at=None):
    at = at or NOW.wall - 100
    return Event(
        id=f"{camera}/full/{at}",
        camera=camera,
        rule="full",
        kind=EventKind.CROWD,
        time=at,
        trusted=True,
        start=at - 5,
        end=at + 10,
    )


def test_a_site_at_the_broker(broker, receiver, database):
    settings, site_uplink = uplink(broker, database, GateRecordings(), send=tuple(Priority))
    counts = CountStore(database, "school", settings.destinations())
    counts.add([minute("gate", 1), minute("hall", 1)], [event("gate"), event("hall")], NOW)
    with site_uplink:
        until(lambda: {} == Outbox(database).pending())
        until(lambda: "passerby/school/hall/clip" in receiver.plain and 4 <= len(receiver.kept))
        assert [] == site_uplink.problems
        with urllib.request.urlopen(f"http://127.0.0.1:{site_uplink.metrics_port}/metrics") as answer:
            metrics = answer.read().decode()
    found = receiver.plain
    assert (
        'passerby_line_crossings_total{camera="gate",class="person",direction="forward",line="door",site="school"} 1.0'
        in metrics
    )
    # Discovery and state are retained, for clients that connect later.
    late = Receiver(broker.port, "passerby/school/+/state")
    until(lambda: 2 <= len([topic for topic in late.plain if topic.startswith("homeassistant/device/")]))
    until(lambda: "passerby/school/gate/state" in late.plain)
    late.close()
    for topic in ("passerby_school_gate", "passerby_school_hall"):
        payload, retained = late.plain[f"homeassistant/device/{topic}/config"]
        assert retained
        accepted(json.loads(payload))
    state = json.loads(late.plain["passerby/school/gate/state"][0])
    assert {"picture": {"person": round(minute("gate", 1).zones[0].mean)}} == state["zones"]
    assert (minute("gate", 1).start, 60.0) == (state["minute"], state["observed_seconds"])
    assert {"door": {"person": {"forward": 1, "backward": 1}}} == state["lines"]
    # Event media: there is a recording of the gate, and none of the hall.
    assert b"thumbnail gate 15" == found["passerby/school/gate/thumbnail"][0]
    assert b"clip gate 15" == found["passerby/school/gate/clip"][0]
    assert "gate/full" in json.loads(found["passerby/school/gate/clip/about"][0])["id"]
    assert json.loads(found["passerby/school/hall/clip"][0])["missing"] is True


def test_the_status_is_offline_after_the_connection_ends(broker, receiver, database):
    _, site_uplink = uplink(broker, database)
    with site_uplink:
        until(lambda: receiver.plain.get("passerby/school/status", (b"",))[0] == b"online")
    until(lambda: receiver.plain["passerby/school/status"][0] == b"offline")


def test_discovery_is_repeated_when_home_assistant_starts(broker, receiver, database):
    _, site_uplink = uplink(broker, database)
    with site_uplink:
        until(lambda: len([topic for topic in receiver.plain if topic.startswith("homeassistant/device/")]) == 2)
        receiver.plain.clear()
        receiver.publish("homeassistant/status", "online")
        until(lambda: len([topic for topic in receiver.plain if topic.startswith("homeassistant/device/")]) == 2)


def configs(receiver):
    topics = [topic for topic in receiver.plain if topic.startswith("homeassistant/device/")]
    return {topic.split("/")[2]: receiver.plain[topic][0] for topic in topics}


def test_a_change_of_cameras_and_zones_is_told_at_once(broker, receiver, database):
    """A zone is added, a line and a camera are removed, while it runs."""
    _, site_uplink = uplink(broker, database)
    changed = {"gate": CountingSettings(zones=({"name": "step", "polygon": ((0, 0), (1, 0), (1, 1))},))}
    with site_uplink:
        until(lambda: 2 == len(configs(receiver)))
        receiver.plain.clear()
        site_uplink.apply(changed)
        until(lambda: b"step_occupancy" in configs(receiver).get("passerby_school_gate", b""))
        until(lambda: b"" == configs(receiver).get("passerby_school_hall"))
        until(lambda: "door_person_forward" not in json.loads(configs(receiver)["passerby_school_gate"])["cmps"])
        accepted(json.loads(configs(receiver)["passerby_school_gate"]))
        receiver.plain.clear()
        site_uplink.apply(changed)  # the same again is no news
        site_uplink.apply({**changed, "yard": CountingSettings()})
        until(lambda: "passerby_school_yard" in configs(receiver))
    assert ["passerby_school_yard"] == list(configs(receiver))


def test_who_is_where_and_the_newest_picture(broker, receiver, database):
    _, site_uplink = uplink(broker, database, GateRecordings(), send=tuple(Priority))
    cameras = {
        "gate": CameraHealth(state=CameraState.LIVE, occupancy={"picture": 1}),
        "hall": CameraHealth(state=CameraState.LOST),
    }
    with site_uplink:
        site_uplink.update(cameras)
        until(lambda: "passerby/school/gate/now" in receiver.plain and "passerby/school/hall/now" in receiver.plain)
        until(lambda: "passerby/school/gate/picture" in receiver.plain)
    gate, hall = (json.loads(receiver.plain[f"passerby/school/{name}/now"][0]) for name in ("gate", "hall"))
    assert {"connected": True, "motion": True, "zones": {"picture": True}} == gate
    assert {"connected": False, "motion": None, "zones": {}} == hall
    assert receiver.plain["passerby/school/gate/picture"][0].startswith(b"thumbnail gate")
    assert "passerby/school/hall/picture" not in receiver.plain


def test_without_thumbnails_no_picture_is_sent(broker, receiver, database):
    _, site_uplink = uplink(broker, database, GateRecordings())
    with site_uplink:
        site_uplink.update({"gate": CameraHealth(state=CameraState.LIVE, occupancy={"picture": 1})})
        until(lambda: "passerby/school/gate/now" in receiver.plain)
    assert b"latest_picture" not in configs(receiver)["passerby_school_gate"]
    assert "passerby/school/gate/picture" not in receiver.plain


def test_discovery_can_be_switched_off(broker, receiver, database):
    _, site_uplink = uplink(broker, database, home_assistant=False)
    with site_uplink:
        until(lambda: "passerby/school/status" in receiver.plain)
    assert [] == [topic for topic in receiver.plain if topic.startswith("homeassistant/device/")]


def test_an_unreachable_broker_is_a_problem_until_it_is_back(database, tmp_path, monkeypatch):
    monkeypatch.setattr(mqtt, "FIRST_RETRY_S", 0.05)
    monkeypatch.setattr(mqtt, "MAX_RETRY_S", 0.2)
    broker = Broker(tmp_path)
    _, site_uplink = uplink(broker, database)
    with site_uplink:
        until(lambda: site_uplink.problems and f"127.0.0.1:{broker.port}" in site_uplink.problems[0])
        broker.start()
        until(lambda: [] == site_uplink.problems)
    broker.kill()
