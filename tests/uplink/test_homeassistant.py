import json

import pytest
from pydantic import ValidationError

from passerby.config.counting_config import CountingSettings
from passerby.core.clock import Moment
from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import DWELL_BOUNDS_S, CountBin, LineCount, ZoneCount
from passerby.documents.status import CameraHealth, CameraState
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.uplink.camera_state import CameraTotalsReader
from passerby.uplink.homeassistant import discovery_messages, entities_left_out
from passerby.uplink.presence import presence
from tests.uplink import homeassistant_itself
from tests.uplink.homeassistant import accepted
from tests.uplink.program import BEGIN, event

EVERYTHING = CountingSettings(
    full_frame=tuple(ObjectClass),
    zones=({"name": "hall-1", "polygon": ((0, 0), (1, 0), (1, 1)), "count": tuple(ObjectClass)},),
    lines=({"name": "door", "points": ((0, 0.5), (1, 0.5)), "count": tuple(ObjectClass)},),
    rules=({"name": "full", "kind": "crowd", "zone": "hall-1", "max_count": 2},),
)


@pytest.mark.parametrize("counting", [CountingSettings(), CountingSettings(full_frame=()), EVERYTHING])
def test_discovery_messages_are_accepted(counting):
    (discovered,) = discovery_messages("passerby", "school", {"gate": counting})
    assert "passerby_school_gate" == discovered.id
    found = accepted(discovered.payload)
    assert "event" in found.cmps
    expected = sum(len(zone.count) for zone in counting.all_zones) + 2 * sum(len(line.count) for line in counting.lines)
    sensors = [entity for entity in found.cmps.values() if entity.p == "sensor"]
    present = {key for key, entity in found.cmps.items() if entity.p == "binary_sensor"}
    assert expected == len(sensors)
    assert {"connection", "motion", *(f"{zone.name}_occupancy" for zone in counting.all_zones)} == present
    assert "latest_picture" not in found.cmps


def test_a_picture_is_announced_only_where_pictures_are_sent():
    (discovered,) = discovery_messages("passerby", "school", {"gate": CountingSettings()}, pictures=True)
    assert "passerby/school/gate/picture" == accepted(discovered.payload).cmps["latest_picture"].img_t


def test_ids_of_two_cameras_differ():
    both = discovery_messages("passerby", "school", {"gate": CountingSettings(), "hall": CountingSettings()})
    ids = [entity["uniq_id"] for discovered in both for entity in discovered.payload["cmps"].values()]
    assert len(ids) == len(set(ids)) == 10


def test_the_id_can_be_part_of_a_topic():
    (discovered,) = discovery_messages("p", "Schule am Park/2", {"gate": CountingSettings()})
    assert "passerby_Schule_am_Park_2_gate" == discovered.id


def discovered(counting=EVERYTHING):
    return discovery_messages("passerby", "school", {"gate": counting}, pictures=True)[0].payload


def test_an_entity_that_is_gone_is_left_to_its_kind():
    message = entities_left_out(discovered(), discovered(CountingSettings()))
    assert {"p": "sensor"} == message["cmps"]["door_person_forward"]
    assert {"p": "binary_sensor"} == message["cmps"]["hall-1_occupancy"]
    assert discovered(CountingSettings())["cmps"]["connection"] == message["cmps"]["connection"]


def without(name):
    return {key: value for key, value in discovered().items() if key != name}


def changed(entity, **changes):
    payload = discovered()
    payload["cmps"][entity] |= changes
    return payload


#: What Home Assistant does not take.
BROKEN = {
    "no device": without("dev"),
    "no origin": without("o"),
    "no entities": without("cmps"),
    "something that is not known": {**discovered(), "retain": True},
    "no identifiers": {**discovered(), "dev": {**discovered()["dev"], "ids": []}},
    "an entity of no kind": changed("event", p="nothing"),
    "an entity without an id": changed("event", uniq_id=None),
    "a class of state that is not known": changed("door_person_backward", stat_cla="growing"),
    "a template that does not end": changed("door_person_backward", val_tpl="{{ value_json."),
    "a class of device that is not known": changed("motion", dev_cla="walking"),
    "a picture without a topic": changed("latest_picture", img_t=None),
    "an icon that is none": changed("door_person_backward", ic="account"),
}
#: What it takes, though it would not work.
USELESS = {
    "a topic with a wildcard": changed("event", stat_t="passerby/#"),
    "an event of no type": changed("event", evt_typ=None),
}


@pytest.mark.parametrize("broken", [*BROKEN.values(), *USELESS.values()], ids=[*BROKEN, *USELESS])
def test_broken_messages_are_refused(broken):
    with pytest.raises(ValidationError):
        accepted(broken)


def shown_of_everything(folder):
    """The state of the camera, as it is published."""
    dwell = (0,) * (len(DWELL_BOUNDS_S) + 1)
    zones = [
        ZoneCount(zone=zone, object_class=sort, mean=1.8, peak=3, entries=2, exits=0, dwell=dwell)
        for zone in ("picture", "hall-1")
        for sort in ObjectClass
    ]
    lines = [LineCount(line="door", object_class=sort, forward=4, backward=1) for sort in ObjectClass]
    bins = [CountBin(camera="gate", start=BEGIN, observed_seconds=60.0, trusted=True, zones=zones, lines=lines)]
    with Database.open(folder, create=True) as database:
        counts = CountStore(database, "school")
        counts.add(bins, [], Moment(1.0, BEGIN + 60, True))
        return CameraTotalsReader(counts).as_json()["gate"]


@pytest.mark.soak
def test_home_assistant_accepts_and_shows_every_message(tmp_path):
    """By its own code, at the version that is named there: its schemas of a device, of a sensor and of an event, and
    its templates. It refuses what is broken, as tests/uplink/homeassistant.py does."""
    several = [CountingSettings(), CountingSettings(full_frame=()), EVERYTHING]
    topic = "homeassistant/device/passerby_school_gate/config"
    devices = [(topic, discovered(counting)) for counting in several] + [(topic, broken) for broken in BROKEN.values()]
    state = shown_of_everything(tmp_path / "data")
    event_message = {"id": "school/x", "type": "event", "site": "school", "event": event(1).model_dump(mode="json")}
    messages = {
        "passerby/school/gate/state": json.dumps(state),
        "passerby/school/gate/event": json.dumps(event_message),
        "passerby/school/gate/now": json.dumps(
            presence(CameraHealth(state=CameraState.LIVE, occupancy={"picture": 2, "hall-1": 0}))
        ),
    }
    found = homeassistant_itself.judged(homeassistant_itself.fetched(tmp_path), devices, messages)
    assert [None] * len(several) == [why for _, why in found[: len(several)]]
    refused = dict(zip(BROKEN, [why for _, why in found[len(several) :]], strict=True))
    assert [] == [what for what, why in refused.items() if why is None]
    shown = found[2][0]
    assert ("2", "4", "1") == (shown["hall-1_person"], shown["door_person_forward"], shown["door_person_backward"])
    assert {"event_type": "crowd", "rule": "full", "time": event(1).time} == json.loads(shown["event"])
    now = ("connection", "motion", "picture_occupancy", "hall-1_occupancy")
    assert ["ON", "ON", "ON", "OFF"] == [shown[name] for name in now]
    assert "passerby/school/gate/picture" == shown["latest_picture"]
    assert set(discovered()["cmps"]) == set(shown)
