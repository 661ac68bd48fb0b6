"""Minutes are filled by observed time, whatever the counter does with it."""

import pytest

from passerby.config.counting_config import CountingSettings
from passerby.core.kinds import ObjectClass
from passerby.counting.bins import MinuteBins
from tests.counting.walks import BEGIN, moment

HALL = ("hall", ObjectClass.PERSON)
COUNTING = CountingSettings(
    full_frame=(),
    zones=({"name": "hall", "polygon": ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8)), "count": ["person"]},),
    lines=({"name": "door", "points": ((0.0, 0.5), (1.0, 0.5)), "count": ["person"]},),
)


@pytest.fixture
def bins():
    return MinuteBins("gate", COUNTING)


def test_an_interval_is_split_at_the_full_minute(bins):
    bins.advance_to(moment(50))
    bins.add_interval(moment(50), moment(75), {HALL: 2})
    bins.close()
    first, second = bins.take_complete()
    assert [(BEGIN, 10.0, 2.0), (BEGIN + 60, 15.0, 2.0)] == [
        (bin.start, bin.observed_seconds, bin.zones[0].mean) for bin in (first, second)
    ]
    assert [] == bins.take_complete()


def test_nothing_observed_makes_no_bin(bins):
    bins.advance_to(moment(10))
    bins.close()
    assert [] == bins.take_complete()


@pytest.mark.parametrize(("dwell_s", "bucket"), [(4.9, 0), (5, 1), (899, 6), (900, 7), (1e6, 7)])
def test_a_dwell_time_falls_into_one_bucket(bins, dwell_s, bucket):
    bins.add_interval(moment(0), moment(5), {})
    bins.record_exit("hall", ObjectClass.PERSON, dwell_s)
    bins.close()
    (bin,) = bins.take_complete()
    assert [int(i == bucket) for i in range(8)] == list(bin.zones[0].dwell)
    assert (1, 0) == (bin.zones[0].exits, bin.zones[0].censored)


def test_an_unknown_dwell_time_is_censored(bins):
    bins.add_interval(moment(0), moment(5), {})
    bins.record_exit("hall", ObjectClass.PERSON, None)
    bins.record_censored("hall", ObjectClass.PERSON)
    bins.close()
    (bin,) = bins.take_complete()
    assert (1, 2, 0) == (bin.zones[0].exits, bin.zones[0].censored, sum(bin.zones[0].dwell))


def test_crossings_by_direction(bins):
    bins.add_interval(moment(0), moment(5), {})
    for direction in ("forward", "backward", "backward"):
        bins.record_crossing("door", ObjectClass.PERSON, direction)
    bins.close()
    (bin,) = bins.take_complete()
    assert (1, 2) == (bin.lines[0].forward, bin.lines[0].backward)


def test_one_untrusted_moment_makes_the_minute_untrusted(bins):
    bins.add_interval(moment(0), moment(5), {})
    bins.advance_to(moment(6, trusted=False))
    bins.close()
    (bin,) = bins.take_complete()
    assert not bin.trusted
