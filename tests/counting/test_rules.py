"""Every kind of event is raised by a scripted scene, once, and by nothing in an hour of quiet."""

import math
import random
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from passerby.config.counting_config import Counting, EventKind, Timetable
from passerby.config.timetable import Schedules
from passerby.core.kinds import ObjectClass
from passerby.core.view_stats import ViewStats
from passerby.counting.site_rules import SiteEvents
from tests.counting.walks import BEGIN, body, counter, moment, together, walk, watch

ROOM = {"name": "room", "polygon": ((0.1, 0.2), (0.9, 0.2), (0.9, 0.95), (0.1, 0.95))}
DOOR = {"name": "door", "points": ((0.0, 0.5), (1.0, 0.5))}
DAY = Timetable(name="day", hours=({"days": ["mon", "tue", "wed", "thu", "fri"], "start": "08:00", "end": "18:00"},))
#: 2027-01-15, 08:00 UTC, is a Friday, and BEGIN.
NIGHT = 12 * 3600.0  # seconds after BEGIN: 20:00
CLEAR = ViewStats(0.5, 0.7, 0.95)
RULES = (
    {"name": "intruder", "kind": "presence", "zone": "room", "outside": "day"},
    {"name": "entry", "kind": "crossing", "line": "door", "way": "forward"},
    {"name": "full", "kind": "crowd", "zone": "room", "most": 2},
)


def whole(**more):
    return counter(timetables=(DAY,), zones=(ROOM,), lines=(DOOR,), rules=RULES, **more)


def told(events):
    return [(event.kind, event.rule) for event in events]


def stand(track, x, begin, took, **more):
    return walk(track, (x, 0.9), (x, 0.9), begin, took, **more)


def test_somebody_outside_hours():
    one = whole()
    events = watch(one, 60, stand(1, 0.5, NIGHT + 10, 20), begin=NIGHT)
    assert [(EventKind.PRESENCE, "intruder")] == told(events)
    (event,) = events
    assert ("room", 1, True) == (event.place, event.count, event.trusted)
    assert BEGIN + NIGHT + 12 == event.at  # two seconds of it
    assert (event.at - 2 - 5, event.at + 10) == (event.start, event.end)


def test_nobody_minds_them_in_the_day():
    assert [] == watch(whole(), 60, stand(1, 0.5, 10, 20))


def test_who_stays_into_the_night_is_told_when_it_begins():
    events = watch(whole(), 60, stand(1, 0.5, 10 * 3600 - 30, 60), begin=10 * 3600 - 30)
    assert [BEGIN + 10 * 3600 + 2] == [event.at for event in events]


def test_a_line_crossed():
    events = watch(whole(), 30, together(walk(1, (0.4, 0.3), (0.4, 0.7), 2, 4), walk(2, (0.7, 0.7), (0.7, 0.3), 2, 4)))
    assert [(EventKind.CROSSING, "entry")] == told(events)
    assert ("forward", 1) == (events[0].detail, events[0].count)


def test_more_than_the_room_may_hold():
    people = together(*(stand(n, 0.2 + 0.2 * n, 5 + n, 40) for n in range(3)))
    events = watch(whole(), 60, people)
    assert [(EventKind.CROWD, "full")] == told(events)
    assert 3 == events[0].count
    assert [] == watch(whole(), 60, together(*(stand(n, 0.2 + 0.2 * n, 5 + n, 40) for n in range(2))))


@pytest.mark.parametrize(
    ("kind", "sight"),
    [
        (EventKind.COVERED, ViewStats(0.4, 0.02, 0.1)),
        (EventKind.MOVED, ViewStats(0.5, 0.6, 0.1)),
        (EventKind.DARK, ViewStats(0.01, 0.0, 0.0)),
    ],
)
def test_a_camera_that_no_longer_sees(kind, sight):
    events = watch(whole(), 60, lambda now: [], sight=lambda now: sight if 20 < now < 50 else CLEAR)
    assert [(kind, kind.value)] == told(events)
    assert [] == watch(whole(), 60, lambda now: [], sight=lambda now: sight if 20 < now < 28 else CLEAR)


