"""Counts by the minute: what was counted, and over how many seconds of it the camera was observed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from passerby.config.counting_config import CountingSettings
from passerby.core.clock import Moment
from passerby.core.kinds import ObjectClass
from passerby.counting.lines import Direction
from passerby.documents.count_records import BIN_S, DWELL_BOUNDS_S, CountBin, LineCount, ZoneCount

#: A series of counts: the name of a zone or line, and the object class.
SeriesKey = tuple[str, ObjectClass]

#: An interval shorter than this is the rounding of floating point, not time.
_EPSILON_S = 1e-9


@dataclass(slots=True)
class _ZoneTally:
    integral: float = 0.0
    peak: int = 0
    entries: int = 0
    exits: int = 0
    censored: int = 0
    dwell: list[int] = field(default_factory=lambda: [0] * (len(DWELL_BOUNDS_S) + 1))


@dataclass(slots=True)
class _LineTally:
    forward: int = 0
    backward: int = 0


class MinuteBins:
    """The current minute of one camera, and the complete ones that were not taken yet."""

    def __init__(self, camera: str, counting: CountingSettings) -> None:
        self._camera = camera
        self._zones: list[SeriesKey] = [(zone.name, cls) for zone in counting.all_zones for cls in zone.count]
        self._lines: list[SeriesKey] = [(line.name, cls) for line in counting.lines for cls in line.count]
        self._complete: list[CountBin] = []
        self._start: int | None = None
        self._trusted = True
        self._reset()

    def _reset(self) -> None:
        self._observed_s = 0.0
        self._zone_tallies = {key: _ZoneTally() for key in self._zones}
        self._line_tallies = {key: _LineTally() for key in self._lines}

    def advance_to(self, moment: Moment) -> None:
        """From here on, counts belong to the minute of `moment`."""
        start = int(moment.wall // BIN_S) * BIN_S
        if self._start is not None and start != self._start:
            self.close()
        if self._start is None:
            self._start, self._trusted = start, moment.trusted
        self._trusted = self._trusted and moment.trusted

    def add_interval(self, before: Moment, now: Moment, occupancy: Mapping[SeriesKey, int]) -> None:
        """The camera was observed from `before` to `now`, with this occupancy. Splits the interval at full minutes."""
        remaining, wall = now.monotonic - before.monotonic, now.wall - (now.monotonic - before.monotonic)
        while remaining > _EPSILON_S:
            start = int(wall // BIN_S) * BIN_S
            part = min(remaining, start + BIN_S - wall) or remaining
            self.advance_to(Moment(now.monotonic - remaining, wall, before.trusted and now.trusted))
            self._observed_s += part
            for key, zone in self._zone_tallies.items():
                zone.integral += part * occupancy.get(key, 0)
                zone.peak = max(zone.peak, occupancy.get(key, 0))
            remaining, wall = remaining - part, wall + part
        self.advance_to(now)

    def record_entry(self, zone: str, object_class: ObjectClass, occupancy: int) -> None:
        """A visit has begun; `occupancy` includes it."""
        self._zone_tallies[zone, object_class].entries += 1
        self._zone_tallies[zone, object_class].peak = max(self._zone_tallies[zone, object_class].peak, occupancy)

    def record_exit(self, zone: str, object_class: ObjectClass, dwell_s: float | None) -> None:
        """A visit has ended after `dwell_s` seconds; None where its beginning was not observed."""
        self._zone_tallies[zone, object_class].exits += 1
        if dwell_s is None:
            self._zone_tallies[zone, object_class].censored += 1
        else:
            self._zone_tallies[zone, object_class].dwell[bisect_right(DWELL_BOUNDS_S, dwell_s)] += 1

    def record_censored(self, zone: str, object_class: ObjectClass) -> None:
        """Observation ended before the visit did."""
        self._zone_tallies[zone, object_class].censored += 1

    def record_crossing(self, line: str, object_class: ObjectClass, direction: Direction) -> None:
        count = self._line_tallies[line, object_class]
        if direction == "forward":
            count.forward += 1
        else:
            count.backward += 1

    def close(self) -> None:
        """The current minute ends here, full or not."""
        if self._start is not None and self._observed_s > 0:
            self._complete.append(self._build(self._start))
        self._start = None
        self._reset()

    def take_complete(self) -> list[CountBin]:
        """The complete minutes, each returned once."""
        complete, self._complete = self._complete, []
        return complete

    def _build(self, start: int) -> CountBin:
        return CountBin(
            camera=self._camera,
            start=start,
            observed_seconds=round(min(self._observed_s, BIN_S), 3),
            trusted=self._trusted,
            zones=tuple(
                ZoneCount(
                    zone=name,
                    object_class=object_class,
                    mean=round(zone.integral / self._observed_s, 3),
                    peak=zone.peak,
                    entries=zone.entries,
                    exits=zone.exits,
                    dwell=tuple(zone.dwell),
                    censored=zone.censored,
                )
                for (name, object_class), zone in self._zone_tallies.items()
            ),
            lines=tuple(
                LineCount(line=name, object_class=object_class, forward=line.forward, backward=line.backward)
                for (name, object_class), line in self._line_tallies.items()
            ),
        )
