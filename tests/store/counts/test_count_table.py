"""Counts as a table: sums over intervals, and gaps that stay gaps."""

import random

import pytest

from passerby.store.counts import count_table
from tests.uplink.program import BEGIN, minute


def test_dwell_times_add_up_over_any_interval():
    rng = random.Random(1)
    bins = [minute("gate", rng.randrange(600)) for _ in range(50)]
    for interval in count_table.Interval:
        rows = list(count_table.count_rows(bins, BEGIN, BEGIN + 36000, interval))
        assert sum(bin.zones[0].entries for bin in bins) == sum(row["dwell_0_5"] or 0 for row in rows)


def test_an_interval_without_observation_is_empty():
    rows = list(count_table.count_rows([minute("gate", 0)], BEGIN, BEGIN + 120, count_table.Interval.MINUTE))
    gap = next(row for row in rows if row["start"] == "2027-01-15T08:01:00Z" and row["location_type"] == "zone")
    assert 0.0 == gap["observed_seconds"]
    assert {None} == {gap[name] for name in ("trusted", "mean", "peak", "entries", "exits", "censored")}
    assert list(count_table.COLUMNS) == list(gap)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(None, None, (0, 600)), (61.0, None, (60, 600)), (None, 61.0, (0, 120)), (60.0, 120.0, (60, 120))],
)
def test_a_range_is_rounded_outwards_to_full_minutes(start, end, expected):
    assert expected == count_table.whole_minutes((0, 600), start, end)