def test_a_camera_that_is_lost():
    one = whole()
    events = watch(one, 10, lambda now: [])
    for second in range(11, 60):
        events += one.blind(moment(second), "no picture", lost=True)
    events += watch(one, 10, lambda now: [], begin=60)
    assert [(EventKind.LOST, "lost")] == told(events)
    assert "no picture" == events[0].detail


def test_looks_that_fail_are_not_a_camera_that_is_lost():
    one = whole()
    assert [] == [event for second in range(60) for event in one.blind(moment(second), "a look failed")]


def test_it_keeps_quiet_for_a_while():
    visits = [walk(n, (0.4, 0.3), (0.4, 0.7), 5 * n, 4) for n in range(8)]
    events = watch(whole(), 60, together(*visits))
    gaps = [b.at - a.at for a, b in pairwise(events)]
    assert len(events) in (3, 4)
    assert min(gaps) >= 10


def test_what_lasts_is_told_once():
    events = watch(whole(), 400, stand(1, 0.5, NIGHT + 1, 390), begin=NIGHT)
    assert 1 == len(events)


def test_ids_differ_and_are_the_same_for_the_same():
    first, again = (watch(whole(), 400, night_visits(), begin=NIGHT) for _ in range(2))
    assert 3 == len(first) == len({event.id for event in first})
    assert [event.id for event in first] == [event.id for event in again]
    assert all(event.id.startswith("gate/intruder/") for event in first)


def night_visits():
    return together(*(stand(n, 0.5, NIGHT + 10 + 100 * n, 20) for n in range(3)))


def test_who_is_not_asked_for_raises_nothing():
    assert [] == watch(whole(), 60, stand(1, 0.5, NIGHT + 10, 20, sort=ObjectClass.CAR), begin=NIGHT)


@pytest.mark.parametrize("begin", [0.0, NIGHT])
def test_an_hour_of_quiet_raises_nothing(begin):
    """Light that changes, a picture that trembles, shadows that are taken for somebody in one look and never again, a
    car that is parked, and people who pass by outside."""
    rng, one = random.Random(5), whole()

    def who(now):
        found = [body(1, 0.95, 0.99, sort=ObjectClass.CAR)]
        if rng.random() < 0.05:
            found.append(body(1000 + int(now), rng.uniform(0.2, 0.8), rng.uniform(0.4, 0.9), confirmed=False))
        if now % 60 < 10:  # above the room, which ends where they walk
            found.append(body(2000 + int(now // 60), (now % 60) / 10, 0.12, height=0.1))
        return found

    def sight(now):
        hour = (now - begin) / 3600
        light = 0.15 + 0.3 * (1 + math.cos(2 * math.pi * hour)) / 2
        covered = rng.random() < 0.02  # a lorry before the lens for one look
        return ViewStats(light, 0.05 if covered else rng.uniform(0.3, 0.7), rng.uniform(0.5, 1.0))

    assert [] == watch(one, 3600, who, every=1.0, begin=begin, sight=sight)
    one.close()
    made = list(one.bins())
    assert 3600 == sum(b.covered for b in made)
    assert 0 == sum(line.forward + line.back for b in made for line in b.lines)


def site():
    cameras = {"gate": Counting(), "hall": Counting()}
    return SiteEvents(cameras, Schedules([], ZoneInfo("UTC")))


def test_a_disk_that_is_full_and_a_clock_that_nobody_keeps():
    one, events = site(), []
    for second in range(0, 3000, 10):
        full = "no room left" if 100 <= second < 400 else None
        events += one.see(moment(second, trusted=second < 500), full, {})
    assert [EventKind.STORAGE, EventKind.CLOCK] == [event.kind for event in events]
    assert ["no room left", None, None, "site/storage"] == [
        events[0].detail,
        events[0].camera,
        events[0].start,
        events[0].id.rpartition("/")[0],
    ]
    assert [BEGIN + 160, BEGIN + 1100] == [event.at for event in events]


def test_a_camera_whose_process_is_gone():
    one, events = site(), []
    for second in range(120):
        events += one.see(moment(second), None, {"hall": "its process died"} if 20 <= second < 90 else {})
    assert [("hall", EventKind.LOST, BEGIN + 30)] == [(event.camera, event.kind, event.at) for event in events]


def test_a_site_in_order_says_nothing_for_an_hour():
    one = site()
    assert [] == [event for second in range(3600) for event in one.see(moment(second), None, {})]
