"""What a person can do to tracks, as functions from tracks to tracks. Times are ticks, `times` those of all frames."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from passerby.core.box import Box
from passerby.documents.plan import Keyframe, Track
from passerby.review.errors import Refused

#: The origin of a keyframe that a person put where it is.
DRAWN = "person"


def drawn(time: int, box: Box, polygon: tuple[tuple[float, float], ...] | None = None) -> Keyframe:
    return Keyframe(time=time, box=box, score=0, origin=DRAWN, polygon=polygon)


def is_drawn(key: Keyframe) -> bool:
    return key.origin == DRAWN


def is_hand_made(track: Track) -> bool:
    """Did a person begin it?"""
    return all(key.origin.startswith(DRAWN) for key in track.keyframes)


def frame_at(times: Sequence[int], time: int) -> int:
    """The number of the last frame at or before `time`, or the first."""
    return max(0, bisect.bisect_right(times, time) - 1)


def with_box(track: Track, time: int, box: Box, times: Sequence[int]) -> Track:
    """The box put elsewhere in one frame. Its neighbours stay where they were: they become keyframes."""
    here = bisect.bisect_left(times, time)
    keys = {key.time: key for key in track.keyframes}
    for near in (here - 1, here + 1):
        if 0 <= near < len(times) and (place := track.place(times[near])) is not None:
            keys.setdefault(times[near], _key(place))
    keys[time] = drawn(time, box)
    return track.model_copy(update={"keyframes": _in_order(keys)})


def fitted(track: Track, time: int, box: Box) -> Track:
    """A fixed region moved and resized, for all of its time, as takes it to `box` at `time`."""
    here = track.place(time)
    if here is None:
        raise Refused("track_not_there")
    old = here.box
    across, down = box.width / old.width, box.height / old.height

    def at(x: float, y: float) -> tuple[float, float]:
        return box.x1 + (x - old.x1) * across, box.y1 + (y - old.y1) * down

    def moved(key: Keyframe) -> Keyframe:
        corners = None if key.polygon is None else tuple(at(x, y) for x, y in key.polygon)
        return drawn(key.time, Box(*at(key.box.x1, key.box.y1), *at(key.box.x2, key.box.y2)), corners)

    return track.model_copy(update={"keyframes": tuple(moved(key) for key in track.keyframes)})


def split(track: Track, time: int, times: Sequence[int], number: int) -> tuple[Track, Track]:
    """Two tracks: until the frame before `time`, and from `time` on. The second gets `number`."""
    before = times[max(0, bisect.bisect_left(times, time) - 1)]
    if not track.start < time <= track.end or before < track.start:
        raise Refused("split_ends")
    return until(track, before), since(track, time).model_copy(update={"number": number})


def until(track: Track, time: int) -> Track:
    """The track with `time` as its last moment."""
    place = track.place(time)
    if place is None:
        raise Refused("track_not_there")
    keys = {key.time: key for key in track.keyframes if key.time < time} | {time: _key(place)}
    return track.model_copy(update={"keyframes": _in_order(keys)})


def since(track: Track, time: int) -> Track:
    """The track with `time` as its first moment."""
    place = track.place(time)
    if place is None:
        raise Refused("track_not_there")
    keys = {key.time: key for key in track.keyframes if key.time > time} | {time: _key(place)}
    return track.model_copy(update={"keyframes": _in_order(keys)})


def merged(track: Track, other: Track, times: Sequence[int]) -> Track:
    """Both as one, under the number and kind of `track`. Where both are, one box around both; a gap is bridged."""
    moments = {key.time for key in (*track.keyframes, *other.keyframes)}
    for edge in (track.start, track.end, other.start, other.end):  # the frames next to where one of them begins or ends
        at = bisect.bisect_left(times, edge)
        moments.update(times[n] for n in (at - 1, at, at + 1) if 0 <= n < len(times))
    keys: dict[int, Keyframe] = {}
    for time in moments:
        a, b = track.place(time), other.place(time)
        if a is not None and b is not None:
            keys[time] = Keyframe(time=time, box=a.box.hull(b.box), score=max(a.score, b.score), origin=a.origin)
        elif (place := a or b) is not None:
            keys[time] = _key(place)
    shown = tuple(span for span in track.visible if span in other.visible)  # what both let show
    return track.model_copy(update={"keyframes": _in_order(keys), "visible": shown})


def replaced(track: Track, start: int, end: int, keys: Sequence[Keyframe]) -> Track:
    """The track with `keys` in place of what it was from `start` to `end`, both included."""
    kept = {key.time: key for key in track.keyframes if not start <= key.time <= end}
    return track.model_copy(update={"keyframes": _in_order(kept | {key.time: key for key in keys})})


def anchors(track: Track, time: int) -> tuple[int | None, int | None]:
    """The nearest moments before and after `time` at which a person put the box where it is."""
    hands = [key.time for key in track.keyframes if is_drawn(key) and key.time != time]
    return (
        max((t for t in hands if t < time), default=None),
        min((t for t in hands if t > time), default=None),
    )


def _key(place: Keyframe) -> Keyframe:
    return Keyframe(**dict(place))


def _in_order(keys: dict[int, Keyframe]) -> tuple[Keyframe, ...]:
    return tuple(keys[time] for time in sorted(keys))
