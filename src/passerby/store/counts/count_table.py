"""Counts as one table: a row for each interval, camera, zone or line, and object class. Not observed is empty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import BIN_S, DWELL_BOUNDS_S, CountBin


class Interval(StrEnum):
    """Length of the intervals."""

    MINUTE = "minute"
    QUARTER = "quarter"
    HOUR = "hour"
    DAY = "day"


INTERVAL_S = {Interval.MINUTE: 60, Interval.QUARTER: 900, Interval.HOUR: 3600, Interval.DAY: 86400}

_EDGES = (0, *DWELL_BOUNDS_S)
#: Columns of the dwell histogram: visits from so many seconds to less than so many.
DWELL_COLUMNS = tuple(
    f"dwell_{low}_{high}" for low, high in zip(_EDGES, (*(str(edge) for edge in DWELL_BOUNDS_S), "more"), strict=True)
)
#: The columns, and the type of each.
COLUMNS = {
    "start": "text",  # of the interval, ISO 8601, UTC
    "camera": "text",
    "observed_seconds": "number",
    "trusted": "boolean",  # was the clock synchronised
    "location": "text",  # name of the zone or line
    "location_type": "text",  # zone or line
    "class": "text",
    "mean": "number",  # occupancy of the zone, over the observed time
    "peak": "count",
    "entries": "count",
    "exits": "count",
    "censored": "count",
    **dict.fromkeys(DWELL_COLUMNS, "count"),
    "forward": "count",
    "backward": "count",
}

CountRow = dict[str, object]
_Series = tuple[str, str, ObjectClass]  # zone or line, its name, the object class


@dataclass(slots=True)
class _SeriesTotal:
    """Sums of one series over one interval. Means are weighted by the observed time."""

    integral: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    peak: int = 0

    def add(self, name: str, count: int) -> None:
        self.counts[name] = self.counts.get(name, 0) + count


@dataclass(slots=True)
class _IntervalTotal:
    observed_seconds: float = 0.0
    trusted: bool = True
    series: dict[_Series, _SeriesTotal] = field(default_factory=dict)


def count_rows(bins: Sequence[CountBin], start: int, end: int, interval: Interval) -> Iterator[CountRow]:
    """The table from `start` to before `end` (Unix seconds), in order of camera, location, class, and time.

    Every series that was counted in that time has a row for each interval: with `observed_seconds` 0 and nothing else
    where nothing was observed, so that a gap cannot be taken for a quiet hour.
    """
    step = INTERVAL_S[interval]
    first = start // step * step
    intervals: dict[tuple[str, int], _IntervalTotal] = {}
    series: dict[str, set[_Series]] = {}
    for bin in bins:
        if start <= bin.start < end:
            total = intervals.setdefault((bin.camera, bin.start // step * step), _IntervalTotal())
            _add(total, bin)
            series.setdefault(bin.camera, set()).update(total.series)
    for camera in sorted(series):
        for key in sorted(series[camera]):
            for at in range(first, end, step):
                yield _row(camera, at, key, intervals.get((camera, at)))


def _add(interval: _IntervalTotal, bin: CountBin) -> None:
    interval.observed_seconds += bin.observed_seconds
    interval.trusted = interval.trusted and bin.trusted
    for zone in bin.zones:
        total = interval.series.setdefault(("zone", zone.zone, zone.object_class), _SeriesTotal())
        total.integral += zone.mean * bin.observed_seconds
        total.peak = max(total.peak, zone.peak)
        for name in ("entries", "exits", "censored"):
            total.add(name, getattr(zone, name))
        for name, count in zip(DWELL_COLUMNS, zone.dwell, strict=True):
            total.add(name, count)
    for line in bin.lines:
        total = interval.series.setdefault(("line", line.line, line.object_class), _SeriesTotal())
        total.add("forward", line.forward)
        total.add("backward", line.backward)


def _row(camera: str, at: int, series: _Series, interval: _IntervalTotal | None) -> CountRow:
    location_type, location, object_class = series
    row: CountRow = dict.fromkeys(COLUMNS)
    row |= {"start": _iso_utc(at), "camera": camera, "observed_seconds": 0.0}
    row |= {"location": location, "location_type": location_type, "class": object_class.value}
    if interval is None or series not in interval.series:
        return row
    total = interval.series[series]
    row |= {"observed_seconds": round(interval.observed_seconds, 3), "trusted": interval.trusted, **total.counts}
    if location_type == "zone":
        row |= {"mean": round(total.integral / interval.observed_seconds, 3), "peak": total.peak}
    return row


def _iso_utc(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def whole_minutes(extent: tuple[int, int], start: float | None, end: float | None) -> tuple[int, int]:
    """The range rounded outwards to full minutes; where a limit is not given, that of all counts (`extent`)."""
    first = extent[0] if start is None else int(start // BIN_S) * BIN_S
    last = extent[1] if end is None else -int(-end // BIN_S) * BIN_S
    return first, last
