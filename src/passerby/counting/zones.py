"""Who is in a zone, with hysteresis: one comes in when one is clearly in, and leaves when one is clearly out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shapely import Point, Polygon, prepare

from passerby.config.counting_config import Zone
from passerby.core.box import Box
from passerby.core.kinds import ObjectClass
from passerby.counting.lines import CLEAR_OF_PICTURE, CLEAR_OF_SELF, spot


@dataclass(slots=True)
class Visit:
    """One stay of one track in one zone, in seconds of the monotonic clock. `whole`: its beginning was watched.

    `told`: it has been counted, as `sort_told`: a bicycle that turns out to be a motorcycle leaves as what it came."""

    sort: ObjectClass
    began: float
    last: float
    whole: bool
    told: bool = False
    sort_told: ObjectClass = ObjectClass.PERSON


class ZoneWatch:
    """One zone. `aspect` is the picture's width over its height."""

    def __init__(self, zone: Zone, aspect: float) -> None:
        self.zone = zone
        self._aspect = aspect
        self._shape = Polygon([(x * aspect, y) for x, y in zone.polygon])
        prepare(self._shape)
        self._edge = self._shape.exterior
        self._visits: dict[int, Visit] = {}

    def see(self, track: int, sort: ObjectClass, box: Box, now: float, whole: bool) -> Visit | None:
        """The next sighting of a track; the visit that has ended with it, if one has.

        `whole`: it could have been seen before it came. Not so when the watch itself has just begun.
        """
        visit = self._visits.get(track)
        point = Point(spot(box, self.zone.at, self._aspect))
        inside = self._shape.contains(point)
        clear = self._edge.distance(point) >= max(CLEAR_OF_PICTURE, CLEAR_OF_SELF * box.height)
        if visit is None:
            # At the edge of the picture there is no room to be clear in.
            if inside and (clear or _at_rim(box)):
                self._visits[track] = Visit(sort, now, now, whole)
            return None
        if inside or not clear:
            visit.last, visit.sort = now, sort
            return None
        return self._visits.pop(track)

    def forget(self, track: int) -> Visit | None:
        """The track has ended: the visit that ended with it."""
        return self._visits.pop(track, None)

    def visits(self) -> Iterator[tuple[int, Visit]]:
        """Those who are in it, by track."""
        yield from self._visits.items()


def _at_rim(box: Box) -> bool:
    return box.x1 <= 0.005 or box.y1 <= 0.005 or box.x2 >= 0.995 or box.y2 >= 0.995
