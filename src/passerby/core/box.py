"""Bounding boxes and points, in displayed pixels."""

from __future__ import annotations

from typing import NamedTuple

#: (x, y) in displayed pixels.
Point = tuple[float, float]


class Box(NamedTuple):
    """An axis-parallel rectangle in displayed pixels (upright, square), x to the right and y down.

    Corners are floats and half-open: a box that covers pixel 0 only is (0, 0, 1, 1). It may extend
    beyond the frame.
    """

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def width(self) -> float:
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        return max(0.0, self.width) * max(0.0, self.height)

    @property
    def shorter_side(self) -> float:
        """The shorter side."""
        return min(self.width, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2

    def expand(self, share: float, pixels: float = 0.0) -> Box:
        """This box with `share` of its own width and height, and `pixels`, added on every side."""
        dx, dy = self.width * share + pixels, self.height * share + pixels
        return Box(self.x1 - dx, self.y1 - dy, self.x2 + dx, self.y2 + dy)

    def translate(self, dx: float, dy: float, scale: float = 1.0) -> Box:
        """This box with its centre moved by (dx, dy) pixels and its sides multiplied by `scale`."""
        cx, cy = self.centre
        half_w, half_h = self.width * scale / 2, self.height * scale / 2
        return Box(cx + dx - half_w, cy + dy - half_h, cx + dx + half_w, cy + dy + half_h)

    def hull(self, other: Box) -> Box:
        """The smallest box that contains both."""
        return Box(
            min(self.x1, other.x1),
            min(self.y1, other.y1),
            max(self.x2, other.x2),
            max(self.y2, other.y2),
        )

    def intersection(self, other: Box) -> float:
        """Area of the intersection, in square pixels."""
        return max(0.0, min(self.x2, other.x2) - max(self.x1, other.x1)) * max(
            0.0, min(self.y2, other.y2) - max(self.y1, other.y1)
        )

    def iou(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        common = self.intersection(other)
        return common / (self.area + other.area - common) if common else 0.0

    def containment(self, other: Box) -> float:
        """The share of this box that lies in `other`, 0 to 1."""
        return self.intersection(other) / self.area if self.area else 0.0

    def clip(self, width: float, height: float) -> Box:
        """The part within a frame of `width` by `height`; empty (area 0) when it lies outside."""
        x1, y1 = min(max(self.x1, 0.0), width), min(max(self.y1, 0.0), height)
        return Box(x1, y1, max(x1, min(self.x2, width)), max(y1, min(self.y2, height)))

    def lerp(self, other: Box, share: float) -> Box:
        """Linear interpolation: the box at `share` (0 to 1) of the way from this one to `other`."""
        return Box(*(a + (b - a) * share for a, b in zip(self, other, strict=True)))
