"""How many are inside, by the crossings of all doors: with every correction told.

Each door misses some, so what is added up drifts. Two things are known for certain, and correct it: nobody is inside
outside the opening hours, and never fewer than none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from passerby.config.counting_config import OccupancySettings
from passerby.documents.count_records import BIN_S, CountBin


@dataclass(slots=True)
class OccupancyPoint:
    """An interval. `inside`: at its end; None while closed. `added`: people who must have been missed on their way in,
    since more left than were inside; `removed`: those still counted at closing time, who must have been missed on their
    way out. `complete`: was every door observed in all minutes since opening?"""

    start: int
    inside: int | None = None
    peak: int = 0
    added: int = 0
    removed: int = 0
    complete: bool = True


#: Seconds before a range from which crossings are added up: in that time there must be a closing.
LOOK_BACK_S = 2 * 86400
#: Seconds of a minute that must be observed for it to count as such: detector runs are some seconds apart.
MIN_OBSERVED_S = 50.0


def occupancy(
    settings: OccupancySettings,
    bins: Iterable[CountBin],
    is_open: Callable[[float], bool],
    start: int,
    end: int,
    step: int,
) -> list[OccupancyPoint]:
    """Points from `start` to before `end` (Unix seconds, whole minutes). `bins`: those from LOOK_BACK_S before."""
    minutes = _by_minute(settings, bins)
    points: dict[int, OccupancyPoint] = {}
    inside, complete, was_open = 0, False, False
    for minute in range(start - LOOK_BACK_S, end, BIN_S):
        at = minute // step * step
        point = points.setdefault(at, OccupancyPoint(at)) if minute >= start else OccupancyPoint(at)
        if not is_open(minute):
            point.removed += inside
            point.inside, inside, was_open = None, 0, False
            continue
        complete = complete if was_open else minute > start - LOOK_BACK_S
        was_open = True
        entered, left, seen = minutes.get(minute, (0, 0, False))
        complete = complete and seen
        inside += entered
        point.peak = max(point.peak, inside)
        if left > inside:
            point.added += left - inside
        inside = max(0, inside - left)
        point.inside, point.complete = inside, point.complete and complete
    return [points[at] for at in sorted(points)]


def _by_minute(settings: OccupancySettings, bins: Iterable[CountBin]) -> dict[int, tuple[int, int, bool]]:
    """Of each minute how many entered and left, and whether all doors were observed."""
    crossings: dict[int, tuple[int, int]] = {}
    observed: dict[int, dict[str, float]] = {}
    for bin in bins:
        for entered, left in _crossings(settings, bin):
            before = crossings.get(bin.start, (0, 0))
            crossings[bin.start] = before[0] + entered, before[1] + left
            seconds = observed.setdefault(bin.start, {})
            seconds.setdefault(bin.camera, 0.0)
        if bin.camera in observed.get(bin.start, {}):
            observed[bin.start][bin.camera] += bin.observed_seconds
    cameras = {door.camera for door in settings.doors}
    return {
        minute: (*found, all(observed[minute].get(camera, 0.0) >= MIN_OBSERVED_S for camera in cameras))
        for minute, found in crossings.items()
    }


def _crossings(settings: OccupancySettings, bin: CountBin) -> Iterator[tuple[int, int]]:
    """In and out through each door of a camera in a minute."""
    lines = [line for line in bin.lines if line.object_class is settings.count]
    for door in settings.doors:
        for line in lines:
            if (door.camera, door.line) == (bin.camera, line.line):
                forward = line.forward, line.backward
                yield forward if door.inwards == "forward" else (forward[1], forward[0])


def corrected(points: Sequence[OccupancyPoint]) -> tuple[int, int]:
    """All corrections of these points: added, removed."""
    return sum(point.added for point in points), sum(point.removed for point in points)
