"""Keep a person visible: a time range of one track, which ends where the track crosses another.

Where two tracks cross, it is uncertain whether a track goes on with the same person. So the visible range ends there,
the crossing itself stays hidden, and a person must confirm that the track beyond it is still the intended one.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from passerby.core.kinds import Kind
from passerby.documents.plan import TickSpan, Track
from passerby.review.errors import ReviewError
from passerby.review.track_edits import best_time, frame_at

#: Kinds that are not persons or their belongings: crossing one of these causes no identity switch.
NOT_PERSONS = frozenset({Kind.REGION, Kind.TEXT, Kind.SCREEN})
#: Two boxes this close, as a share of the smaller one's shorter side, count as crossing. Chosen with a wide margin: a
#: crossing too many costs one confirmation, a missed one may show the wrong person.
CROSSING_MARGIN = 0.1


@dataclass(frozen=True, slots=True)
class CrossingSpan:
    """Frames `first` to `last` of a track, in which it does or does not cross another."""

    first: int
    last: int
    crossing: bool


def crossing_spans(track: Track, others: Sequence[Track], times: Sequence[int]) -> list[CrossingSpan]:
    """The frames of the track, in turns free of others and crossing one."""
    first, last = bisect.bisect_left(times, track.start), bisect.bisect_right(times, track.end) - 1
    overlapping = [
        other
        for other in others
        if other.number != track.number
        and other.kind is track.kind
        and other.kind not in NOT_PERSONS
        and other.start <= track.end
        and other.end >= track.start
    ]
    crossing = [_crosses(track, overlapping, times[number]) for number in range(first, last + 1)]
    spans = []
    for crosses, run in groupby(range(first, last + 1), key=lambda number: crossing[number - first]):
        frames = list(run)
        spans.append(CrossingSpan(frames[0], frames[-1], crosses))
    return spans


def keep_visible(track: Track, others: Sequence[Track], times: Sequence[int], frame: int, confirmed: bool) -> Track:
    """The track, visible in the span around `frame`. Raises ReviewError inside a crossing unless it is `confirmed`."""
    span = next((run for run in crossing_spans(track, others, times) if run.first <= frame <= run.last), None)
    if span is None:
        raise ReviewError("track_not_in_frame")
    if span.crossing and not confirmed:
        raise ReviewError("track_crossing")
    return show_span(track, times[span.first], times[span.last])


def show_certain(track: Track, others: Sequence[Track], times: Sequence[int]) -> Track:
    """The track, visible where it is certainly the object that its best picture shows: until it crosses one of
    `others`."""
    best = frame_at(times, best_time(track))
    spans = [run for run in crossing_spans(track, others, times) if not run.crossing]
    around = next((run for run in spans if run.first <= best <= run.last), None)
    return track if around is None else show_span(track, times[around.first], times[around.last])


def hide_all(track: Track) -> Track:
    """The track without any visible span."""
    return track.model_copy(update={"visible": ()})


def show_span(track: Track, start: int, end: int) -> Track:
    """The track, visible from `start` to `end` in addition to where it is visible already."""
    spans = sorted([*track.visible, TickSpan(start=start, end=end)], key=lambda span: span.start)
    joined: list[TickSpan] = []
    for span in spans:
        if joined and span.start <= joined[-1].end:
            joined[-1] = TickSpan(start=joined[-1].start, end=max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return track.model_copy(update={"visible": tuple(joined)})


def hide_again(track: Track, time: int) -> Track:
    """The track without the visible span around `time`. Raises ReviewError when there is none."""
    remaining = tuple(span for span in track.visible if not span.start <= time <= span.end)
    if remaining == track.visible:
        raise ReviewError("already_hidden")
    return track.model_copy(update={"visible": remaining})


def _crosses(track: Track, others: Sequence[Track], time: int) -> bool:
    position = track.interpolate(time)
    if position is None:
        return False
    for other in others:
        other_position = other.interpolate(time)
        if other_position is not None:
            margin = CROSSING_MARGIN * min(position.box.shorter_side, other_position.box.shorter_side)
            if position.box.expand(0, margin).intersection(other_position.box) > 0:
                return True
    return False
