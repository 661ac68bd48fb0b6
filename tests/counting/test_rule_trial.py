"""How often a rule would have told on a day: against counts, and against the rule itself on the same visits."""

import random
from datetime import time
from zoneinfo import ZoneInfo

import pytest

from passerby.config.counting_config import CrossingRule, Day, Hours, PresenceRule, Timetable
from passerby.config.timetable import Schedules
from passerby.core.clock import Moment
from passerby.core.kinds import ObjectClass
from passerby.counting.rule_trial import try_rule
from passerby.counting.rules import Condition, RuleState
from passerby.documents.count_records import DWELL_BOUNDS_S, CountBin, LineCount, ZoneCount

NO_SCHEDULES = Schedules((), ZoneInfo("UTC"))
NIGHT = Schedules(
    (Timetable(name="night", hours=(Hours(days=(Day.THU,), start=time(0), end=time(0, 10)),)),), ZoneInfo("UTC")
)


def presence(**settings):
    return PresenceRule(name="somebody", kind="presence", zone="door", count=("person",), **settings)


def crossing(**settings):
    return CrossingRule(name="crossed", kind="crossing", line="kerb", count=("person",), **settings)


def visits_to_bins(visits, minutes):
    """The bins of visits of one person at a time: (start, end) in seconds, apart from each other."""
    bins = []
    for start in range(0, minutes * 60, 60):
        inside = [(max(a, start), min(b, start + 60)) for a, b in visits if a < start + 60 and b > start]
        dwell = [0] * (len(DWELL_BOUNDS_S) + 1)
        for a, b in visits:
            if start <= b < start + 60:
                dwell[sum(b - a >= bound for bound in DWELL_BOUNDS_S)] += 1
        zone = ZoneCount(
            zone="door",
            object_class=ObjectClass.PERSON,
            mean=sum(b - a for a, b in inside) / 60,
            peak=int(bool(inside)),
            entries=sum(start <= a < start + 60 for a, _ in visits),
            exits=sum(dwell),
            dwell=tuple(dwell),
        )
        bins.append(CountBin(camera="gate", start=start, observed_seconds=60, trusted=True, zones=(zone,)))
    return bins


def crossings_to_bins(times, minutes):
    return [
        CountBin(
            camera="gate",
            start=start,
            observed_seconds=60,
            trusted=True,
            lines=(
                LineCount(
                    line="kerb",
                    object_class=ObjectClass.PERSON,
                    forward=sum(start <= at < start + 60 for at in times),
                    backward=0,
                ),
            ),
        )
        for start in range(0, minutes * 60, 60)
    ]


def told(rule, holds, seconds, schedules=NO_SCHEDULES, step=0.25):
    """What the rule itself tells, looking four times a second."""
    state, found = RuleState("gate", rule, schedules), 0
    for n in range(int(seconds / step)):
        at = n * step
        condition = Condition(location="door") if holds(at) else None
        found += state.evaluate(Moment(at, at, trusted=True), condition, getattr(rule, "min_duration", 0)) is not None
    return found


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize(("min_duration", "cool_down"), [(2, 60), (0, 0), (10, 300), (45, 5)])
def test_what_the_rule_tells_lies_within_the_range(seed, min_duration, cool_down):
    chance = random.Random(seed)
    visits, at = [], chance.uniform(0, 200)
    while at < 3500:
        lasts = chance.choice((1, 4, 8, 20, 70, 200)) * chance.uniform(0.8, 1.2)
        visits.append((at, at + lasts))
        at += lasts + chance.choice((5, 40, 150, 600)) * chance.uniform(0.8, 1.2)
    rule = presence(min_duration=min_duration, cool_down=cool_down)
    for schedules in (NO_SCHEDULES, NIGHT):
        active = rule if schedules is NO_SCHEDULES else rule.model_copy(update={"during": "night"})
        trial = try_rule(active, visits_to_bins(visits, 62), schedules)
        real = told(active, lambda at: any(a <= at < b for a, b in visits), 62 * 60, schedules)
        assert trial.at_least <= real <= trial.at_most, (visits, trial, real)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("cool_down", [0.25, 10, 60, 400])
def test_crossings_lie_within_the_range(seed, cool_down):
    chance = random.Random(seed)
    times = sorted({round(chance.uniform(0, 3600) * 4) / 4 for _ in range(chance.choice((1, 5, 40)))})
    rule = crossing(cool_down=cool_down)
    trial = try_rule(rule, crossings_to_bins(times, 60), NO_SCHEDULES)
    real = told(rule, lambda at: at in times, 3600)
    assert trial.at_least <= real <= trial.at_most, (times, trial, real)


def test_long_visits_far_apart_leave_no_doubt():
    visits = [(100, 130), (1000, 1100), (2500, 2530)]
    trial = try_rule(presence(), visits_to_bins(visits, 60), NO_SCHEDULES)
    assert (3, 3, 3600) == (trial.at_least, trial.at_most, trial.observed_s)


def test_outside_of_its_hours_it_tells_nothing():
    visits = [(1000, 1100)]
    assert 0 == try_rule(presence(during="night"), visits_to_bins(visits, 60), NIGHT).at_most
    assert 1 == try_rule(presence(outside="night"), visits_to_bins(visits, 60), NIGHT).at_least
    with pytest.raises(KeyError):
        try_rule(presence(during="day"), visits_to_bins(visits, 60), NIGHT)


def test_a_zone_that_was_not_there_was_not_observed():
    trial = try_rule(presence().model_copy(update={"zone": "new"}), visits_to_bins([(100, 130)], 60), NO_SCHEDULES)
    assert (0, 0, 0) == (trial.at_least, trial.at_most, trial.observed_s)


def test_only_the_direction_that_counts():
    bins = crossings_to_bins([10, 200], 10)
    assert 0 == try_rule(crossing(direction="backward"), bins, NO_SCHEDULES).at_most
    assert 2 == try_rule(crossing(direction="forward"), bins, NO_SCHEDULES).at_least
