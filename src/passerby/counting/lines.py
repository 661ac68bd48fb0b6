"""Who crosses a line, with hysteresis: to count, one must be clear of the line on the one side, cross it, and be clear
of it on the other. Whoever stands on it and sways is not counted again and again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from shapely import LineString, Point

from passerby.config.counting_config import Anchor, Line
from passerby.core.box import Box

Way = Literal["forward", "back"]
Spot = tuple[float, float]

#: Clear of a line: at this share of one's own height (as it is seen) from it, and of the picture's.
CLEAR_OF_SELF, CLEAR_OF_PICTURE = 0.06, 0.01
#: Points of a path that are kept between two clear sides.
LONGEST_PATH = 64


def spot(box: Box, at: Anchor, aspect: float) -> Spot:
    """The point that stands for a box (in shares of the picture), in picture heights both ways."""
    y = {Anchor.FOOT: box.y2, Anchor.MIDDLE: (box.y1 + box.y2) / 2, Anchor.HEAD: box.y1}[at]
    return (box.x1 + box.x2) / 2 * aspect, y


@dataclass(slots=True)
class _Passage:
    """One track at one line: the side on which it was last clear, and its path since."""

    side: int = 0
    path: list[Spot] = field(default_factory=list)


class LineWatch:
    """One line. `aspect` is the picture's width over its height."""

    def __init__(self, line: Line, aspect: float) -> None:
        self.line = line
        self._aspect = aspect
        self._shape = LineString([(x * aspect, y) for x, y in line.points])
        self._passages: dict[int, _Passage] = {}

    def see(self, track: int, box: Box) -> Way | None:
        """The next sighting of a track: the way in which it has crossed by now, None while it has not."""
        here = spot(box, self.line.at, self._aspect)
        passage = self._passages.setdefault(track, _Passage())
        passage.path.append(here)
        point = Point(here)
        if self._shape.distance(point) < max(CLEAR_OF_PICTURE, CLEAR_OF_SELF * box.height):
            if len(passage.path) > LONGEST_PATH:
                del passage.path[1:-1:2]  # whoever lingers on the line: half of the way is told as well
            return None
        side = self._side(point)
        crossed = (
            passage.side not in (0, side) and len(passage.path) > 1 and LineString(passage.path).intersects(self._shape)
        )
        passage.side, passage.path = side, [here]
        if not crossed:
            return None
        return "forward" if side > 0 else "back"

    def forget(self, track: int) -> None:
        self._passages.pop(track, None)

    def _side(self, point: Point) -> int:
        """1 to the right of the line as one walks along it (below one that goes to the right), -1 to the left."""
        along = self._shape.project(point)
        step = min(1e-3, self._shape.length / 4)
        a = self._shape.interpolate(max(0.0, along - step))
        b = self._shape.interpolate(min(self._shape.length, along + step))
        turn = (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
        return 1 if turn > 0 else -1
