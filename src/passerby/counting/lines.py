"""Line crossings, with hysteresis: a track counts when it was clear of the line on one side, crossed it, and is clear
of it on the other side. A track that stands on the line and sways is not counted again and again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from shapely import LineString, Point

from passerby.config.counting_config import Anchor, Line
from passerby.core.box import Box

Direction = Literal["forward", "backward"]
#: x and y in multiples of the frame height.
ImagePoint = tuple[float, float]

#: Clear of a line or an edge: at this share of the object's own height from it, since the box of an object near the
#: camera jitters more, and at least at this share of the frame height (docs/design/counts.md, "Hysteresis").
CLEARANCE_PER_HEIGHT, MIN_CLEARANCE = 0.06, 0.01
#: Points of a path that are stored between two clear positions.
MAX_PATH_POINTS = 64


def anchor_point(box: Box, anchor: Anchor, aspect: float) -> ImagePoint:
    """The point that stands for a box (normalised coordinates, 0 to 1), in frame heights along both axes."""
    y = {Anchor.FOOT: box.y2, Anchor.MIDDLE: (box.y1 + box.y2) / 2, Anchor.HEAD: box.y1}[anchor]
    return (box.x1 + box.x2) / 2 * aspect, y


@dataclass(slots=True)
class _LineTrack:
    """One track at one line: the side on which it was last clear of it, and its path since."""

    side: int = 0
    path: list[ImagePoint] = field(default_factory=list)


class LineCounter:
    """One line. `aspect` is the frame's width over its height."""

    def __init__(self, line: Line, aspect: float) -> None:
        self.line = line
        self._aspect = aspect
        self._shape = LineString([(x * aspect, y) for x, y in line.points])
        self._tracks: dict[int, _LineTrack] = {}

    def update(self, track_id: int, box: Box) -> Direction | None:
        """The next position of a track: the direction in which it has crossed by now, None while it has not."""
        position = anchor_point(box, self.line.anchor, self._aspect)
        track = self._tracks.setdefault(track_id, _LineTrack())
        track.path.append(position)
        point = Point(position)
        if self._shape.distance(point) < max(MIN_CLEARANCE, CLEARANCE_PER_HEIGHT * box.height):
            if len(track.path) > MAX_PATH_POINTS:
                del track.path[1:-1:2]  # a track that lingers on the line: every other point still shows the crossing
            return None
        side = self._side(point)
        crossed = track.side not in (0, side) and len(track.path) > 1 and LineString(track.path).intersects(self._shape)
        track.side, track.path = side, [position]
        if not crossed:
            return None
        return "forward" if side > 0 else "backward"

    def remove(self, track_id: int) -> None:
        """The track has ended."""
        self._tracks.pop(track_id, None)

    def _side(self, point: Point) -> int:
        """1 to the right of the line's direction (below a line that runs to the right), -1 to the left."""
        along = self._shape.project(point)
        step = min(1e-3, self._shape.length / 4)
        a = self._shape.interpolate(max(0.0, along - step))
        b = self._shape.interpolate(min(self._shape.length, along + step))
        turn = (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
        return 1 if turn > 0 else -1
