"""The counter of one camera: sightings in; bins and events out. Numbers alone."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from passerby.config.counting_config import Counting
from passerby.config.timetable import Schedules
from passerby.core.clock import Moment
from passerby.core.kinds import ObjectClass
from passerby.core.view_stats import ViewStats
from passerby.counting.bins import Bins, Key
from passerby.counting.lines import LineWatch, Way
from passerby.counting.rules import Facts, Rules
from passerby.counting.zones import Visit, ZoneWatch
from passerby.documents.count_records import Bin, Body, Event

#: Looks further apart than this many seconds leave a gap: what happened between them is not known.
LONGEST_STEP = 4.0


@dataclass(slots=True)
class _Track:
    """What is remembered of a track while it lasts."""

    sort: ObjectClass
    counts: bool = False
    crossings: list[tuple[str, Way]] = field(default_factory=list)


class Counter:
    """Told of every look, and of every time in which there is none."""

    def __init__(
        self, camera: str, counting: Counting, aspect: float, schedules: Schedules, longest_step: float = LONGEST_STEP
    ) -> None:
        """`aspect` is the picture's width over its height."""
        self._counting = counting
        self._longest_step = longest_step
        self._zones = [ZoneWatch(zone, aspect) for zone in counting.all_zones]
        self._lines = [LineWatch(line, aspect) for line in counting.lines]
        self._bins = Bins(camera, counting)
        self._rules = Rules(camera, counting.all_rules, schedules)
        self._tracks: dict[int, _Track] = {}
        self._before: Moment | None = None
        self._inside: Mapping[Key, int] = {}

    def see(self, at: Moment, sightings: Sequence[Body], sight: ViewStats | None = None) -> list[Event]:
        """One look: everybody who is there, and how the picture is where that was measured."""
        whole = self._watched_until(at)
        crossed: list[tuple[str, ObjectClass, Way]] = []
        for one in sightings:
            track = self._tracks.setdefault(one.track, _Track(one.sort))
            track.sort = one.sort
            if one.seen:
                self._place(one, track, at, whole)
            if one.confirmed and not track.counts:
                track.counts = True
            if track.counts:
                crossed += [(line, track.sort, way) for line, way in track.crossings]
                track.crossings.clear()
        gone = set(self._tracks) - {one.track for one in sightings}
        for number in sorted(gone):
            self._end(number, cut=False)
        self._count_visits()
        for line, sort, way in crossed:
            if sort in self._sorts_of_line(line):
                self._bins.crossed(line, sort, way)
        return self._rules.see(at, Facts(self._inside, tuple(crossed), sight))

    def blind(self, at: Moment, reason: str, lost: bool = False) -> list[Event]:
        """Nothing could be looked at since the last look: what is known ends here. `lost`: there is no picture at all.

        To be told again and again while it lasts, so that it can be said how long it has.
        """
        self._forget_all()
        if self._before is not None:
            self._bins.at(at)
        self._before = None
        return self._rules.blind(at, reason, lost)

    def close(self) -> None:
        """The end: visits end unfinished, and so does the minute."""
        self._forget_all()
        self._bins.close()
        self._before = None

    def bins(self) -> Iterator[Bin]:
        """Minutes that are full and were not fetched yet."""
        return self._bins.fetch()

    @property
    def inside(self) -> Mapping[Key, int]:
        """How many are in each zone now, by zone and sort."""
        return self._inside

    def _watched_until(self, at: Moment) -> bool:
        """Was it watched without a gap from the last look to this one?"""
        before, self._before = self._before, at
        if before is None:
            self._bins.at(at)
            return False
        if not 0 <= at.monotonic - before.monotonic <= self._longest_step:
            self._forget_all()
            self._bins.at(at)
            return False
        self._bins.watched(before, at, self._inside)
        return True

    def _place(self, one: Body, track: _Track, at: Moment, whole: bool) -> None:
        for line in self._lines:
            way = line.see(one.track, one.box)
            if way is not None:
                track.crossings.append((line.line.name, way))
        for zone in self._zones:
            if track.sort in zone.zone.count:
                ended = zone.see(one.track, one.sort, one.box, at.monotonic, whole)
                if ended is not None:
                    self._left(zone, ended, cut=False)

    def _end(self, number: int, cut: bool) -> None:
        self._tracks.pop(number)
        for line in self._lines:
            line.forget(number)
        for zone in self._zones:
            visit = zone.forget(number)
            if visit is not None:
                self._left(zone, visit, cut)

    def _left(self, zone: ZoneWatch, visit: Visit, cut: bool) -> None:
        if visit.told and cut:
            self._bins.cut(zone.zone.name, visit.sort_told)
        elif visit.told:
            self._bins.left(zone.zone.name, visit.sort_told, visit.last - visit.began if visit.whole else None)

    def _count_visits(self) -> None:
        inside: Tally[Key] = Tally()
        fresh: list[Key] = []
        for zone in self._zones:
            for number, visit in zone.visits():
                if not self._tracks[number].counts:
                    continue
                if not visit.told:
                    visit.told, visit.sort_told = True, visit.sort
                    fresh.append((zone.zone.name, visit.sort))
                inside[zone.zone.name, visit.sort_told] += 1
        self._inside = inside
        for name, sort in fresh:
            self._bins.came(name, sort, inside[name, sort])

    def _forget_all(self) -> None:
        for number in list(self._tracks):
            self._end(number, cut=True)
        self._inside = {}

    def _sorts_of_line(self, name: str) -> tuple[ObjectClass, ...]:
        return next(line.line.count for line in self._lines if line.line.name == name)
