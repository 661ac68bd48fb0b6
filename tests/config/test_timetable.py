from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from passerby.config.counting_config import Timetable
from passerby.config.public_holidays import public_holidays
from passerby.config.timetable import Schedules

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Timetable(
    name="open",
    hours=(
        {"days": ["mon", "tue", "wed", "thu", "fri"], "start": "08:00", "end": "18:00"},
        {"days": ["sat"], "start": "22:00", "end": "04:00"},
        {"days": ["holiday"], "start": "10:00", "end": "12:00"},
    ),
    holidays="DE-BE",
    extra_holidays=("2026-06-03",),
)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-06-01T07:59", False),  # a Monday
        ("2026-06-01T08:00", True),
        ("2026-06-01T17:59", True),
        ("2026-06-01T18:00", False),
        ("2026-06-06T12:00", False),  # Saturday
        ("2026-06-06T22:00", True),
        ("2026-06-07T03:59", True),  # still Saturday's night
        ("2026-06-07T04:00", False),
        ("2026-05-25T09:00", False),  # Whit Monday
        ("2026-05-25T11:00", True),
        ("2026-06-03T09:00", False),  # a holiday of their own
        ("2026-03-09T09:00", True),  # Women's Day is on the Sunday before
        ("2026-10-25T02:30", True),  # the hour that comes twice
    ],
)
def test_local_hours_and_holidays(when, expected):
    wall = datetime.fromisoformat(when).replace(tzinfo=BERLIN).timestamp()
    assert expected is Schedules([OFFICE], BERLIN).is_active("open", wall)


def test_a_day_that_ends_at_midnight_is_whole():
    always = Timetable(name="sun", hours=({"days": ["sun"]},))
    at = lambda text: datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()  # noqa: E731
    schedules = Schedules([always], BERLIN)
    assert [True, True, False] == [
        schedules.is_active("sun", at(text)) for text in ("2026-06-07T00:00", "2026-06-07T23:59", "2026-06-08T00:00")
    ]


def test_holidays_differ_by_part_of_the_country():
    assert public_holidays("DE-BE", 2026) != public_holidays("DE-BY", 2026)
    with pytest.raises(ValueError, match="DE or DE-BE"):
        public_holidays("XX-1", 2026)
