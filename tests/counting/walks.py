"""Bodies on known paths, looked at again and again, with no picture at all."""

from zoneinfo import ZoneInfo

from passerby.config.counting_config import Counting
from passerby.config.timetable import Schedules
from passerby.core.box import Box
from passerby.core.clock import Moment
from passerby.core.kinds import ObjectClass
from passerby.counting.camera_counter import Counter
from passerby.documents.count_records import Body

BEGIN = 1_800_000_000  # a whole minute


def moment(seconds, trusted=True, jump=0.0):
    return Moment(seconds, BEGIN + seconds + jump, trusted)


def body(track, x, foot, height=0.3, sort=ObjectClass.PERSON, confirmed=True, seen=True):
    """Somebody whose feet are at (x, foot)."""
    return Body(track, sort, Box(x - 0.05, foot - height, x + 0.05, foot), confirmed, seen)


def counter(timetables=(), aspect=16 / 9, **counting):
    return Counter("gate", Counting(**counting), aspect, Schedules(timetables, ZoneInfo("UTC")))


def watch(counter, seconds, who, every=0.5, begin=0.0, sight=None):
    """Looks from `begin` on for so many seconds; `who(t)` is who is there. The events that came."""
    events, steps = [], round(seconds / every)
    for step in range(steps + 1):
        now = begin + step * every
        events += counter.see(moment(now), who(now), sight(now) if sight else None)
    return events


def walk(track, start, end, begin, took, **more):
    """Somebody who walks in a straight line: a function of time."""

    def who(now):
        if not begin <= now <= begin + took:
            return []
        share = (now - begin) / took
        return [body(track, start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share, **more)]

    return who


def together(*walks):
    return lambda now: [one for who in walks for one in who(now)]
