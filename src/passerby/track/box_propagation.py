"""Propagating a box that a person drew, forwards or backwards, by motion alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from passerby.core.box import Box
from passerby.core.motion import MotionField
from passerby.documents.plan import Keyframe
from passerby.track.flow_propagation import propagate
from passerby.track.keyframes import KeyframeReducer, TrackPoint
from passerby.track.padding import MAX_UNCERTAINTY

#: Origins of keyframes: where a person put the box, and where motion propagated it from there.
DRAWN, PROPAGATED = "person", "person:propagated"

#: A frame to propagate into: its number, its time, and the motion between it and the frame that the box is in. None
#: where motion cannot be trusted (damage): the box stays.
PropagationStep = tuple[int, int, MotionField | None]


def propagate_box(
    box: Box, steps: Iterable[PropagationStep], width: int, height: int, *, back: bool = False
) -> Iterator[TrackPoint]:
    """`box` in each frame that `steps` lead into. Ends with them, or when the box has left the frame.

    What motion cannot explain becomes a margin around the box, as it does for detected objects.
    """
    frame_box, uncertainty = Box(0.0, 0.0, float(width), float(height)), 0.0
    for frame, time, motion in steps:
        if motion is not None:
            ((box, added),) = propagate([box], motion, backward=back)
            uncertainty += added
        if box.intersection(frame_box) <= 0:
            return
        padded = box.expand(0.0, min(uncertainty, MAX_UNCERTAINTY * box.shorter_side))
        yield TrackPoint(frame, time, padded.clip(width, height), 0.0, PROPAGATED)


def to_keyframes(points: Iterable[TrackPoint]) -> tuple[Keyframe, ...]:
    """Points in order of time, reduced to keyframes. Where a person put the box stays a keyframe."""
    keys: list[Keyframe] = []
    for is_drawn, run in groupby(points, key=lambda point: point.origin == DRAWN):
        reducer = KeyframeReducer()
        for point in run:
            if is_drawn:
                keys.append(Keyframe(time=point.time, box=point.box, score=0, origin=DRAWN))
            else:
                reducer.add(point.time, point.box, point.score, point.origin)
        keys += [Keyframe(**dict(key)) for key in reducer.finish()]
    return tuple(keys)


def merge_directions(forward: Sequence[TrackPoint], backward: Sequence[TrackPoint]) -> Iterator[TrackPoint]:
    """Between two boxes that a person drew: what was propagated from the first (`forward`) and from the second
    (`backward`), frame by frame, both covered. Where only one of them got to, that one."""
    unmatched = {point.frame: point for point in backward}
    for point in forward:
        match = unmatched.pop(point.frame, None)
        if match is None:
            yield point
        else:
            yield TrackPoint(point.frame, point.time, point.box.hull(match.box), 0.0, PROPAGATED)
    yield from sorted(unmatched.values(), key=lambda point: point.frame)
