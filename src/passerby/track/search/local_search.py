"""Finding a tracked object again in a small crop around where it should be.

Optical flow moves a box with the pixels in it. Where more of them belong to the background, or to somebody who passes
in front, than to the object, the box stays behind. So the model is run again on a crop around each track in every frame
or every second one, which costs a small part of what the whole frame costs, and the mask follows the object itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.track.association import affinity

#: What is searched for in crops: plates are left to motion (docs/design/tracking.md).
SEARCHED_KINDS = frozenset({Kind.FACE})
#: What is detected again may be so many times as large or small across as it was in the frame before: a turned head
#: changes more than that only when the detection is of something else.
MAX_SCALE_CHANGE = 1.6
#: A detection belongs to the track when it lies no further from where it should be than this share of its size. Two
#: heads that pass each other are at least that far apart while both are visible.
MAX_OFFSET = 0.75


class LocalSearch(Protocol):
    """Runs a model on a crop of a frame that is still buffered."""

    def __call__(self, frame: int, kind: Kind, box: Box) -> list[Detection] | None:
        """Detections of `kind` in and around `box` (displayed pixels) in that frame; None where it is not searched."""
        ...


def best_match(expected: Iterable[Box], last: Box, detections: Iterable[Detection]) -> Detection | None:
    """The detection that is the object which was `last` seen as that box and should be at one of `expected`."""
    best, best_quality = None, 0.0
    for box in expected:
        for detection in detections:
            quality = _quality(box, last, detection)
            if quality > best_quality:
                best, best_quality = detection, quality
    return best


def _quality(expected: Box, last: Box, detection: Detection) -> float:
    found = detection.box
    ratio = (found.area / max(last.area, 1e-6)) ** 0.5
    if not 1 / MAX_SCALE_CHANGE <= ratio <= MAX_SCALE_CHANGE:
        return 0.0
    (x, y), (ex, ey) = found.centre, expected.centre
    size = (last.width + last.height) / 2
    offset = max(abs(x - ex), abs(y - ey)) / max(size, 1e-6)
    if offset > MAX_OFFSET:
        return 0.0
    return 1.0 - offset + affinity(expected, found) + min(detection.score, 1.0)
