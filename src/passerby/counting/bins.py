"""Counts by the minute: what was counted, over the time that was watched."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from passerby.config.counting_config import Counting
from passerby.core.clock import Moment
from passerby.core.kinds import ObjectClass
from passerby.counting.lines import Way
from passerby.documents.count_records import DWELL, MINUTE, Bin, LineCount, ZoneCount

Key = tuple[str, ObjectClass]


@dataclass(slots=True)
class _Zone:
    integral: float = 0.0
    most: int = 0
    came: int = 0
    left: int = 0
    cut: int = 0
    dwell: list[int] = field(default_factory=lambda: [0] * (len(DWELL) + 1))


@dataclass(slots=True)
class _Line:
    forward: int = 0
    back: int = 0


class Bins:
    """The open minute of one camera, and those that are full and not fetched yet."""

    def __init__(self, camera: str, counting: Counting) -> None:
        self._camera = camera
        self._zones: list[Key] = [(zone.name, sort) for zone in counting.all_zones for sort in zone.count]
        self._lines: list[Key] = [(line.name, sort) for line in counting.lines for sort in line.count]
        self._full: list[Bin] = []
        self._start: int | None = None
        self._trusted = True
        self._empty()

    def _empty(self) -> None:
        self._covered = 0.0
        self._zone = {key: _Zone() for key in self._zones}
        self._line = {key: _Line() for key in self._lines}

    def at(self, moment: Moment) -> None:
        """It is `moment` now: what is counted from here on belongs to its minute."""
        start = int(moment.wall // MINUTE) * MINUTE
        if self._start is not None and start != self._start:
            self.close()
        if self._start is None:
            self._start, self._trusted = start, moment.trusted
        self._trusted = self._trusted and moment.trusted

    def watched(self, before: Moment, now: Moment, inside: Mapping[Key, int]) -> None:
        """From `before` to `now` it was watched, and so many were in the zones. Shares it out to the minutes."""
        left, wall = now.monotonic - before.monotonic, now.wall - (now.monotonic - before.monotonic)
        while left > 1e-9:
            start = int(wall // MINUTE) * MINUTE
            part = min(left, start + MINUTE - wall) or left
            self.at(Moment(now.monotonic - left, wall, before.trusted and now.trusted))
            self._covered += part
            for key, zone in self._zone.items():
                zone.integral += part * inside.get(key, 0)
                zone.most = max(zone.most, inside.get(key, 0))
            left, wall = left - part, wall + part
        self.at(now)

    def came(self, zone: str, sort: ObjectClass, inside: int) -> None:
        self._zone[zone, sort].came += 1
        self._zone[zone, sort].most = max(self._zone[zone, sort].most, inside)

    def left(self, zone: str, sort: ObjectClass, seconds: float | None) -> None:
        """Somebody left after `seconds`; None where the beginning of the visit was not watched."""
        self._zone[zone, sort].left += 1
        if seconds is None:
            self._zone[zone, sort].cut += 1
        else:
            self._zone[zone, sort].dwell[bisect_right(DWELL, seconds)] += 1

    def cut(self, zone: str, sort: ObjectClass) -> None:
        """The watch over a visit ended before it did."""
        self._zone[zone, sort].cut += 1

    def crossed(self, line: str, sort: ObjectClass, way: Way) -> None:
        count = self._line[line, sort]
        if way == "forward":
            count.forward += 1
        else:
            count.back += 1

    def close(self) -> None:
        """The open minute ends here, full or not."""
        if self._start is not None and self._covered > 0:
            self._full.append(self._made(self._start))
        self._start = None
        self._empty()

    def fetch(self) -> Iterator[Bin]:
        """The full minutes, once each."""
        full, self._full = self._full, []
        yield from full

    def _made(self, start: int) -> Bin:
        return Bin(
            camera=self._camera,
            start=start,
            covered=round(min(self._covered, MINUTE), 3),
            trusted=self._trusted,
            zones=tuple(
                ZoneCount(
                    zone=name,
                    sort=sort,
                    mean=round(zone.integral / self._covered, 3),
                    most=zone.most,
                    came=zone.came,
                    left=zone.left,
                    dwell=tuple(zone.dwell),
                    cut=zone.cut,
                )
                for (name, sort), zone in self._zone.items()
            ),
            lines=tuple(
                LineCount(line=name, sort=sort, forward=line.forward, back=line.back)
                for (name, sort), line in self._line.items()
            ),
        )
