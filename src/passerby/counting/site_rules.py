"""What is worth telling of a site as a whole: its disk, its clock, and cameras whose process is gone."""

from __future__ import annotations

from collections.abc import Mapping

from passerby.config.counting_config import OF_SITE, Counting, LostRule
from passerby.config.timetable import Schedules
from passerby.core.clock import Moment
from passerby.counting.rules import Found, Watch
from passerby.documents.count_records import Event

#: Seconds for which a process must be gone: most are back at once.
DEAD = 10.0


class SiteEvents:
    """Told again and again how things are; says what somebody should know. Each once, while it lasts."""

    def __init__(self, cameras: Mapping[str, Counting], schedules: Schedules) -> None:
        self._storage, self._clock = ((rule.hold, Watch(None, rule, schedules)) for rule in OF_SITE)
        self._lost = {
            name: (max(rule.hold, DEAD), Watch(name, rule, schedules))
            for name, counting in cameras.items()
            for rule in counting.all_rules
            if isinstance(rule, LostRule)
        }

    def see(self, at: Moment, storage: str | None, dead: Mapping[str, str]) -> list[Event]:
        """`storage` is what is wrong with it, None while nothing is; `dead` are cameras that cannot even say themselves
        that they are lost, with the reason."""
        told = [
            (self._storage, storage),
            (self._clock, None if at.trusted else "nobody keeps the clock right: times may be wrong"),
            *((watch, dead.get(name)) for name, watch in self._lost.items()),
        ]
        found = [watch.judge(at, None if why is None else Found(detail=why), hold) for (hold, watch), why in told]
        return [event for event in found if event is not None]
