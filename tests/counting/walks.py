"""Tracked objects on known paths, given to a counter at a fixed rate; no images involved."""

from zoneinfo import ZoneInfo

from passerby.config.counting_config import CountingSettings
from passerby.config.timetable import Schedules
from passerby.core.box import Box
from passerby.core.clock import Moment
from passerby.core.kinds import ObjectClass
from passerby.counting.camera_counter import CameraCounter
from passerby.documents.count_records import CountedObject

BEGIN = 1_800_000_000  # a whole minute


def moment(seconds, trusted=True, jump=0.0):
    return Moment(seconds, BEGIN + seconds + jump, trusted)


def tracked(track, x, foot, height=0.3, object_class=ObjectClass.PERSON, confirmed=True, detected=True):
    """An object whose foot point is at (x, foot)."""
    return CountedObject(track, object_class, Box(x - 0.05, foot - height, x + 0.05, foot), confirmed, detected)


def counter(timetables=(), aspect=16 / 9, **counting):
    return CameraCounter("gate", CountingSettings(**counting), aspect, Schedules(timetables, ZoneInfo("UTC")))


def run(counter, seconds, objects_at, every=0.5, begin=0.0, view_at=None):
    """Detector runs from `begin` on for so many seconds; `objects_at(t)` are the objects. Returns the events."""
    events, steps = [], round(seconds / every)
    for step in range(steps + 1):
        now = begin + step * every
        events += counter.update(moment(now), objects_at(now), view_at(now) if view_at else None)
    return events


def walk(track, start, end, begin, duration, **more):
    """An object that moves in a straight line: a function of time."""

    def objects_at(now):
        if not begin <= now <= begin + duration:
            return []
        share = (now - begin) / duration
        return [tracked(track, start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share, **more)]

    return objects_at


def together(*walks):
    return lambda now: [obj for objects_at in walks for obj in objects_at(now)]
