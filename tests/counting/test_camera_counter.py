"""Tracked objects in, bins out: what is counted, and that a gap is not zero."""

import random

import pytest

from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import CountBin
from tests.counting.walks import BEGIN, counter, moment, run, together, tracked, walk

LINE = {"name": "door", "points": ((0.0, 0.5), (1.0, 0.5))}
ZONE = {"name": "hall", "polygon": ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))}


def bins(one):
    one.close()
    return one.take_bins()


def zone(bin, name="hall", object_class=ObjectClass.PERSON):
    return next(z for z in bin.zones if (z.zone, z.object_class) == (name, object_class))


def test_each_direction_is_counted_once():
    one = counter(lines=(LINE,))
    run(one, 20, together(walk(1, (0.3, 0.3), (0.3, 0.9), 1, 5), walk(2, (0.6, 0.9), (0.6, 0.3), 4, 5)))
    (bin,) = bins(one)
    assert (1, 1) == (bin.lines[0].forward, bin.lines[0].backward)
    assert (BEGIN, 20.0, True) == (bin.start, bin.observed_seconds, bin.trusted)


def test_only_confirmed_tracks_count_and_then_their_past_counts_too():
    doubtful = counter(lines=(LINE,))
    run(doubtful, 20, walk(1, (0.3, 0.3), (0.3, 0.9), 1, 5, confirmed=False))
    (bin,) = bins(doubtful)
    assert (0, 0, 0) == (bin.lines[0].forward, bin.zones[0].entries, bin.zones[0].peak)

    late = counter(lines=(LINE,))

    def objects_at(now):
        return walk(1, (0.3, 0.3), (0.3, 0.9), 1, 5, confirmed=now > 5)(now)

    run(late, 20, objects_at)
    (bin,) = bins(late)
    assert (1, 1) == (bin.lines[0].forward, bin.zones[0].entries)


def test_occupancy_is_a_mean_over_time():
    one = counter(zones=(ZONE,))
    run(one, 40, together(walk(1, (0.5, 0.5), (0.5, 0.5), 10, 20), walk(2, (0.6, 0.5), (0.6, 0.5), 10, 10)))
    (bin,) = bins(one)
    hall = zone(bin)
    assert (pytest.approx(30.0 / 40, abs=0.03), 2, 2, 2) == (hall.mean, hall.peak, hall.entries, hall.exits)


def test_dwell_is_a_histogram():
    one = counter(zones=(ZONE,))
    stays = [(1, 3.0), (2, 10.0), (3, 20.0), (4, 40.0)]
    run(one, 50, together(*(walk(n, (0.2 + 0.12 * n, 0.5), (0.2 + 0.12 * n, 0.5), 2, took) for n, took in stays)))
    (bin,) = bins(one)
    assert (1, 1, 1, 1, 0, 0, 0, 0) == zone(bin).dwell


def test_a_visit_whose_start_was_not_observed_is_censored():
    one = counter(zones=(ZONE,))
    run(one, 30, walk(1, (0.5, 0.5), (0.5, 0.5), 0, 10))
    (bin,) = bins(one)
    assert (1, 1, 0) == (zone(bin).exits, zone(bin).censored, sum(zone(bin).dwell))


def test_jitter_at_the_edge_of_a_zone_counts_once():
    one, rng = counter(zones=(ZONE,)), random.Random(4)

    def objects_at(now):
        x = 0.5 if now < 5 else 0.8 + rng.uniform(-0.008, 0.008)
        return [tracked(1, x, 0.5)] if now > 1 else []

    run(one, 40, objects_at)
    (bin,) = bins(one)
    assert (1, 0) == (zone(bin).entries, zone(bin).exits)


def test_a_short_occlusion_ends_no_visit():
    one = counter(zones=(ZONE,))
    run(one, 30, lambda now: [tracked(1, 0.5, 0.5, detected=not 10 < now < 13)] if now > 1 else [])
    (bin,) = bins(one)
    assert (1, 0) == (zone(bin).entries, zone(bin).exits)


