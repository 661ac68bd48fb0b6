"""Zone occupancy, with hysteresis: a track enters when it is clearly inside, and leaves when it is clearly outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shapely import Point, Polygon, prepare

from passerby.config.counting_config import Zone
from passerby.core.box import Box
from passerby.core.kinds import ObjectClass
from passerby.counting.lines import CLEARANCE_PER_HEIGHT, MIN_CLEARANCE, anchor_point

#: A box nearer than this (share of the frame) to the frame's edge touches it: detectors rarely draw the last pixels.
_EDGE_MARGIN = 0.005


@dataclass(slots=True)
class Visit:
    """One stay of one track in one zone, in seconds of the monotonic clock. `start_observed`: its beginning was seen.

    `is_counted`: it was counted, as `counted_class`: a bicycle that turns out to be a motorcycle exits as the class
    with which it entered."""

    object_class: ObjectClass
    start: float
    last_inside: float
    start_observed: bool
    is_counted: bool = False
    counted_class: ObjectClass = ObjectClass.PERSON


class ZoneCounter:
    """One zone. `aspect` is the frame's width over its height."""

    def __init__(self, zone: Zone, aspect: float) -> None:
        self.zone = zone
        self._aspect = aspect
        self._shape = Polygon([(x * aspect, y) for x, y in zone.polygon])
        prepare(self._shape)
        self._edge = self._shape.exterior
        self._visits: dict[int, Visit] = {}

    def update(
        self, track_id: int, object_class: ObjectClass, box: Box, now: float, start_observed: bool
    ) -> Visit | None:
        """The next position of a track; the visit that ended with it, if one did.

        `start_observed`: the zone was observed just before, so an entry now is the real one. False at the beginning
        of an observation.
        """
        visit = self._visits.get(track_id)
        point = Point(anchor_point(box, self.zone.anchor, self._aspect))
        inside = self._shape.contains(point)
        clear = self._edge.distance(point) >= max(MIN_CLEARANCE, CLEARANCE_PER_HEIGHT * box.height)
        if visit is None:
            # At the frame's edge there is no room to be clear of it.
            if inside and (clear or _touches_frame_edge(box)):
                self._visits[track_id] = Visit(object_class, now, now, start_observed)
            return None
        if inside or not clear:
            visit.last_inside, visit.object_class = now, object_class
            return None
        return self._visits.pop(track_id)

    def remove(self, track_id: int) -> Visit | None:
        """The track has ended: the visit that ended with it."""
        return self._visits.pop(track_id, None)

    def visits(self) -> Iterator[tuple[int, Visit]]:
        """The current visits, by track."""
        yield from self._visits.items()


def _touches_frame_edge(box: Box) -> bool:
    low, high = _EDGE_MARGIN, 1 - _EDGE_MARGIN
    return box.x1 <= low or box.y1 <= low or box.x2 >= high or box.y2 >= high
