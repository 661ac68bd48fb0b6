"""Fixed regions of the frame: always hidden, or never masked."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from passerby.config.polygon import MAX_COORDINATE, fault_of, hull_of, is_box
from passerby.core.box import Box, Point
from passerby.core.errors import UsageError
from passerby.core.model import FrozenModel


class Region(FrozenModel):
    """A polygon in displayed pixels, from `start` to `end` in seconds of the presentation (None: to the file's end)."""

    polygon: tuple[Point, ...] = Field(min_length=3)
    start: float = Field(default=0.0, ge=0)
    end: float | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end is not None and self.end < self.start:
            raise ValueError("a region cannot end before it starts")
        if not all(abs(v) <= MAX_COORDINATE for point in self.polygon for v in point):
            raise ValueError("the vertices of a region must be numbers of at most a million pixels")
        if self.hull.area <= 0:
            raise ValueError("a region must have an area")
        fault = None if self.is_box else fault_of(self.polygon)
        if fault is not None:
            raise ValueError(f"a region must be a polygon that can be filled: {fault}")
        return self

    @property
    def hull(self) -> Box:
        return hull_of(self.polygon)

    @property
    def is_box(self) -> bool:
        """Do the vertices make an axis-aligned rectangle?"""
        return is_box(self.polygon)

    def contains(self, x: float, y: float) -> bool:
        """Is a point in the polygon? Even-odd rule: by the number of edges that a ray to the right crosses."""
        inside = False
        for (ax, ay), (bx, by) in zip(self.polygon, (*self.polygon[1:], self.polygon[0]), strict=True):
            if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
                inside = not inside
        return inside

    def active_at(self, seconds: float) -> bool:
        return self.start <= seconds and (self.end is None or seconds <= self.end)


def parse_regions(text: str, option: str) -> tuple[Region, ...]:
    """Parse the value of --hide-regions: regions separated by semicolons, each `x1,y1,x2,y2` (a box) or six numbers and
    more (the vertices of a polygon), then `@start-end` or `@start-` in seconds where it does not apply at all times.

    Raises UsageError, naming the region that is not valid.
    """
    return tuple(_parse(part.strip(), option) for part in text.split(";") if part.strip())


def _parse(text: str, option: str) -> Region:
    shape, _, times = text.partition("@")
    try:
        numbers = [float(number) for number in shape.split(",")]
        start, _, end = times.partition("-")
        if len(numbers) == 4:
            x1, y1, x2, y2 = numbers
            if x2 <= x1 or y2 <= y1:
                raise ValueError("the second corner must lie to the right of and below the first")
            points = [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
        elif len(numbers) >= 6 and len(numbers) % 2 == 0:
            points = list(zip(numbers[::2], numbers[1::2], strict=True))
        else:
            raise ValueError("give four numbers for a box, or two for each vertex of a polygon")
        return Region(polygon=tuple(points), start=float(start or 0), end=float(end) if end else None)
    except ValueError as error:
        raise UsageError(
            f"{option}: {text!r} is not a region: {_reason(error)}. "
            "Write a box as x1,y1,x2,y2 in pixels, followed by @start-end in seconds if it does not apply throughout."
        ) from error


def _reason(error: ValueError) -> str:
    return str(error).splitlines()[0]
