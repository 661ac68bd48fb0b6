"""Sightings in, bins out: what is counted, and that a gap is a gap."""

import random

import pytest

from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import Bin
from tests.counting.walks import BEGIN, body, counter, moment, together, walk, watch

LINE = {"name": "door", "points": ((0.0, 0.5), (1.0, 0.5))}
ZONE = {"name": "hall", "polygon": ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))}


def bins(one):
    one.close()
    return list(one.bins())


def zone(one, name="hall", sort=ObjectClass.PERSON):
    return next(z for z in one.zones if (z.zone, z.sort) == (name, sort))


def test_who_walks_through_is_counted_once_each_way():
    one = counter(lines=(LINE,))
    watch(one, 20, together(walk(1, (0.3, 0.3), (0.3, 0.9), 1, 5), walk(2, (0.6, 0.9), (0.6, 0.3), 4, 5)))
    (made,) = bins(one)
    assert (1, 1) == (made.lines[0].forward, made.lines[0].back)
    assert (BEGIN, 20.0, True) == (made.start, made.covered, made.trusted)


def test_only_who_is_confirmed_counts_and_then_what_went_before_counts_too():
    doubtful = counter(lines=(LINE,))
    watch(doubtful, 20, walk(1, (0.3, 0.3), (0.3, 0.9), 1, 5, confirmed=False))
    (made,) = bins(doubtful)
    assert (0, 0, 0) == (made.lines[0].forward, made.zones[0].came, made.zones[0].most)

    late = counter(lines=(LINE,))

    def who(now):
        return walk(1, (0.3, 0.3), (0.3, 0.9), 1, 5, confirmed=now > 5)(now)

    watch(late, 20, who)
    (made,) = bins(late)
    assert (1, 1) == (made.lines[0].forward, made.zones[0].came)


def test_occupancy_is_a_mean_over_time():
    one = counter(zones=(ZONE,))
    watch(one, 40, together(walk(1, (0.5, 0.5), (0.5, 0.5), 10, 20), walk(2, (0.6, 0.5), (0.6, 0.5), 10, 10)))
    (made,) = bins(one)
    hall = zone(made)
    assert (pytest.approx(30.0 / 40, abs=0.03), 2, 2, 2) == (hall.mean, hall.most, hall.came, hall.left)


def test_dwell_is_a_histogram():
    one = counter(zones=(ZONE,))
    stays = [(1, 3.0), (2, 10.0), (3, 20.0), (4, 40.0)]
    watch(one, 50, together(*(walk(n, (0.2 + 0.12 * n, 0.5), (0.2 + 0.12 * n, 0.5), 2, took) for n, took in stays)))
    (made,) = bins(one)
    assert (1, 1, 1, 1, 0, 0, 0, 0) == zone(made).dwell


def test_a_visit_whose_beginning_was_not_watched_has_no_length():
    one = counter(zones=(ZONE,))
    watch(one, 30, walk(1, (0.5, 0.5), (0.5, 0.5), 0, 10))
    (made,) = bins(one)
    assert (1, 1, 0) == (zone(made).left, zone(made).cut, sum(zone(made).dwell))


def test_the_edge_of_a_zone_is_no_revolving_door():
    one, rng = counter(zones=(ZONE,)), random.Random(4)

    def who(now):
        x = 0.5 if now < 5 else 0.8 + rng.uniform(-0.008, 0.008)
        return [body(1, x, 0.5)] if now > 1 else []

    watch(one, 40, who)
    (made,) = bins(one)
    assert (1, 0) == (zone(made).came, zone(made).left)


def test_who_is_hidden_for_a_moment_stays():
    one = counter(zones=(ZONE,))
    watch(one, 30, lambda now: [body(1, 0.5, 0.5, seen=not 10 < now < 13)] if now > 1 else [])
    (made,) = bins(one)
    assert (1, 0) == (zone(made).came, zone(made).left)


def test_a_gap_is_a_gap():
    """Three minutes of blindness are no minutes with nobody in them."""
    one = counter(zones=(ZONE,))
    stays = lambda now: [body(1, 0.5, 0.5)]  # noqa: E731
    watch(one, 30, stays)
    for now in range(31, 200):
        one.blind(moment(now), "the camera is lost", lost=True)
    watch(one, 30, stays, begin=200)
    made = bins(one)
    assert [(BEGIN, 30.0), (BEGIN + 180, 30.0)] == [(b.start, b.covered) for b in made]
    assert [1.0, 1.0] == [zone(b).mean for b in made]  # of what was watched
    assert [0, 0] == [zone(b).left for b in made]  # nobody was seen to leave
    assert [1, 1] == [zone(b).cut for b in made]


def test_looks_too_far_apart_leave_a_gap_too():
    one = counter(zones=(ZONE,))
    for now in (0, 1, 2, 30, 31):
        one.see(moment(now), [body(1, 0.5, 0.5)])
    (made,) = bins(one)
    assert 3.0 == made.covered


def test_minutes_follow_each_other_and_add_up():
    one = counter(lines=(LINE,))
    watch(one, 150, together(*(walk(n, (0.5, 0.3), (0.5, 0.9), 3 + 15 * n, 6) for n in range(9))))
    made = bins(one)
    assert [BEGIN, BEGIN + 60, BEGIN + 120] == [b.start for b in made]
    assert [60.0, 60.0, 30.0] == [b.covered for b in made]
    assert 9 == sum(b.lines[0].forward for b in made)


def test_bins_are_given_once():
    one = counter()
    watch(one, 61, lambda now: [])
    assert [[BEGIN], []] == [[b.start for b in one.bins()] for _ in range(2)]


@pytest.mark.parametrize("jump", [86400.0, -86400.0])
def test_a_clock_that_is_set_counts_nothing_twice(jump):
    one = counter(lines=(LINE,))
    who = walk(1, (0.5, 0.3), (0.5, 0.9), 5, 30)
    for step in range(80):
        now = step * 0.5
        one.see(moment(now, trusted=now < 20, jump=jump if now >= 20 else 0), who(now))
    made = bins(one)
    assert 1 == sum(b.lines[0].forward for b in made)
    assert {BEGIN: True, BEGIN + jump: False} == {b.start: b.trusted for b in made}
    assert 39.5 == pytest.approx(sum(b.covered for b in made), abs=1)


def test_vehicles_are_counted_where_they_are_asked_for():
    line = {**LINE, "count": ("car", "bicycle")}
    one = counter(lines=(line,), picture=("car",))
    cars = [walk(n, (0.3 + n / 10, 0.3), (0.3 + n / 10, 0.9), 1, 5, sort=ObjectClass.CAR) for n in (1, 2)]
    people = walk(9, (0.8, 0.3), (0.8, 0.9), 1, 5)
    watch(one, 10, together(*cars, people))
    (made,) = bins(one)
    assert {ObjectClass.CAR: 2, ObjectClass.BICYCLE: 0} == {line.sort: line.forward for line in made.lines}
    assert [("picture", ObjectClass.CAR, 2)] == [(z.zone, z.sort, z.came) for z in made.zones]


def test_a_bin_says_nothing_of_anybody():
    """No number of a track, no place, no path: the fields are these and no others."""
    one = counter(lines=(LINE,), zones=(ZONE,))
    watch(one, 10, walk(77123, (0.31234, 0.3), (0.31234, 0.9), 1, 5))
    (made,) = bins(one)
    text = made.model_dump_json()
    assert "77123" not in text
    assert "0.31" not in text
    assert {"camera", "start", "covered", "trusted", "zones", "lines"} == set(Bin.model_fields)
