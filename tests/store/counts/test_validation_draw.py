"""The minutes that are drawn: recorded, counted, random, and of quiet and busy hours."""

from collections import Counter
from types import SimpleNamespace

from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import CountBin, LineCount, ZoneCount
from passerby.documents.count_validation import DirectionCounts
from passerby.store.counts.validation_draw import CountSubject, draw, eligible_minutes

HOUR = 1_800_000_000 // 3600 * 3600
DOOR = CountSubject("gate", "door", "line", ObjectClass.PERSON)
FOYER = CountSubject("gate", "foyer", "zone", ObjectClass.PERSON)


def bin_at(minute, forward=2, observed=60.0, trusted=True, camera="gate", line="door"):
    zone = ZoneCount(zone="foyer", object_class="person", mean=1, peak=3, entries=5, exits=4, dwell=(0,) * 8)
    count = LineCount(line=line, object_class="person", forward=forward, backward=1)
    start = HOUR + 60 * minute
    return CountBin(
        camera=camera, start=start, observed_seconds=observed, trusted=trusted, zones=(zone,), lines=(count,)
    )


def recorded(*spans):
    """Seconds from the hour."""
    return [SimpleNamespace(wall_start=round((HOUR + a) * 1e6), wall_end=round((HOUR + b) * 1e6)) for a, b in spans]


def minutes_of(found):
    return [(start - HOUR) // 60 for start in found]


def test_only_minutes_that_are_recorded_from_beginning_to_end():
    bins = [bin_at(minute) for minute in range(6)]
    # one segment after the other, a gap of ten seconds in the fourth minute, an end within the sixth
    found = eligible_minutes(DOOR, bins, recorded((0, 61), (61.2, 190), (200, 345)))
    assert [0, 1, 2, 4] == minutes_of(found)


def test_only_minutes_that_were_observed_with_the_right_clock():
    bins = [bin_at(0, observed=30.0), bin_at(1, trusted=False), bin_at(2, camera="yard"), bin_at(3, line="other")]
    bins += [bin_at(4, observed=30.0), bin_at(4, observed=28.0)]
    found = eligible_minutes(DOOR, bins, recorded((0, 600)))
    assert {HOUR + 240: DirectionCounts(forward=4, backward=2)} == found, "pieces of a minute add up"


def test_of_a_zone_who_came_in_and_who_left():
    assert [DirectionCounts(forward=5, backward=4)] == list(
        eligible_minutes(FOYER, [bin_at(0)], recorded((0, 60))).values()
    )


def day():
    """12 hours: eight quiet, two middle, two busy; of each all minutes."""
    rates = [0] * 8 + [3, 3, 20, 20]
    return {
        HOUR + 3600 * hour + 60 * minute: DirectionCounts(forward=rate, backward=0)
        for hour, rate in enumerate(rates)
        for minute in range(60)
    }


def test_quiet_and_busy_hours_come_in_turn_and_none_twice():
    drawn = draw(day(), 30, "a seed")
    assert 30 == len({one.start for one in drawn})
    assert [0, 1, 2] * 10 == [one.stratum for one in drawn]
    assert {0: 240, 1: 240, 2: 240} == {one.stratum: one.stratum_minutes for one in drawn}
    busy = [one.program.forward for one in drawn if one.stratum == 2]
    assert all(one.program.forward == 0 for one in drawn if one.stratum == 0)
    assert max(busy) == 20
    assert all(one.program == day()[one.start] for one in drawn)


def test_the_seed_decides_and_every_minute_may_come():
    assert draw(day(), 30, "a") == draw(day(), 30, "a") != draw(day(), 30, "b")
    came = Counter(one.start for seed in range(400) for one in draw(day(), 30, str(seed)))
    assert 720 == len(came)
    assert max(came.values()) < 50, "none is drawn much more often than the others (17 times each)"


def test_fewer_hours_have_fewer_strata():
    one_hour = {start: counts for start, counts in day().items() if start < HOUR + 3600}
    assert {60} == {one.stratum_minutes for one in draw(one_hour, 20, "a")}
    assert 60 == len({one.start for one in draw(one_hour, 60, "a")})


def test_a_stratum_that_is_too_small_leaves_nothing_out():
    """Sixteen minutes of one hour and five of the next are no three strata of seven."""
    few = {HOUR + 60 * minute: DirectionCounts(forward=1, backward=0) for minute in range(44, 65)}
    drawn = draw(few, 20, "a")
    assert 20 == len({one.start for one in drawn})
    assert {(0, 21)} == {(one.stratum, one.stratum_minutes) for one in drawn}
