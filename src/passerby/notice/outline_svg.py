"""Renders the outline of a view as a standalone SVG: lines, with the areas that are always masked hatched."""

from __future__ import annotations

from collections.abc import Sequence

from passerby.config.site import Polygon
from passerby.notice.view_outline import ViewOutline


def outline_svg(outline: ViewOutline, hide_regions: Sequence[Polygon], ink: str = "currentColor") -> str:
    """`ink` is the colour of the lines; PDF needs an explicit one."""
    width, height = outline.width, outline.height
    path = "".join("M" + "L".join(f"{x} {y}" for x, y in line) + "Z" for line in outline.lines)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f'<path d="{path}" fill="none" stroke="{ink}" stroke-width="1" stroke-linejoin="round"/>',
    ]
    for polygon in hide_regions:
        corners = " ".join(f"{round(x * width)},{round(y * height)}" for x, y in polygon)
        parts.append(f'<polygon points="{corners}" fill="{ink}" fill-opacity="0.25" stroke="{ink}"/>')
        parts.append(_hatching(polygon, width, height, ink))
    return "".join([*parts, "</svg>"])


def _hatching(polygon: Polygon, width: int, height: int, ink: str) -> str:
    """Slanted lines clipped to the polygon. Not an SVG pattern: its id would repeat on a page with several outlines."""
    from shapely import LineString, intersection
    from shapely import Polygon as Area

    area = Area([(x * width, y * height) for x, y in polygon]).buffer(0)
    found = []
    for start in range(-height, width, 10):
        cut = intersection(area, LineString([(start, height), (start + height, 0)]))
        for line in getattr(cut, "geoms", [cut]):
            if line.geom_type == "LineString" and not line.is_empty:
                (x1, y1), *_, (x2, y2) = line.coords
                found.append(f"M{x1:.0f} {y1:.0f}L{x2:.0f} {y2:.0f}")
    return f'<path d="{"".join(found)}" stroke="{ink}" stroke-width="1" fill="none"/>' if found else ""
