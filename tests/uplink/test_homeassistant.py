import pytest
from pydantic import ValidationError

from passerby.base.counting import Counting
from passerby.base.kinds import Sort
from passerby.uplink.homeassistant import announcements
from tests.uplink.homeassistant import accepted

EVERYTHING = Counting(
    picture=tuple(Sort),
    zones=({"name": "hall-1", "polygon": ((0, 0), (1, 0), (1, 1)), "count": tuple(Sort)},),
    lines=({"name": "door", "points": ((0, 0.5), (1, 0.5)), "count": tuple(Sort)},),
    rules=({"name": "full", "kind": "crowd", "zone": "hall-1", "most": 2},),
)


@pytest.mark.parametrize("counting", [Counting(), Counting(picture=()), EVERYTHING])
def test_what_is_told_is_taken(counting):
    (told,) = announcements("passerby", "school", {"gate": counting})
    assert "passerby_school_gate" == told.id
    found = accepted(told.payload)
    assert "event" in found.cmps
    expected = sum(len(zone.count) for zone in counting.all_zones) + 2 * sum(len(line.count) for line in counting.lines)
    assert expected == len(found.cmps) - 1


def test_ids_of_two_cameras_differ():
    both = announcements("passerby", "school", {"gate": Counting(), "hall": Counting()})
    ids = [entity["uniq_id"] for told in both for entity in told.payload["cmps"].values()]
    assert len(ids) == len(set(ids)) == 4


def test_the_id_can_be_part_of_a_topic():
    (told,) = announcements("p", "Schule am Park/2", {"gate": Counting()})
    assert "passerby_Schule_am_Park_2_gate" == told.id


@pytest.mark.parametrize("missing", ["dev", "o", "cmps"])
def test_what_it_would_not_take_is_seen(missing):
    (told,) = announcements("passerby", "school", {"gate": Counting()})
    with pytest.raises(ValidationError):
        accepted({key: value for key, value in told.payload.items() if key != missing})
    with pytest.raises(ValidationError):
        accepted({**told.payload, "retain": True})
