"""Following a box that a person drew, forwards or backwards, by motion alone and until told otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from passerby.core.box import Box
from passerby.core.motion import MotionField
from passerby.documents.plan import Keyframe
from passerby.track.flow_propagation import carry
from passerby.track.keyframes import Path, Place
from passerby.track.tracker import MOST_DOUBT

#: Origins of keyframes: where a person put the box, and where motion carried it from there.
DRAWN, CARRIED = "person", "person:carried"

#: A frame to follow into: its number, its time, and the motion between it and the frame that the box is in. None where
#: motion cannot be trusted (damage): the box stays.
Step = tuple[int, int, MotionField | None]


def follow(box: Box, steps: Iterable[Step], width: int, height: int, *, back: bool = False) -> Iterator[Place]:
    """`box` in each frame that `steps` lead into. Ends with them, or when the box has left the picture.

    What motion could not explain becomes room around the box, as it does for what was found.
    """
    picture, doubt = Box(0.0, 0.0, float(width), float(height)), 0.0
    for frame, time, motion in steps:
        if motion is not None:
            ((box, more),) = carry([box], motion, back=back)
            doubt += more
        if box.overlap(picture) <= 0:
            return
        room = box.expand(0.0, min(doubt, MOST_DOUBT * box.side))
        yield Place(frame, time, room.clipped(width, height), 0.0, CARRIED)


def keyframes(places: Iterable[Place]) -> tuple[Keyframe, ...]:
    """Places in order of time, thinned out. Where a person put the box stays a keyframe."""
    keys: list[Keyframe] = []
    for drawn, run in groupby(places, key=lambda place: place.origin == DRAWN):
        path = Path()
        for place in run:
            if drawn:
                keys.append(Keyframe(time=place.time, box=place.box, score=0, origin=DRAWN))
            else:
                path.add(place.time, place.box, place.score, place.origin)
        keys += [Keyframe(**dict(key)) for key in path.finish()]
    return tuple(keys)


def both_ways(there: Sequence[Place], back: Sequence[Place]) -> Iterator[Place]:
    """Between two boxes that a person drew: what was carried from the first (`there`) and from the second (`back`),
    frame by frame, both covered. Where only one of them got to, that one."""
    other = {place.frame: place for place in back}
    for place in there:
        match = other.pop(place.frame, None)
        yield place if match is None else Place(place.frame, place.time, place.box.hull(match.box), 0.0, CARRIED)
    yield from sorted(other.values(), key=lambda place: place.frame)
