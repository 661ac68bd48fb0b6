"""Every kind of event is reported once for a scripted scene, and none in an uneventful hour."""

import math
import random
from itertools import pairwise

import pytest

from passerby.config.counting_config import EventKind, Timetable
from passerby.core.kinds import ObjectClass
from passerby.core.view_stats import ViewStats
from tests.counting.walks import BEGIN, counter, moment, run, together, tracked, walk

ROOM = {"name": "room", "polygon": ((0.1, 0.2), (0.9, 0.2), (0.9, 0.95), (0.1, 0.95))}
DOOR = {"name": "door", "points": ((0.0, 0.5), (1.0, 0.5))}
DAY = Timetable(name="day", hours=({"days": ["mon", "tue", "wed", "thu", "fri"], "start": "08:00", "end": "18:00"},))
#: 2027-01-15, 08:00 UTC, is a Friday, and BEGIN.
NIGHT = 12 * 3600.0  # seconds after BEGIN: 20:00
CLEAR = ViewStats(0.5, 0.7, 0.95)
RULES = (
    {"name": "intruder", "kind": "presence", "zone": "room", "outside": "day"},
    {"name": "entry", "kind": "crossing", "line": "door", "direction": "forward"},
    {"name": "full", "kind": "crowd", "zone": "room", "max_count": 2},
)


def configured_counter(**more):
    return counter(timetables=(DAY,), zones=(ROOM,), lines=(DOOR,), rules=RULES, **more)


def kinds_and_rules(events):
    return [(event.kind, event.rule) for event in events]


def stand(track, x, begin, took, **more):
    return walk(track, (x, 0.9), (x, 0.9), begin, took, **more)


def test_presence_outside_hours():
    one = configured_counter()
    events = run(one, 60, stand(1, 0.5, NIGHT + 10, 20), begin=NIGHT)
    assert [(EventKind.PRESENCE, "intruder")] == kinds_and_rules(events)
    (event,) = events
    assert ("room", 1, True) == (event.location, event.count, event.trusted)
    assert BEGIN + NIGHT + 12 == event.time  # min_duration is two seconds
    assert (event.time - 2 - 5, event.time + 10) == (event.start, event.end)


def test_presence_within_hours_is_no_event():
    assert [] == run(configured_counter(), 60, stand(1, 0.5, 10, 20))


def test_presence_is_reported_when_the_timetable_ends():
    events = run(configured_counter(), 60, stand(1, 0.5, 10 * 3600 - 30, 60), begin=10 * 3600 - 30)
    assert [BEGIN + 10 * 3600 + 2] == [event.time for event in events]


def test_line_crossing():
    events = run(
        configured_counter(), 30, together(walk(1, (0.4, 0.3), (0.4, 0.7), 2, 4), walk(2, (0.7, 0.7), (0.7, 0.3), 2, 4))
    )
    assert [(EventKind.CROSSING, "entry")] == kinds_and_rules(events)
    assert ("forward", 1) == (events[0].detail, events[0].count)


def test_crowd():
    people = together(*(stand(n, 0.2 + 0.2 * n, 5 + n, 40) for n in range(3)))
    events = run(configured_counter(), 60, people)
    assert [(EventKind.CROWD, "full")] == kinds_and_rules(events)
    assert 3 == events[0].count
    assert [] == run(configured_counter(), 60, together(*(stand(n, 0.2 + 0.2 * n, 5 + n, 40) for n in range(2))))


@pytest.mark.parametrize(
    ("kind", "view"),
    [
        (EventKind.COVERED, ViewStats(0.4, 0.02, 0.1)),
        (EventKind.MOVED, ViewStats(0.5, 0.6, 0.1)),
        (EventKind.DARK, ViewStats(0.01, 0.0, 0.0)),
    ],
)
def test_tampering(kind, view):
    events = run(configured_counter(), 60, lambda now: [], view_at=lambda now: view if 20 < now < 50 else CLEAR)
    assert [(kind, kind.value)] == kinds_and_rules(events)
    assert [] == run(configured_counter(), 60, lambda now: [], view_at=lambda now: view if 20 < now < 28 else CLEAR)


