"""Where a track is painted in a frame, as the painter does it."""

from __future__ import annotations

import math

from passerby.core.box import Box
from passerby.documents.plan import Keyframe, Track

#: Masks are rounded outward to whole samples of colour, which are this many pixels apart.
COLOUR_STEP = 2


def painted_box(box: Box, width: int, height: int) -> Box | None:
    """The part of the picture that a mask with this box may paint; None where it lies outside."""
    x1, y1 = (math.floor(value / COLOUR_STEP) * COLOUR_STEP for value in (box.x1, box.y1))
    x2, y2 = (math.ceil(value / COLOUR_STEP) * COLOUR_STEP for value in (box.x2, box.y2))
    inside = Box(max(0, x1), max(0, y1), min(width, x2), min(height, y2))
    return inside if inside.x1 < inside.x2 and inside.y1 < inside.y2 else None


def hull_between(track: Track, first: int, last: int, width: int, height: int) -> Box | None:
    """The box around all that a track covers from tick `first` to tick `last`, within the picture."""
    ends = [track.interpolate(max(first, track.start)), track.interpolate(min(last, track.end))]
    keys: list[Keyframe] = [key for key in track.keyframes if first <= key.time <= last]
    boxes = [painted_box(key.box, width, height) for key in [*keys, *ends] if key is not None]
    inside = [box for box in boxes if box is not None]
    hull = inside[0] if inside else None
    for box in inside[1:]:
        hull = box if hull is None else hull.hull(box)
    return hull
