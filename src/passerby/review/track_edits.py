"""What a person can do to tracks, as functions from tracks to tracks. Times are ticks, `times` those of all frames."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from passerby.core.box import Box, Point
from passerby.documents.plan import Keyframe, Track
from passerby.review.errors import ReviewError
from passerby.track.box_propagation import DRAWN


def drawn_keyframe(time: int, box: Box, polygon: tuple[Point, ...] | None = None) -> Keyframe:
    return Keyframe(time=time, box=box, score=0, origin=DRAWN, polygon=polygon)


def is_drawn(key: Keyframe) -> bool:
    """Did a person put the box where it is?"""
    return key.origin == DRAWN


def is_manual(track: Track) -> bool:
    """Was the track created by a person?"""
    return all(key.origin.startswith(DRAWN) for key in track.keyframes)


def best_time(track: Track) -> int:
    """When the track is seen best: at the keyframe with the highest score."""
    return max(track.keyframes, key=lambda key: key.score).time


def frame_at(times: Sequence[int], time: int) -> int:
    """The number of the last frame at or before `time`, or the first."""
    return max(0, bisect.bisect_right(times, time) - 1)


def with_box(track: Track, time: int, box: Box, times: Sequence[int]) -> Track:
    """The track with the box moved in one frame. In the frames next to it, it stays where it was: these become
    keyframes."""
    frame = bisect.bisect_left(times, time)
    keys = {key.time: key for key in track.keyframes}
    for neighbour in (frame - 1, frame + 1):
        if 0 <= neighbour < len(times) and (position := track.interpolate(times[neighbour])) is not None:
            keys.setdefault(times[neighbour], _as_keyframe(position))
    keys[time] = drawn_keyframe(time, box)
    return track.model_copy(update={"keyframes": _sorted_keyframes(keys)})


def fit_region(track: Track, time: int, box: Box) -> Track:
    """A fixed region moved and resized in all of its keyframes, by the transform that takes it to `box` at `time`."""
    position = track.interpolate(time)
    if position is None:
        raise ReviewError("track_not_in_frame")
    old = position.box
    scale_x, scale_y = box.width / old.width, box.height / old.height

    def transform(x: float, y: float) -> Point:
        return box.x1 + (x - old.x1) * scale_x, box.y1 + (y - old.y1) * scale_y

    def fitted(key: Keyframe) -> Keyframe:
        polygon = None if key.polygon is None else tuple(transform(x, y) for x, y in key.polygon)
        fitted_box = Box(*transform(key.box.x1, key.box.y1), *transform(key.box.x2, key.box.y2))
        return drawn_keyframe(key.time, fitted_box, polygon)

    return track.model_copy(update={"keyframes": tuple(fitted(key) for key in track.keyframes)})


def split_at(track: Track, time: int, times: Sequence[int], number: int) -> tuple[Track, Track]:
    """Two tracks: until the frame before `time`, and from `time` on. The second gets `number`."""
    before = times[max(0, bisect.bisect_left(times, time) - 1)]
    if not track.start < time <= track.end or before < track.start:
        raise ReviewError("split_ends")
    return ending_at(track, before), starting_at(track, time).model_copy(update={"number": number})


def ending_at(track: Track, time: int) -> Track:
    """The track with its last keyframe at `time`."""
    position = track.interpolate(time)
    if position is None:
        raise ReviewError("track_not_in_frame")
    keys = {key.time: key for key in track.keyframes if key.time < time} | {time: _as_keyframe(position)}
    return track.model_copy(update={"keyframes": _sorted_keyframes(keys)})


def starting_at(track: Track, time: int) -> Track:
    """The track with its first keyframe at `time`."""
    position = track.interpolate(time)
    if position is None:
        raise ReviewError("track_not_in_frame")
    keys = {key.time: key for key in track.keyframes if key.time > time} | {time: _as_keyframe(position)}
    return track.model_copy(update={"keyframes": _sorted_keyframes(keys)})


def merge(track: Track, other: Track, times: Sequence[int]) -> Track:
    """Both as one track, with the number and kind of `track`. Where both exist, one box around both; a gap is
    interpolated."""
    key_times = {key.time for key in (*track.keyframes, *other.keyframes)}
    for end in (track.start, track.end, other.start, other.end):  # and the frames next to each end
        frame = bisect.bisect_left(times, end)
        key_times.update(times[n] for n in (frame - 1, frame, frame + 1) if 0 <= n < len(times))
    keys: dict[int, Keyframe] = {}
    for time in key_times:
        a, b = track.interpolate(time), other.interpolate(time)
        if a is not None and b is not None:
            keys[time] = Keyframe(time=time, box=a.box.hull(b.box), score=max(a.score, b.score), origin=a.origin)
        elif (position := a or b) is not None:
            keys[time] = _as_keyframe(position)
    visible = tuple(span for span in track.visible if span in other.visible)  # what both leave visible
    return track.model_copy(update={"keyframes": _sorted_keyframes(keys), "visible": visible})


def replace_span(track: Track, start: int, end: int, keys: Sequence[Keyframe]) -> Track:
    """The track with `keys` in place of its keyframes from `start` to `end`, both included."""
    outside = {key.time: key for key in track.keyframes if not start <= key.time <= end}
    return track.model_copy(update={"keyframes": _sorted_keyframes(outside | {key.time: key for key in keys})})


def nearest_anchors(track: Track, time: int) -> tuple[int | None, int | None]:
    """The nearest times before and after `time` at which a person put the box where it is."""
    anchors = [key.time for key in track.keyframes if is_drawn(key) and key.time != time]
    return (
        max((t for t in anchors if t < time), default=None),
        min((t for t in anchors if t > time), default=None),
    )


def _as_keyframe(position: Keyframe) -> Keyframe:
    return Keyframe(**dict(position))


def _sorted_keyframes(keys: dict[int, Keyframe]) -> tuple[Keyframe, ...]:
    return tuple(keys[time] for time in sorted(keys))
