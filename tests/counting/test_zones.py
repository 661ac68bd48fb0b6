"""Zone occupancy: hysteresis at the edge, and what ends a visit."""

import pytest

from passerby.config.counting_config import Zone
from passerby.core.box import Box
from passerby.core.kinds import ObjectClass
from passerby.counting.zones import ZoneCounter

ASPECT = 16 / 9


def zone_counter(polygon=((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))):
    return ZoneCounter(Zone(name="hall", polygon=polygon), ASPECT)


def box(x, foot, height=0.3):
    return Box(x - 0.05, foot - height, x + 0.05, foot)


def update(zone, x, foot, now, object_class=ObjectClass.PERSON, start_observed=True):
    return zone.update(1, object_class, box(x, foot), now, start_observed)


def test_a_visit_begins_inside_and_ends_outside():
    zone = zone_counter()
    assert [None, None, None] == [update(zone, 0.1, 0.5, 0.0), update(zone, 0.5, 0.5, 1.0), update(zone, 0.5, 0.5, 4.0)]
    visit = update(zone, 0.95, 0.5, 5.0)
    assert (1.0, 4.0, True) == (visit.start, visit.last_inside, visit.start_observed)
    assert [] == list(zone.visits())


@pytest.mark.parametrize(("x", "inside"), [(0.205, False), (0.22, True)])
def test_an_entry_must_be_clear_of_the_edge(x, inside):
    zone = zone_counter()
    update(zone, x, 0.5, 0.0)
    assert inside is bool(list(zone.visits()))


def test_an_exit_must_be_clear_of_the_edge():
    zone = zone_counter()
    update(zone, 0.5, 0.5, 0.0)
    assert update(zone, 0.803, 0.5, 1.0) is None
    assert update(zone, 0.9, 0.5, 2.0) is not None


def test_at_the_edge_of_the_frame_no_clearance_is_needed():
    zone = zone_counter(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))
    zone.update(1, ObjectClass.PERSON, Box(0.4, 0.7, 0.5, 0.999), 0.0, False)
    assert [1] == [track_id for track_id, _ in zone.visits()]


def test_the_class_of_a_visit_follows_the_track():
    zone = zone_counter()
    update(zone, 0.5, 0.5, 0.0, ObjectClass.BICYCLE)
    update(zone, 0.5, 0.5, 1.0, ObjectClass.MOTORCYCLE)
    assert ObjectClass.MOTORCYCLE == zone.remove(1).object_class
    assert zone.remove(1) is None
