"""Where a track is painted in a frame, as the painter does it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from passerby.core.box import Box, Point
from passerby.documents.plan import Keyframe, Track

#: Masks are rounded outward to whole samples of colour, which are this many pixels apart.
COLOUR_STEP = 2
#: By so many pixels the outline of a polygon, which is painted too, goes beyond it.
OUTLINE = 2
#: Fractional bits of polygon corners for cv2, as in the painter.
_FRACTION = 4


def painted_box(key: Keyframe, width: int, height: int) -> Box | None:
    """The box around the part of the picture that this mask paints; None where it paints nothing."""
    box = key.box if key.polygon is None else key.box.expand(0, OUTLINE)
    x1, y1 = (math.floor(value / COLOUR_STEP) * COLOUR_STEP for value in (box.x1, box.y1))
    x2, y2 = (math.ceil(value / COLOUR_STEP) * COLOUR_STEP for value in (box.x2, box.y2))
    inside = Box(max(0, x1), max(0, y1), min(width, x2), min(height, y2))
    if not (inside.x1 < inside.x2 and inside.y1 < inside.y2):
        return None
    if key.polygon is not None and inside != (x1, y1, x2, y2) and not _paints(key.polygon, width, height):
        return None
    return inside


def _paints(polygon: Sequence[Point], width: int, height: int) -> bool:
    """Does a polygon that lies over the edge of the picture paint any of it?"""
    picture = np.zeros((height, width), np.uint8)
    points = np.round((np.array(polygon, np.float64) - 0.5) * (1 << _FRACTION)).astype(np.int32)
    cv2.fillPoly(picture, [points], (1,), shift=_FRACTION)
    cv2.polylines(picture, [points], True, (1,), thickness=OUTLINE, shift=_FRACTION)
    return bool(picture.any())


def hull_between(track: Track, first: int, last: int, width: int, height: int) -> Box | None:
    """The box around all that a track covers from tick `first` to tick `last`, within the picture."""
    ends = [track.interpolate(max(first, track.start)), track.interpolate(min(last, track.end))]
    keys: list[Keyframe] = [key for key in track.keyframes if first <= key.time <= last]
    boxes = [painted_box(key, width, height) for key in [*keys, *ends] if key is not None]
    inside = [box for box in boxes if box is not None]
    hull = inside[0] if inside else None
    for box in inside[1:]:
        hull = box if hull is None else hull.hull(box)
    return hull