def test_signal_loss():
    one = configured_counter()
    events = run(one, 10, lambda now: [])
    for second in range(11, 60):
        events += one.no_data(moment(second), "no picture", lost=True)
    events += run(one, 10, lambda now: [], begin=60)
    assert [(EventKind.LOST, "lost")] == kinds_and_rules(events)
    assert "no picture" == events[0].detail


def test_failed_detector_runs_are_no_signal_loss():
    one = configured_counter()
    assert [] == [event for second in range(60) for event in one.no_data(moment(second), "a detector run failed")]


def test_an_event_that_the_cool_down_delays_is_about_what_happened():
    """Somebody enters during the cool-down and stays beyond it: event, clip and picture show him entering."""
    rules = ({"name": "visit", "kind": "presence", "zone": "room", "min_duration": 2, "cool_down": 60},)
    one = counter(zones=(ROOM,), rules=rules)
    first, second = run(one, 100, together(stand(1, 0.3, 10, 5), stand(2, 0.6, 40, 50)))
    assert (BEGIN + 12, BEGIN + 42) == (first.time, second.time)
    assert (second.time - 2 - 5, second.time + 10) == (second.start, second.end)


def test_cool_down():
    visits = [walk(n, (0.4, 0.3), (0.4, 0.7), 5 * n, 4) for n in range(8)]
    events = run(configured_counter(), 60, together(*visits))
    gaps = [b.time - a.time for a, b in pairwise(events)]
    assert len(events) in (3, 4)
    assert min(gaps) >= 10


def test_a_lasting_condition_is_reported_once():
    events = run(configured_counter(), 400, stand(1, 0.5, NIGHT + 1, 390), begin=NIGHT)
    assert 1 == len(events)


def test_ids_differ_and_are_reproducible():
    first, again = (run(configured_counter(), 400, night_visits(), begin=NIGHT) for _ in range(2))
    assert 3 == len(first) == len({event.id for event in first})
    assert [event.id for event in first] == [event.id for event in again]
    assert all(event.id.startswith("gate/intruder/") for event in first)


def night_visits():
    return together(*(stand(n, 0.5, NIGHT + 10 + 100 * n, 20) for n in range(3)))


def test_other_classes_raise_no_event():
    assert [] == run(configured_counter(), 60, stand(1, 0.5, NIGHT + 10, 20, object_class=ObjectClass.CAR), begin=NIGHT)


@pytest.mark.parametrize("begin", [0.0, NIGHT])
def test_an_uneventful_hour_raises_no_event(begin):
    """Changing light, a trembling camera, single false detections, a parked car, and people who pass by outside."""
    rng, one = random.Random(5), configured_counter()

    def objects_at(now):
        found = [tracked(1, 0.95, 0.99, object_class=ObjectClass.CAR)]
        if rng.random() < 0.05:
            found.append(tracked(1000 + int(now), rng.uniform(0.2, 0.8), rng.uniform(0.4, 0.9), confirmed=False))
        if now % 60 < 10:  # above the zone, which ends where they walk
            found.append(tracked(2000 + int(now // 60), (now % 60) / 10, 0.12, height=0.1))
        return found

    def view_at(now):
        hour = (now - begin) / 3600
        light = 0.15 + 0.3 * (1 + math.cos(2 * math.pi * hour)) / 2
        covered = rng.random() < 0.02  # a lorry in front of the lens in one frame
        return ViewStats(light, 0.05 if covered else rng.uniform(0.3, 0.7), rng.uniform(0.5, 1.0))

    assert [] == run(one, 3600, objects_at, every=1.0, begin=begin, view_at=view_at)
    one.close()
    made = list(one.take_bins())
    assert 3600 == sum(b.observed_seconds for b in made)
    assert 0 == sum(line.forward + line.backward for b in made for line in b.lines)
