"""Is a timetable active now?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from passerby.config.counting_config import Day, Hours, Timetable
from passerby.config.public_holidays import public_holidays

_WEEK = (Day.MON, Day.TUE, Day.WED, Day.THU, Day.FRI, Day.SAT, Day.SUN)


class Schedules:
    """The timetables of a site, in its time zone."""

    def __init__(self, timetables: Collection[Timetable], zone: ZoneInfo) -> None:
        self._by_name = {table.name: table for table in timetables}
        self._zone = zone

    def is_active(self, name: str, wall: float) -> bool:
        """Is the timetable active at `wall` (Unix seconds)? Raises KeyError for one that does not exist."""
        table = self._by_name[name]
        local = datetime.fromtimestamp(wall, UTC).astimezone(self._zone)
        today, now = local.date(), local.time()
        return any(
            _covers(hours, _day(table, today), now) or _carried_over(hours, _day(table, today - timedelta(days=1)), now)
            for hours in table.hours
        )


def _day(table: Timetable, day: date) -> Day:
    if day in table.extra_holidays or (table.holidays is not None and day in public_holidays(table.holidays, day.year)):
        return Day.HOLIDAY
    return _WEEK[day.weekday()]


def _covers(hours: Hours, day: Day, now: time) -> bool:
    if day not in hours.days:
        return False
    if hours.end == time(0) or hours.end <= hours.start:
        return now >= hours.start
    return hours.start <= now < hours.end


def _carried_over(hours: Hours, yesterday: Day, now: time) -> bool:
    """Did the range start yesterday, and does it last beyond now?"""
    return yesterday in hours.days and time(0) < hours.end <= hours.start and now < hours.end
