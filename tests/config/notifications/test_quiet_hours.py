"""Quiet hours are those of the site's zone, over midnight and over the change to summer time."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from passerby.config.notifications.quiet_hours import QuietHours

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(start=time(22), end=time(6, 30))
NOON = QuietHours(start=time(12), end=time(13))


def at(*when, zone=BERLIN):
    return datetime(*when, tzinfo=zone).timestamp()


@pytest.mark.parametrize(
    ("quiet", "now", "end"),
    [
        (NIGHT, at(2026, 3, 2, 22, 0), at(2026, 3, 3, 6, 30)),
        (NIGHT, at(2026, 3, 3, 6, 29), at(2026, 3, 3, 6, 30)),
        (NIGHT, at(2026, 3, 3, 6, 30), None),
        (NIGHT, at(2026, 3, 3, 21, 59), None),
        (NOON, at(2026, 3, 3, 12, 0), at(2026, 3, 3, 13, 0)),
        (NOON, at(2026, 3, 3, 13, 0), None),
        (QuietHours(start=time(5), end=time(5)), at(2026, 3, 3, 5, 0), None),
        # The night in which clocks go forward is an hour shorter.
        (NIGHT, at(2026, 3, 28, 23, 0), at(2026, 3, 29, 6, 30)),
    ],
)
def test_the_end_of_quiet_hours(quiet, now, end):
    assert end == quiet.end_after(now, BERLIN)


def test_the_night_of_the_change_is_shorter():
    assert 6.5 * 3600 == NIGHT.end_after(at(2026, 3, 28, 23, 0), BERLIN) - at(2026, 3, 28, 23, 0)


def test_it_is_the_zone_of_the_site_that_counts():
    assert NIGHT.end_after(at(2026, 3, 2, 22, 0), ZoneInfo("America/New_York")) is None
