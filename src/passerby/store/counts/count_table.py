"""Counts as one table, a row for each stretch of time, camera, zone or line, and sort. Not watched is empty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import DWELL, MINUTE, Bin


class Every(StrEnum):
    """How long the stretches are."""

    MINUTE = "minute"
    QUARTER = "quarter"
    HOUR = "hour"
    DAY = "day"


SECONDS = {Every.MINUTE: 60, Every.QUARTER: 900, Every.HOUR: 3600, Every.DAY: 86400}

_EDGES = (0, *DWELL)
#: Columns of the dwell histogram: visits that lasted from so many seconds to less than so many.
DWELLS = tuple(
    f"dwell_{low}_{high}" for low, high in zip(_EDGES, (*(str(edge) for edge in DWELL), "more"), strict=True)
)
#: Of each column, what it is.
COLUMNS = {
    "start": "text",  # of the stretch, ISO 8601, UTC
    "camera": "text",
    "covered": "number",  # seconds of it that were watched
    "trusted": "truth",  # was the clock to be believed
    "place": "text",  # name of the zone or line
    "what": "text",  # zone or line
    "sort": "text",
    "mean": "number",  # how many were in the zone, over the time that was watched
    "most": "count",
    "came": "count",
    "left": "count",
    "cut": "count",
    **dict.fromkeys(DWELLS, "count"),
    "forward": "count",
    "back": "count",
}

Row = dict[str, object]
_Place = tuple[str, str, ObjectClass]  # zone or line, its name, the sort


@dataclass(slots=True)
class _Sum:
    """What is known of one place in one stretch. Means are weighted by the time that was watched."""

    integral: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    most: int = 0

    def add(self, name: str, count: int) -> None:
        self.counts[name] = self.counts.get(name, 0) + count


@dataclass(slots=True)
class _Stretch:
    covered: float = 0.0
    trusted: bool = True
    places: dict[_Place, _Sum] = field(default_factory=dict)


def rows(bins: Sequence[Bin], start: int, end: int, every: Every) -> Iterator[Row]:
    """The table from `start` to before `end` (Unix seconds), in order of camera, place, sort, and time.

    Every camera, place and sort that was counted in that time has a row for each stretch of it: with `covered` 0 and
    nothing else where nothing was watched, so that a gap cannot be taken for a quiet hour.
    """
    step = SECONDS[every]
    first = start // step * step
    stretches: dict[tuple[str, int], _Stretch] = {}
    places: dict[str, set[_Place]] = {}
    for one in bins:
        if start <= one.start < end:
            stretch = stretches.setdefault((one.camera, one.start // step * step), _Stretch())
            _add(stretch, one)
            places.setdefault(one.camera, set()).update(stretch.places)
    for camera in sorted(places):
        for place in sorted(places[camera]):
            for at in range(first, end, step):
                yield _row(camera, at, place, stretches.get((camera, at)))


def _add(stretch: _Stretch, one: Bin) -> None:
    stretch.covered += one.covered
    stretch.trusted = stretch.trusted and one.trusted
    for zone in one.zones:
        total = stretch.places.setdefault(("zone", zone.zone, zone.sort), _Sum())
        total.integral += zone.mean * one.covered
        total.most = max(total.most, zone.most)
        for name in ("came", "left", "cut"):
            total.add(name, getattr(zone, name))
        for name, count in zip(DWELLS, zone.dwell, strict=True):
            total.add(name, count)
    for line in one.lines:
        total = stretch.places.setdefault(("line", line.line, line.sort), _Sum())
        total.add("forward", line.forward)
        total.add("back", line.back)


def _row(camera: str, at: int, place: _Place, stretch: _Stretch | None) -> Row:
    what, name, sort = place
    row: Row = dict.fromkeys(COLUMNS)
    row |= {"start": _told(at), "camera": camera, "covered": 0.0, "place": name, "what": what, "sort": sort.value}
    if stretch is None or place not in stretch.places:
        return row
    total = stretch.places[place]
    # Two runs of the program in one minute, or a clock that was set back, cannot make a minute longer than it is.
    row |= {"covered": round(stretch.covered, 3), "trusted": stretch.trusted, **total.counts}
    if what == "zone":
        row |= {"mean": round(total.integral / stretch.covered, 3), "most": total.most}
    return row


def _told(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def whole_minutes(extent: tuple[int, int], start: float | None, end: float | None) -> tuple[int, int]:
    """From the minute of `start` to before that of `end`; where they are not given, all that there is."""
    first = extent[0] if start is None else int(start // MINUTE) * MINUTE
    last = extent[1] if end is None else -int(-end // MINUTE) * MINUTE
    return first, last