def test_a_gap_is_not_zero():
    """Three minutes without data are not three minutes with nobody in the zone."""
    one = counter(zones=(ZONE,))
    stays = lambda now: [tracked(1, 0.5, 0.5)]  # noqa: E731
    run(one, 30, stays)
    for now in range(31, 200):
        one.no_data(moment(now), "the camera is lost", lost=True)
    run(one, 30, stays, begin=200)
    made = bins(one)
    assert [(BEGIN, 30.0), (BEGIN + 180, 30.0)] == [(b.start, b.observed_seconds) for b in made]
    assert [1.0, 1.0] == [zone(b).mean for b in made]  # over the observed time
    assert [0, 0] == [zone(b).exits for b in made]  # no exit was observed
    assert [1, 1] == [zone(b).censored for b in made]


def test_detector_runs_too_far_apart_leave_a_gap():
    one = counter(zones=(ZONE,))
    for now in (0, 1, 2, 30, 31):
        one.update(moment(now), [tracked(1, 0.5, 0.5)])
    (bin,) = bins(one)
    assert 3.0 == bin.observed_seconds


def test_minutes_follow_each_other_and_add_up():
    one = counter(lines=(LINE,))
    run(one, 150, together(*(walk(n, (0.5, 0.3), (0.5, 0.9), 3 + 15 * n, 6) for n in range(9))))
    made = bins(one)
    assert [BEGIN, BEGIN + 60, BEGIN + 120] == [b.start for b in made]
    assert [60.0, 60.0, 30.0] == [b.observed_seconds for b in made]
    assert 9 == sum(b.lines[0].forward for b in made)


def test_bins_are_returned_once():
    one = counter()
    run(one, 61, lambda now: [])
    assert [[BEGIN], []] == [[b.start for b in one.take_bins()] for _ in range(2)]


@pytest.mark.parametrize("jump", [86400.0, -86400.0])
def test_a_clock_change_counts_nothing_twice(jump):
    one = counter(lines=(LINE,))
    objects_at = walk(1, (0.5, 0.3), (0.5, 0.9), 5, 30)
    for step in range(80):
        now = step * 0.5
        one.update(moment(now, trusted=now < 20, jump=jump if now >= 20 else 0), objects_at(now))
    made = bins(one)
    assert 1 == sum(b.lines[0].forward for b in made)
    assert {BEGIN: True, BEGIN + jump: False} == {b.start: b.trusted for b in made}
    assert 39.5 == pytest.approx(sum(b.observed_seconds for b in made), abs=1)


def test_vehicles_are_counted_where_configured():
    line = {**LINE, "count": ("car", "bicycle")}
    one = counter(lines=(line,), full_frame=("car",))
    cars = [walk(n, (0.3 + n / 10, 0.3), (0.3 + n / 10, 0.9), 1, 5, object_class=ObjectClass.CAR) for n in (1, 2)]
    people = walk(9, (0.8, 0.3), (0.8, 0.9), 1, 5)
    run(one, 10, together(*cars, people))
    (bin,) = bins(one)
    assert {ObjectClass.CAR: 2, ObjectClass.BICYCLE: 0} == {line.object_class: line.forward for line in bin.lines}
    assert [("picture", ObjectClass.CAR, 2)] == [(z.zone, z.object_class, z.entries) for z in bin.zones]


def test_a_bin_identifies_nobody():
    """No track id, no position, no path: these fields and no others."""
    one = counter(lines=(LINE,), zones=(ZONE,))
    run(one, 10, walk(77123, (0.31234, 0.3), (0.31234, 0.9), 1, 5))
    (bin,) = bins(one)
    text = bin.model_dump_json()
    assert "77123" not in text
    assert "0.31" not in text
    assert {"camera", "start", "observed_seconds", "trusted", "zones", "lines"} == set(CountBin.model_fields)
