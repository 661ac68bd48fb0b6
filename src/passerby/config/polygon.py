"""Polygons in displayed pixels: what may be painted as one, and how much of a box it fills."""

from __future__ import annotations

from collections.abc import Sequence

from passerby.core.box import Box, Point

#: Pixels from the origin at most: areas of what is far larger than a picture are no numbers any more.
MAX_COORDINATE = 1e6
#: Pixels by which the hull of a polygon may differ from the box that is stated with it: boxes are rounded.
HULL_TOLERANCE = 1.0
#: Share of its hull that a polygon fills at least: a plate of 5 to 1 that is turned by 45 degrees fills 0.28.
MIN_HULL_SHARE = 0.25
#: An interpolated polygon fills at least this share of what the less full of its neighbours fills of its hull.
MIN_BETWEEN = 0.75


def hull_of(polygon: Sequence[Point]) -> Box:
    """The smallest box around a polygon."""
    xs, ys = zip(*polygon, strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys))


def is_box(polygon: Sequence[Point]) -> bool:
    """Do the vertices make an axis-parallel rectangle, in any order?"""
    hull = hull_of(polygon)
    return set(polygon) == {(x, y) for x in (hull.x1, hull.x2) for y in (hull.y1, hull.y2)}


def fault_of(polygon: Sequence[Point]) -> str | None:
    """Why a polygon cannot be painted as what it looks like; None where it can. One whose edges cross, or that goes
    round twice, has holes where it is filled by the even-odd rule."""
    from shapely import Polygon  # here, not above: most runs have none, and need not wait for the library

    if not all(abs(value) <= MAX_COORDINATE for point in polygon for value in point):
        return "its vertices must be numbers of at most a million pixels"
    area = Polygon(polygon)
    if area.area <= 0:
        return "it has no area: give its vertices in order, around it"
    if not area.is_valid:
        return "its edges cross each other: give its vertices in order, around it"
    return None


def fits(polygon: Sequence[Point], box: Box) -> bool:
    """Can the polygon be painted, and is `box` its hull?"""
    agrees = max(abs(a - b) for a, b in zip(hull_of(polygon), box, strict=True)) <= HULL_TOLERANCE
    return agrees and fault_of(polygon) is None


def hull_share(polygon: Sequence[Point]) -> float:
    """The share of its hull that a polygon fills, 0 to 1."""
    from shapely import Polygon

    hull = hull_of(polygon)
    return float(Polygon(polygon).area) / hull.area if hull.area else 0.0


def lerp_polygon(
    a: tuple[Point, ...] | None, b: tuple[Point, ...] | None, share: float, box: Box
) -> tuple[Point, ...] | None:
    """The polygon at `share` (0 to 1) of the way from `a` to `b`, in `box`; None where they do not match.

    They do not where one has other corners, or lists the same ones from another one on or the other way round: such a
    polygon turns inside out on the way, and paints nothing in the middle.
    """
    if a is None or b is None or len(a) != len(b):
        return None
    between = tuple((p[0] + (q[0] - p[0]) * share, p[1] + (q[1] - p[1]) * share) for p, q in zip(a, b, strict=True))
    if not fits(between, box) or hull_share(between) < MIN_BETWEEN * min(hull_share(a), hull_share(b)):
        return None
    return between


def covered_share(box: Box, polygon: Sequence[Point]) -> float:
    """The share of a box that lies in a polygon, 0 to 1."""
    from shapely import Polygon
    from shapely import box as rectangle

    return float(Polygon(polygon).intersection(rectangle(*box)).area) / box.area if box.area else 0.0
